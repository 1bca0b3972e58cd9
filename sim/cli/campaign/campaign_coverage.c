/* What of the engine a corpus reaches, as gcovr counted it. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "campaign.h"
#include "powercut/file.h"

#define LARGEST_SUMMARY ((size_t)16 << 20)

static bool read_count(const json_t *object, const char *name, uint64_t *count) {
  const json_t *value = json_object_get(object, name);
  *count = json_is_integer(value) ? (uint64_t)json_integer_value(value) : 0;
  return json_is_integer(value) && json_integer_value(value) >= 0;
}

/* The four counts of a file, or of all. */
static bool read_counts(const json_t *object, struct pc_coverage_counts *counts) {
  return read_count(object, "line_total", &counts->lines) &&
         read_count(object, "line_covered", &counts->lines_reached) &&
         read_count(object, "branch_total", &counts->branches) &&
         read_count(object, "branch_covered", &counts->branches_reached) && counts->lines_reached <= counts->lines &&
         counts->branches_reached <= counts->branches;
}

static bool read_file(const json_t *object, struct pc_coverage_counts *counts) {
  const char *name = json_string_value(json_object_get(object, "filename"));
  const char *folder = name == NULL ? NULL : strchr(name, '/');
  counts->file = folder == NULL ? name : folder + 1;
  return name != NULL && read_counts(object, counts);
}

/* `counts` has room for the files and the total. */
static bool read_summary(const json_t *root, const json_t *files, struct pc_coverage_counts *counts) {
  counts[0].file = "total";
  bool good = read_counts(root, &counts[0]);
  for (size_t i = 0; good && i < json_array_size(files); i++) {
    good = read_file(json_array_get(files, i), &counts[i + 1]);
  }
  return good;
}

static enum pc_result record(struct pc_ledger *ledger, struct pc_corpus_coverage *coverage, const json_t *root,
                             const char *path, struct pc_error *error) {
  const json_t *files = json_object_get(root, "files");
  struct pc_coverage_counts *counts = calloc(json_array_size(files) + 1, sizeof *counts);
  if (counts == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result err = PC_OK;
  if (!json_is_array(files) || !read_summary(root, files, counts)) {
    err = pc_fail(error, PC_BAD_INPUT, "%s: not a summary as gcovr --json-summary writes it", path);
  } else if (ledger != NULL) {
    coverage->files = counts;
    coverage->file_count = json_array_size(files) + 1;
    err = pc_ledger_add_coverage(ledger, coverage, error);
  }
  free(counts);
  return err;
}

enum pc_result pc_campaign_record_coverage(struct pc_ledger *ledger, struct pc_corpus_coverage *coverage,
                                           const char *path, struct pc_error *error) {
  struct pc_buffer text = {0};
  enum pc_result err = pc_file_read(path, LARGEST_SUMMARY, &text, error);
  if (!err) {
    json_error_t why;
    json_t *root = json_loadb((const char *)text.data, text.size, 0, &why);
    err = root == NULL ? pc_fail(error, PC_BAD_INPUT, "%s:%d: not JSON: %s", path, why.line, why.text)
                       : record(ledger, coverage, root, path, error);
    json_decref(root);
  }
  pc_buffer_free(&text);
  return err;
}

enum pc_result pc_campaign_check_coverage(const char *path, struct pc_error *error) {
  struct pc_corpus_coverage none = {0};
  return pc_campaign_record_coverage(NULL, &none, path, error);
}
