#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "builder.h"
#include "powercut/file.h"
#include "powercut/workload.h"
#include "update.h"

#define MAX_FILE_SIZE ((size_t)1 << 30)
#define MAX_LINE_SIZE ((size_t)1 << 18) /* the longest operation takes 131,587 bytes; the rest is for a comment */

enum { MAX_FIELDS = 1 + PC_MAX_UPDATE_CHANGES + 1 }; /* one too many of an update is seen */

struct reader {
  const char *name;
  uint32_t line;
  struct pc_builder builder;
  struct pc_error *error;
};

#define LINE_FAIL(reader, format, ...) \
  pc_fail((reader)->error, PC_BAD_INPUT, "%s:%u: " format, (reader)->name, (reader)->line, __VA_ARGS__)

/* A byte in a message: as it is where that can be read. */
struct shown {
  char text[8];
};

static struct shown show(uint8_t byte) {
  static const char digits[] = "0123456789abcdef";
  if (byte > ' ' && byte <= '~') {
    return (struct shown){{'\'', (char)byte, '\''}};
  }
  return (struct shown){{'0', 'x', digits[byte >> 4], digits[byte & 0xFu]}};
}

/* A field in a message: its beginning, without what a terminal would act on. */
struct excerpt {
  char text[36];
};

static struct excerpt quote(struct pc_bytes field) {
  struct excerpt excerpt = {{0}};
  size_t size = field.size <= 32 ? field.size : 32;
  for (size_t i = 0; i < size; i++) {
    excerpt.text[i] = field.data[i] >= ' ' && field.data[i] <= '~' ? (char)field.data[i] : '?';
  }
  if (size < field.size) {
    memcpy(excerpt.text + size, "...", 3);
  }
  return excerpt;
}

static bool is_text(struct pc_bytes field, const char *text) {
  return field.size == strlen(text) && memcmp(field.data, text, field.size) == 0;
}

static bool is_space(uint8_t byte) {
  return byte == ' ' || byte == '\t';
}

static enum pc_result read_hex(struct reader *reader, const char *what, struct pc_bytes digits, uint8_t *bytes) {
  for (size_t i = 0; i < digits.size; i++) {
    int value = pc_hex_value(digits.data[i]);
    if (value < 0) {
      return LINE_FAIL(reader, "%s is not a hex digit, in the %s", show(digits.data[i]).text, what);
    }
    if (i % 2 == 0) {
      bytes[i / 2] = (uint8_t)(value << 4);
    } else {
      bytes[i / 2] = (uint8_t)(bytes[i / 2] | value);
    }
  }
  return PC_OK;
}

/* Checks the length of a field of hex digits, so that its bytes have room. */
static enum pc_result check_hex(struct reader *reader, const char *what, size_t digits, size_t max_bytes) {
  if (digits % 2 != 0) {
    return LINE_FAIL(reader, "the %s has an odd number of hex digits (%zu)", what, digits);
  }
  if (digits / 2 > max_bytes) {
    return LINE_FAIL(reader, "the %s has %zu bytes, more than %zu", what, digits / 2, max_bytes);
  }
  return PC_OK;
}

static enum pc_result read_text_key(struct reader *reader, struct pc_bytes field) {
  if (is_text(field, "-")) {
    return LINE_FAIL(reader, "the key may not be empty; a key of one hyphen is written %s", "hex:2d");
  }
  if (field.size > PC_MAX_KEY_SIZE) {
    return LINE_FAIL(reader, "the key has %zu bytes, more than %u", field.size, PC_MAX_KEY_SIZE);
  }
  for (size_t i = 0; i < field.size; i++) {
    if (field.data[i] < ' ' || field.data[i] == 0x7F) {
      return LINE_FAIL(reader, "the control character %s in the key; write such a key as hex:..",
                       show(field.data[i]).text);
    }
  }
  return PC_OK;
}

static enum pc_result read_key(struct reader *reader, struct pc_bytes field, uint32_t *index) {
  uint8_t bytes[PC_MAX_KEY_SIZE];
  struct pc_bytes key = field;
  if (field.size >= 4 && memcmp(field.data, "hex:", 4) == 0) {
    struct pc_bytes digits = {field.data + 4, field.size - 4};
    enum pc_result result = check_hex(reader, "key", digits.size, PC_MAX_KEY_SIZE);
    if (result == PC_OK) {
      result = read_hex(reader, "key", digits, bytes);
    }
    if (result != PC_OK) {
      return result;
    }
    key = (struct pc_bytes){bytes, digits.size / 2};
    if (key.size == 0) {
      return LINE_FAIL(reader, "the key may not be %s", "empty");
    }
  } else {
    enum pc_result result = read_text_key(reader, field);
    if (result != PC_OK) {
      return result;
    }
  }
  return pc_builder_key(&reader->builder, key, index) ? PC_OK : pc_fail_memory(reader->error);
}

static enum pc_result read_value(struct reader *reader, struct pc_bytes field, struct pc_bytes *value) {
  if (is_text(field, "-")) {
    return PC_OK;
  }
  enum pc_result result = check_hex(reader, "value", field.size, PC_MAX_VALUE_SIZE);
  if (result != PC_OK) {
    return result;
  }
  uint8_t *bytes;
  if (!pc_builder_bytes(&reader->builder, field.size / 2, &bytes)) {
    return pc_fail_memory(reader->error);
  }
  *value = (struct pc_bytes){bytes, field.size / 2};
  return read_hex(reader, "value", field, bytes);
}

static enum pc_result read_level(struct reader *reader, struct pc_bytes field, enum pc_maintenance *level) {
  static const enum pc_maintenance levels[] = {PC_MAINTAIN_PARTIAL, PC_MAINTAIN_FULL, PC_MAINTAIN_HEAVY};
  for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
    if (is_text(field, pc_maintenance_name(levels[i]))) {
      *level = levels[i];
      return PC_OK;
    }
  }
  return LINE_FAIL(reader, "maintain takes partial, full or heavy, not '%s'", quote(field).text);
}

/* Splits a line at its spaces, up to a comment. Fields past MAX_FIELDS are counted, not kept. */
static size_t split(struct pc_bytes line, struct pc_bytes fields[MAX_FIELDS]) {
  size_t count = 0;
  size_t at = 0;
  for (;;) {
    while (at < line.size && is_space(line.data[at])) {
      at++;
    }
    if (at == line.size || line.data[at] == '#') {
      return count;
    }
    size_t begin = at;
    while (at < line.size && !is_space(line.data[at])) {
      at++;
    }
    if (count < MAX_FIELDS) {
      fields[count] = (struct pc_bytes){line.data + begin, at - begin};
    }
    count++;
  }
}

/* What stands behind each operation's name. */
static const struct syntax {
  size_t fields; /* the name included */
  const char *usage;
} SYNTAX[PC_OPERATION_KINDS] = {
    [PC_PUT] = {3, "put KEY VALUE (hex, or - for empty)"}, [PC_DELETE] = {2, "delete KEY"}, [PC_GET] = {2, "get KEY"},
    [PC_MAINTAIN] = {2, "maintain partial|full|heavy"},    [PC_REBOOT] = {1, "reboot"},
};

static enum pc_result read_kind(struct reader *reader, const struct pc_bytes *fields, size_t count,
                                enum pc_operation_kind *kind) {
  for (int i = 0; i < PC_OPERATION_KINDS; i++) {
    *kind = (enum pc_operation_kind)i;
    if (!is_text(fields[0], pc_operation_name(*kind))) {
      continue;
    }
    if (count != SYNTAX[i].fields) {
      return LINE_FAIL(reader, "%s: the line must be '%s'", count < SYNTAX[i].fields ? "too short" : "too much",
                       SYNTAX[i].usage);
    }
    return PC_OK;
  }
  return LINE_FAIL(reader, "unknown operation '%s'; known are put, delete, get, maintain, reboot, update",
                   quote(fields[0]).text);
}

static enum pc_result read_update(struct reader *reader, const struct pc_bytes *fields, size_t count,
                                  struct pc_operation *operation) {
  struct pc_error cause;
  struct pc_buffer place = {0};
  operation->kind = PC_REBOOT;
  pc_buffer_print(&place, "%s:%u", reader->name, reader->line);
  enum pc_result result = place.failed ? pc_fail_memory(&cause)
                                       : pc_update_read(&reader->builder.workload.arena, fields + 1, count - 1,
                                                        (const char *)place.data, &operation->update, &cause);
  pc_buffer_free(&place);
  return result == PC_BAD_INPUT ? LINE_FAIL(reader, "%s", cause.message)
         : result != PC_OK      ? pc_fail(reader->error, result, "%s", cause.message)
                                : PC_OK;
}

static enum pc_result read_operation(struct reader *reader, struct pc_bytes line) {
  struct pc_bytes fields[MAX_FIELDS];
  size_t count = split(line, fields);
  if (count == 0) {
    return PC_OK;
  }
  struct pc_operation operation = {0};
  enum pc_result result = is_text(fields[0], PC_UPDATE_NAME) ? read_update(reader, fields, count, &operation)
                                                             : read_kind(reader, fields, count, &operation.kind);
  if (result == PC_OK && (operation.kind == PC_PUT || operation.kind == PC_DELETE || operation.kind == PC_GET)) {
    result = read_key(reader, fields[1], &operation.key);
  }
  if (result == PC_OK && operation.kind == PC_PUT) {
    result = read_value(reader, fields[2], &operation.value);
  }
  if (result == PC_OK && operation.kind == PC_MAINTAIN) {
    result = read_level(reader, fields[1], &operation.level);
  }
  if (result != PC_OK) {
    return result;
  }
  if (reader->builder.workload.operation_count == PC_MAX_OPERATIONS) {
    return LINE_FAIL(reader, "more than %u operations", PC_MAX_OPERATIONS);
  }
  return pc_builder_add(&reader->builder, &operation) ? PC_OK : pc_fail_memory(reader->error);
}

static enum pc_result read_line(struct reader *reader, struct pc_bytes line) {
  if (line.size > MAX_LINE_SIZE) {
    return LINE_FAIL(reader, "the line has more than %zu bytes", MAX_LINE_SIZE);
  }
  if (line.size > 0 && memchr(line.data, 0, line.size) != NULL) {
    return LINE_FAIL(reader, "a NUL byte: this is not a %s", "trace");
  }
  if (line.size > 0 && line.data[line.size - 1] == '\r') {
    line.size--;
  }
  return read_operation(reader, line);
}

static enum pc_result read_lines(struct reader *reader, struct pc_bytes text) {
  size_t at = 0;
  while (at < text.size) {
    const uint8_t *begin = text.data + at;
    const uint8_t *newline = memchr(begin, '\n', text.size - at);
    size_t size = newline == NULL ? text.size - at : (size_t)(newline - begin);
    enum pc_result result = read_line(reader, (struct pc_bytes){begin, size});
    if (result != PC_OK) {
      return result;
    }
    at += newline == NULL ? size : size + 1;
    reader->line++;
  }
  if (reader->builder.workload.operation_count == 0) {
    return pc_fail(reader->error, PC_BAD_INPUT, "%s: the trace has no operations", reader->name);
  }
  return PC_OK;
}

enum pc_result pc_trace_parse_from(const char *name, uint32_t first_line, struct pc_bytes text,
                                   struct pc_workload *workload, struct pc_error *error) {
  *workload = (struct pc_workload){0};
  struct reader reader = {.name = name, .line = first_line, .error = error};
  enum pc_result result = read_lines(&reader, text);
  if (result != PC_OK) {
    pc_builder_abandon(&reader.builder);
    return result;
  }
  *workload = pc_builder_finish(&reader.builder);
  return PC_OK;
}

enum pc_result pc_trace_parse(const char *name, struct pc_bytes text, struct pc_workload *workload,
                              struct pc_error *error) {
  return pc_trace_parse_from(name, 1, text, workload, error);
}

enum pc_result pc_trace_read(const char *path, struct pc_workload *workload, struct pc_error *error) {
  *workload = (struct pc_workload){0};
  struct pc_buffer content = {0};
  enum pc_result result = pc_file_read(path, MAX_FILE_SIZE, &content, error);
  if (result == PC_OK) {
    result = pc_trace_parse(path, (struct pc_bytes){content.data, content.size}, workload, error);
  }
  pc_buffer_free(&content);
  return result;
}
