#include "run_findings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "repro_file.h"
#include "shrink.h"

/* Appends the path of the repro file of the run's violation `number`. */
static void print_path(const struct pc_run_findings *findings, uint64_t number, enum pc_invariant invariant,
                       struct pc_buffer *path) {
  pc_buffer_print(path, "%s/run%" PRId64 "-%" PRIu64 "-%s.yaml", findings->folder, findings->run_id, number,
                  pc_invariant_info(invariant)->name);
}

/* Writes that file; a failure is noted, the first one. Returns its path, which the caller frees, or NULL. */
static char *write_file(struct pc_run_findings *findings, uint64_t number, enum pc_invariant invariant,
                        const struct pc_buffer *text) {
  struct pc_buffer path = {0};
  print_path(findings, number, invariant, &path);
  struct pc_error error;
  enum pc_result err = path.failed ? pc_fail_memory(&error)
                                   : pc_repro_file_write(findings->folder, (const char *)path.data, text, &error);
  if (err) {
    if (findings->file_error.message[0] == '\0') {
      (void)pc_fail(&findings->file_error, err, "a repro is in the database, but not in its file: %s", error.message);
    }
    pc_buffer_free(&path);
    return NULL;
  }
  return (char *)path.data;
}

/* Keeps a violation for the summary, with a copy of its key. Takes `file`. */
static enum pc_result keep(struct pc_finding *first, const struct pc_violation *violation, char *file,
                           struct pc_error *error) {
  *first = (struct pc_finding){.found = true, .violation = *violation};
  first->file = file;
  first->key = malloc(violation->key.size + 1);
  if (first->key == NULL) {
    return pc_fail_memory(error);
  }
  if (violation->key.size > 0) {
    memcpy(first->key, violation->key.data, violation->key.size);
  }
  first->violation.key.data = first->key;
  return PC_OK;
}

enum pc_result pc_run_findings_add(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct pc_run_findings *findings = context;
  struct pc_buffer text = {0};
  pc_repro_write(findings->scenario, findings->subject->parameters, findings->subject->parameter_count, violation,
                 &text);
  enum pc_result err = text.failed ? pc_fail_memory(error) : PC_OK;
  if (!err) {
    err = pc_ledger_add_violation(findings->ledger, findings->run_id, violation,
                                  (struct pc_bytes){.data = text.data, .size = text.size}, error);
  }
  if (!err) {
    findings->count++;
    char *file = write_file(findings, findings->count, violation->invariant, &text);
    struct pc_finding *first = &findings->first[violation->invariant];
    if (first->found) {
      free(file);
    } else {
      err = keep(first, violation, file, error);
      first->number = findings->count;
    }
  }
  pc_buffer_free(&text);
  return err;
}

enum pc_result pc_run_findings_recall(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct pc_run_findings *findings = context;
  struct pc_finding *first = &findings->first[violation->invariant];
  findings->count++;
  if (first->found) {
    return PC_OK;
  }
  struct pc_buffer path = {0};
  print_path(findings, findings->count, violation->invariant, &path);
  enum pc_result err = keep(first, violation, (char *)path.data, error);
  first->number = findings->count;
  return err;
}

/* Keeps of a repro what follows on its invariant. */
static void keep_shown(struct pc_buffer *shown, const struct pc_buffer *text) {
  static const char begin[] = "\nname: ";
  const uint8_t *found = memmem(text->data, text->size, begin, strlen(begin));
  if (found != NULL) {
    pc_buffer_append(shown, found, text->size - (size_t)(found - text->data));
  }
}

enum pc_invariant pc_run_findings_like(const struct pc_run_findings *findings, enum pc_invariant invariant) {
  const struct pc_buffer *shrunk = &findings->first[invariant].shrunk;
  enum pc_invariant like = 0;
  while (like < invariant && (shrunk->size == 0 || findings->first[like].shrunk.size != shrunk->size ||
                              memcmp(findings->first[like].shrunk.data, shrunk->data, shrunk->size) != 0)) {
    like++;
  }
  return like;
}

/* Notes for the summary how small a violation's repro became. */
static void note(struct pc_run_findings *findings, uint64_t number, const struct pc_shrinkage *shrinkage) {
  for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
    struct pc_finding *first = &findings->first[i];
    if (first->found && first->number == number) {
      first->operations_before = shrinkage->operations_before;
      first->operations = shrinkage->operations;
      keep_shown(&first->shrunk, &shrinkage->text);
    }
  }
}

/* `*stopped`: it was interrupted. */
static enum pc_result shrink(struct pc_run_findings *findings, const struct pc_observer *observer,
                             const struct pc_unshrunk *unshrunk, bool *stopped, struct pc_error *error) {
  struct pc_repro repro;
  struct pc_shrinkage shrinkage = {0};
  struct pc_bytes text = {.data = unshrunk->repro.data, .size = unshrunk->repro.size};
  enum pc_result err = pc_repro_parse("repro", text, &repro, error);
  if (err) {
    return err;
  }
  err = pc_subject_survey(findings->subject, &repro.scenario.workload, error);
  if (!err) {
    err = pc_repro_shrink(&repro, findings->subject, observer, &shrinkage, error);
  }
  if (!err && shrinkage.text.size > 0) {
    text = (struct pc_bytes){.data = shrinkage.text.data, .size = shrinkage.text.size};
    err = pc_ledger_add_shrunk(findings->ledger, unshrunk->violation_id, text, error);
    free(write_file(findings, unshrunk->number, repro.invariant, &shrinkage.text));
    note(findings, unshrunk->number, &shrinkage);
  }
  *stopped = shrinkage.interrupted;
  pc_buffer_free(&shrinkage.text);
  pc_repro_free(&repro);
  return err;
}

enum pc_result pc_run_findings_shrink(struct pc_run_findings *findings, const struct pc_observer *observer,
                                      struct pc_error *error) {
  struct pc_unshrunk unshrunk = {0};
  bool stopped = false;
  enum pc_result err = pc_ledger_next_unshrunk(findings->ledger, findings->run_id, &unshrunk, error);
  while (!err && unshrunk.violation_id != 0 && !stopped) {
    err = shrink(findings, observer, &unshrunk, &stopped, error);
    if (!err) {
      err = pc_ledger_next_unshrunk(findings->ledger, findings->run_id, &unshrunk, error);
    }
  }
  pc_buffer_free(&unshrunk.repro);
  return err;
}

void pc_run_findings_free(struct pc_run_findings *findings) {
  for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
    free(findings->first[i].key);
    free(findings->first[i].file);
    pc_buffer_free(&findings->first[i].shrunk);
  }
}
