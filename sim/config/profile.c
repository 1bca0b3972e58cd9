#include "profile.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedded.h"
#include "paths.h"
#include "powercut/file.h"
#include "scalar.h"

/* Ranges of single fields are checked here, where the line is known; pc_profile_check sees how they go together. */
enum { MAX_TIME_US = 1024000000 }; /* the longest that an SFDP table can tell: 32 times 32 s */

struct times {
  double typical, maximum;
};

static enum pc_result bind_times(const struct pc_binding *binding, const struct pc_node *node, struct times *times) {
  static const struct pc_field fields[] = {
      {.key = "typical", .type = PC_FIELD_DOUBLE, .offset = offsetof(struct times, typical), .max = MAX_TIME_US},
      {.key = "maximum", .type = PC_FIELD_DOUBLE, .offset = offsetof(struct times, maximum), .max = MAX_TIME_US},
  };
  static const struct pc_schema schema = {.fields = fields, .count = sizeof fields / sizeof fields[0]};
  return pc_bind_mapping(binding, node, &schema, times);
}

static enum pc_result bind_program_us(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_profile *profile = target;
  struct times times = {0};
  enum pc_result result = bind_times(binding, node, &times);
  profile->program_typical_us = times.typical;
  profile->program_maximum_us = times.maximum;
  return result;
}

static enum pc_result bind_erase_us(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_profile *profile = target;
  struct times times = {0};
  enum pc_result result = bind_times(binding, node, &times);
  profile->erase_typical_us = times.typical;
  profile->erase_maximum_us = times.maximum;
  return result;
}

/* Which of `count` words a scalar is; `what` says in a message what it should be. */
static enum pc_result bind_word(const struct pc_binding *binding, const struct pc_node *node, const char *what,
                                const char *const *words, size_t count, size_t *index) {
  const char *text = pc_bind_scalar(binding, node, what);
  if (text == NULL) {
    return PC_BAD_INPUT;
  }
  for (*index = 0; *index < count; (*index)++) {
    if (strcmp(words[*index], text) == 0) {
      return PC_OK;
    }
  }
  return pc_node_fail(binding->document, node, binding->error, "%s must be %s, not '%s'%s", pc_node_path(node).text,
                      what, pc_excerpt(text).text, pc_hint(text, words, count).text);
}

static enum pc_result bind_reprogram(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  const char *words[PC_REPROGRAM_COUNT];
  for (int i = 0; i < PC_REPROGRAM_COUNT; i++) {
    words[i] = pc_reprogram_name((enum pc_reprogram)i);
  }
  size_t index = 0;
  enum pc_result result = bind_word(binding, node, "a rule for reprogramming", words, PC_REPROGRAM_COUNT, &index);
  ((struct pc_profile *)target)->reprogram = (enum pc_reprogram)index;
  return result;
}

static enum pc_result bind_page_overflow(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  const char *words[PC_PAGE_OVERFLOW_COUNT];
  for (int i = 0; i < PC_PAGE_OVERFLOW_COUNT; i++) {
    words[i] = pc_page_overflow_name((enum pc_page_overflow)i);
  }
  size_t index = 0;
  enum pc_result result = bind_word(binding, node, "refuse or wrap", words, PC_PAGE_OVERFLOW_COUNT, &index);
  ((struct pc_profile *)target)->page_overflow = (enum pc_page_overflow)index;
  return result;
}

static enum pc_result bind_ecc_error(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  const char *words[PC_ECC_ERROR_COUNT];
  for (int i = 0; i < PC_ECC_ERROR_COUNT; i++) {
    words[i] = pc_ecc_error_name((enum pc_ecc_error)i);
  }
  size_t index = 0;
  enum pc_result result = bind_word(binding, node, "error or fault", words, PC_ECC_ERROR_COUNT, &index);
  ((struct pc_profile *)target)->ecc_error = (enum pc_ecc_error)index;
  return result;
}

static enum pc_result bind_bool(const struct pc_binding *binding, const struct pc_node *node, bool *is_true) {
  static const char *const words[] = {"false", "true"};
  size_t index = 0;
  enum pc_result result = bind_word(binding, node, "true or false", words, 2, &index);
  *is_true = index == 1;
  return result;
}

static enum pc_result bind_any_sector_size(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  return bind_bool(binding, node, &((struct pc_profile *)target)->any_sector_size);
}

static enum pc_result bind_verifies(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  return bind_bool(binding, node, &((struct pc_profile *)target)->verifies);
}

static enum pc_result bind_erased_value(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  static const char *const words[] = {"0xff", "0xFF", "255", "0x00", "0"};
  size_t index = 0;
  enum pc_result result = bind_word(binding, node, "0xff or 0x00", words, sizeof words / sizeof words[0], &index);
  ((struct pc_profile *)target)->erases_to_zeros = index >= 3;
  return result;
}

static enum pc_result bind_block_us(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_erase_block *block = target;
  struct times times = {0};
  enum pc_result result = bind_times(binding, node, &times);
  block->erase_typical_us = times.typical;
  block->erase_maximum_us = times.maximum;
  return result;
}

static enum pc_result bind_erase_blocks(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  static const struct pc_field fields[] = {
      {.key = "size",
       .required = true,
       .type = PC_FIELD_U32,
       .offset = offsetof(struct pc_erase_block, size),
       .min = 32,
       .max = 1u << 20},
      {.key = "from", .type = PC_FIELD_U32, .offset = offsetof(struct pc_erase_block, from), .max = UINT32_MAX},
      {.key = "end", .type = PC_FIELD_U32, .offset = offsetof(struct pc_erase_block, end), .max = UINT32_MAX},
      {.key = "erase_us", .type = PC_FIELD_CUSTOM, .bind = bind_block_us},
  };
  static const struct pc_schema schema = {.fields = fields, .count = sizeof fields / sizeof fields[0]};
  struct pc_profile *profile = target;
  if (node->kind != PC_NODE_LIST) {
    return pc_bind_fail_type(binding, node, "a list of blocks, {size: N, erase_us: {...}} each");
  }
  for (const struct pc_node *item = node->first; item != NULL; item = item->next) {
    if (profile->erase_block_count == PC_MAX_ERASE_BLOCKS) {
      return pc_node_fail(binding->document, item, binding->error, "more than %u erase_blocks", PC_MAX_ERASE_BLOCKS);
    }
    enum pc_result result =
        pc_bind_mapping(binding, item, &schema, &profile->erase_blocks[profile->erase_block_count++]);
    if (result != PC_OK) {
      return result;
    }
  }
  return PC_OK;
}

#define FIELD_CHARS(name) \
  PC_FIELD_CHARS, .offset = offsetof(struct pc_profile, name), .max = sizeof((struct pc_profile *)0)->name - 1
#define FIELD_U32(name, least, most) \
  PC_FIELD_U32, .offset = offsetof(struct pc_profile, name), .min = (least), .max = (most)

static const struct pc_field PROFILE_FIELDS[] = {
    {.key = "name", .required = true, .type = FIELD_CHARS(name)},
    {.key = "summary", .type = FIELD_CHARS(summary)},
    {.key = "sector_size", .required = true, .type = FIELD_U32(sector_size, 16, 1u << 20)},
    {.key = "program_unit", .type = FIELD_U32(program_unit, 1, 256)},
    {.key = "read_unit", .type = FIELD_U32(read_unit, 1, 256)},
    {.key = "page_size", .type = FIELD_U32(page_size, 0, UINT32_MAX)},
    {.key = "page_overflow", .type = PC_FIELD_CUSTOM, .bind = bind_page_overflow},
    {.key = "programs_per_unit", .type = FIELD_U32(programs_per_unit, 0, 255)},
    {.key = "reprogram", .type = PC_FIELD_CUSTOM, .bind = bind_reprogram},
    {.key = "row_size", .type = FIELD_U32(row_size, 0, UINT32_MAX)},
    {.key = "programs_per_row", .type = FIELD_U32(programs_per_row, 0, UINT32_MAX)},
    {.key = "erased_value", .type = PC_FIELD_CUSTOM, .bind = bind_erased_value},
    {.key = "endurance", .type = FIELD_U32(endurance, 0, UINT32_MAX)},
    {.key = "ecc_word", .type = FIELD_U32(ecc_word, 0, 256)},
    {.key = "ecc_error", .type = PC_FIELD_CUSTOM, .bind = bind_ecc_error},
    {.key = "verifies", .type = PC_FIELD_CUSTOM, .bind = bind_verifies},
    {.key = "collateral", .type = FIELD_U32(collateral, 0, UINT32_MAX)},
    {.key = "any_sector_size", .type = PC_FIELD_CUSTOM, .bind = bind_any_sector_size},
    {.key = "sector_from", .type = FIELD_U32(sector_from, 0, UINT32_MAX)},
    {.key = "sector_end", .type = FIELD_U32(sector_end, 0, UINT32_MAX)},
    {.key = "erase_blocks", .type = PC_FIELD_CUSTOM, .bind = bind_erase_blocks},
    {.key = "program_us", .type = PC_FIELD_CUSTOM, .bind = bind_program_us},
    {.key = "erase_us", .type = PC_FIELD_CUSTOM, .bind = bind_erase_us},
};
static const struct pc_schema PROFILE_SCHEMA = {
    .fields = PROFILE_FIELDS,
    .count = sizeof PROFILE_FIELDS / sizeof PROFILE_FIELDS[0],
};

enum pc_result pc_profile_bind(const struct pc_binding *binding, const struct pc_node *node,
                               struct pc_profile *profile) {
  *profile = (struct pc_profile){.program_unit = 1, .read_unit = 1};
  enum pc_result result = pc_bind_mapping(binding, node, &PROFILE_SCHEMA, profile);
  if (result != PC_OK) {
    return result;
  }
  struct pc_error cause;
  result = pc_profile_check(profile, 1, &cause);
  return pc_bind_cause(binding, node, result, &cause);
}

static enum pc_result parse_profile(const char *name, const char *text, size_t size, struct pc_profile *profile,
                                    struct pc_error *error) {
  struct pc_document document = {.name = name};
  enum pc_result result = pc_document_parse(&document, text, size, error);
  if (result == PC_OK && document.root == NULL) {
    result = pc_fail(error, PC_BAD_INPUT, "%s: the file is empty", name);
  }
  if (result == PC_OK) {
    struct pc_binding binding = {&document, error};
    result = pc_profile_bind(&binding, document.root, profile);
  }
  pc_document_free(&document);
  return result;
}

size_t pc_profile_count(void) {
  return pc_embedded_profile_count;
}

enum pc_result pc_profile_at(size_t index, struct pc_profile *profile, struct pc_error *error) {
  const struct pc_embedded_file *file = &pc_embedded_profiles[index];
  return parse_profile(file->name, file->text, file->size, profile, error);
}

static enum pc_result read_profile(const char *path, struct pc_profile *profile, struct pc_error *error) {
  struct pc_buffer content = {0};
  enum pc_result result = pc_file_read(path, PC_MAX_CONFIG_SIZE, &content, error);
  if (result == PC_OK) {
    result = parse_profile(path, (const char *)content.data, content.size, profile, error);
  }
  pc_buffer_free(&content);
  return result;
}

static enum pc_result fail_unknown(const char *name, struct pc_error *error) {
  const char *known[64];
  size_t count = 0;
  for (; count < pc_embedded_profile_count && count < sizeof known / sizeof known[0]; count++) {
    known[count] = pc_embedded_profiles[count].name;
  }
  return pc_fail(error, PC_BAD_INPUT, "unknown profile '%s'%s", pc_excerpt(name).text,
                 pc_hint(name, known, count).text);
}

static bool is_path(const char *name) {
  size_t size = strlen(name);
  return strchr(name, '/') != NULL || (size >= 5 && strcmp(name + size - 5, ".yaml") == 0);
}

enum pc_result pc_profile_find(const char *name, const char *folder, struct pc_profile *profile,
                               struct pc_error *error) {
  if (is_path(name)) {
    char *path = pc_path_join(folder, name);
    enum pc_result result = path == NULL ? pc_fail_memory(error) : read_profile(path, profile, error);
    free(path);
    return result;
  }
  for (size_t i = 0; i < pc_embedded_profile_count; i++) {
    if (strcmp(pc_embedded_profiles[i].name, name) == 0) {
      return pc_profile_at(i, profile, error);
    }
  }
  return fail_unknown(name, error);
}

static void write_number(struct pc_buffer *text, const char *indent, const char *key, uint32_t number) {
  pc_buffer_print(text, "\n%s%s: %u", indent, key, number);
}

static void write_times(const char *key, double typical, double maximum, struct pc_buffer *text) {
  pc_buffer_print(text, "%s: {typical: ", key);
  pc_write_double(text, typical);
  pc_buffer_print(text, ", maximum: ");
  pc_write_double(text, maximum);
  pc_buffer_print(text, "}");
}

/* What only some parts have. */
static void write_erase_sizes(const struct pc_profile *profile, const char *indent, struct pc_buffer *text) {
  if (profile->any_sector_size) {
    pc_buffer_print(text, "\n%sany_sector_size: true", indent);
  }
  if (profile->sector_from > 0 || profile->sector_end > 0) {
    write_number(text, indent, "sector_from", profile->sector_from);
    write_number(text, indent, "sector_end", profile->sector_end);
  }
  for (uint32_t i = 0; i < profile->erase_block_count; i++) {
    const struct pc_erase_block *block = &profile->erase_blocks[i];
    if (i == 0) {
      pc_buffer_print(text, "\n%serase_blocks:", indent);
    }
    pc_buffer_print(text, "\n%s  - {size: %u, from: %u, end: %u, ", indent, block->size, block->from, block->end);
    write_times("erase_us", block->erase_typical_us, block->erase_maximum_us, text);
    pc_buffer_print(text, "}");
  }
}

void pc_profile_write(const struct pc_profile *profile, const char *indent, struct pc_buffer *text) {
  pc_buffer_print(text, "%sname: ", indent);
  pc_write_quoted(text, profile->name);
  if (profile->summary[0] != '\0') {
    pc_buffer_print(text, "\n%ssummary: ", indent);
    pc_write_quoted(text, profile->summary);
  }
  write_number(text, indent, "sector_size", profile->sector_size);
  write_number(text, indent, "program_unit", profile->program_unit);
  write_number(text, indent, "read_unit", profile->read_unit);
  write_number(text, indent, "page_size", profile->page_size);
  pc_buffer_print(text, "\n%spage_overflow: %s", indent, pc_page_overflow_name(profile->page_overflow));
  write_number(text, indent, "programs_per_unit", profile->programs_per_unit);
  pc_buffer_print(text, "\n%sreprogram: %s", indent, pc_reprogram_name(profile->reprogram));
  write_number(text, indent, "row_size", profile->row_size);
  write_number(text, indent, "programs_per_row", profile->programs_per_row);
  if (profile->erases_to_zeros) {
    pc_buffer_print(text, "\n%serased_value: 0x00", indent);
  }
  write_number(text, indent, "endurance", profile->endurance);
  write_number(text, indent, "ecc_word", profile->ecc_word);
  pc_buffer_print(text, "\n%secc_error: %s", indent, pc_ecc_error_name(profile->ecc_error));
  if (profile->verifies) {
    pc_buffer_print(text, "\n%sverifies: true", indent);
  }
  write_number(text, indent, "collateral", profile->collateral);
  write_erase_sizes(profile, indent, text);
  pc_buffer_print(text, "\n%s", indent);
  write_times("program_us", profile->program_typical_us, profile->program_maximum_us, text);
  pc_buffer_print(text, "\n%s", indent);
  write_times("erase_us", profile->erase_typical_us, profile->erase_maximum_us, text);
  pc_buffer_print(text, "\n");
}
