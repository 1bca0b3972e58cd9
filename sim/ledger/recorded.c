#include "recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static enum pc_result fail_row(const char *table, struct pc_error *error) {
  return pc_fail(error, PC_BAD_INPUT, "a row of %s is not powercut's", table);
}

/* NULL is the empty text. */
static const char *text_of(const struct pc_value *value) {
  return value->kind == PC_VALUE_TEXT ? (const char *)value->text.data : "";
}

static bool find_invariant(const char *name, enum pc_invariant *invariant) {
  for (int i = 0; i < PC_INVARIANT_COUNT; i++) {
    *invariant = (enum pc_invariant)i;
    if (strcmp(pc_invariant_info(*invariant)->name, name) == 0) {
      return true;
    }
  }
  return false;
}

static bool find_fault(const char *name, enum pc_fault *fault) {
  for (int i = 0; i < PC_FAULT_COUNT; i++) {
    *fault = (enum pc_fault)i;
    if (strcmp(pc_fault_class(*fault)->name, name) == 0) {
      return true;
    }
  }
  return false;
}

/* The class of the last cut, if there was one. */
static bool find_last_fault(const char *name, enum pc_fault *fault) {
  *fault = PC_FAULT_COUNT;
  return strcmp(name, "none") == 0 || find_fault(name, fault);
}

static enum pc_result take_sums(void *context, const struct pc_row *row, struct pc_error *error) {
  struct pc_checkpoint *checkpoint = context;
  struct pc_exploration_result *counts = &checkpoint->counts;
  const struct pc_value *values = row->values;
  (void)error;
  checkpoint->segments = (uint32_t)values[0].integer;
  counts->cuts = (uint64_t)values[1].integer;
  counts->recoveries = (uint64_t)values[2].integer;
  counts->aftermaths = (uint64_t)values[3].integer;
  counts->deduplicated = (uint64_t)values[4].integer;
  counts->violations = (uint64_t)values[5].integer;
  counts->latencies[PC_LATENCY_START] = (struct pc_latency){
      .calls = (uint64_t)values[6].integer, .worst_us = values[8].integer > 0 ? PC_TIME_UNKNOWN : values[7].real};
  counts->population = (uint64_t)values[9].integer;
  counts->drawn = (uint64_t)values[10].integer;
  counts->failed_draws = (uint64_t)values[11].integer;
  counts->soaked = (uint64_t)values[12].integer;
  return PC_OK;
}

static enum pc_result take_check(void *context, const struct pc_row *row, struct pc_error *error) {
  struct pc_checkpoint *checkpoint = context;
  const struct pc_value *values = row->values;
  enum pc_invariant invariant;
  enum pc_fault fault;
  if (!find_invariant(text_of(&values[0]), &invariant) || !find_fault(text_of(&values[1]), &fault) ||
      values[2].integer < 1 || values[2].integer > PC_MAX_DEPTH) {
    return fail_row("checks", error);
  }
  checkpoint->counts.checks[fault][values[2].integer - 1][invariant] =
      (struct pc_check_count){.checks = (uint64_t)values[3].integer, .failures = (uint64_t)values[4].integer};
  return PC_OK;
}

static enum pc_result take_guarantee(void *context, const struct pc_row *row, struct pc_error *error) {
  struct pc_checkpoint *checkpoint = context;
  const struct pc_value *values = row->values;
  enum pc_fault fault;
  if (!find_fault(text_of(&values[0]), &fault) || values[1].integer < 1 || values[1].integer > PC_MAX_DEPTH) {
    return fail_row("guarantees", error);
  }
  checkpoint->counts.guarantees[fault][values[1].integer - 1] =
      (struct pc_guarantee){.held = (uint64_t)values[2].integer,
                            .detected = (uint64_t)values[3].integer,
                            .lost = (uint64_t)values[4].integer};
  return PC_OK;
}

enum pc_result pc_recorded_counts(const struct pc_database *database, int64_t run_id, struct pc_checkpoint *checkpoint,
                                  struct pc_error *error) {
  const struct pc_value values[] = {pc_integer((uint64_t)run_id)};
  enum pc_result err = pc_rows_read(
      database,
      "SELECT count(*), coalesce(sum(cuts), 0), coalesce(sum(recoveries), 0), coalesce(sum(aftermaths), 0), "
      "coalesce(sum(deduplicated), 0), coalesce(sum(violations), 0), coalesce(sum(starts), 0), max(worst_start_us), "
      "count(*) FILTER (WHERE starts > 0 AND worst_start_us IS NULL), coalesce(sum(population), 0), "
      "coalesce(sum(drawn), 0), coalesce(sum(failed), 0), coalesce(sum(soaked), 0) FROM segments WHERE run_id = ?",
      values, COUNT(values), take_sums, checkpoint, error);
  if (!err) {
    err = pc_rows_read(database, "SELECT fault, depth, held, detected, lost FROM guarantees WHERE run_id = ?", values,
                       COUNT(values), take_guarantee, checkpoint, error);
  }
  return err ? err
             : pc_rows_read(
                   database,
                   "SELECT invariant, fault, depth, checks, failures FROM checks WHERE run_id = ? AND depth > 0",
                   values, COUNT(values), take_check, checkpoint, error);
}

/* Each reads what it is named for at the text's beginning, and goes on behind it. */
static bool skip(const char **text, const char *word) {
  size_t length = strlen(word);
  bool found = strncmp(*text, word, length) == 0;
  *text += found ? length : 0;
  return found;
}

static bool read_number(const char **text, uint32_t *number) {
  char *end;
  unsigned long value = strtoul(*text, &end, 10);
  bool found = end != *text && value <= UINT32_MAX;
  *number = (uint32_t)value;
  *text = end;
  return found;
}

static bool read_fault(const char **text, enum pc_fault *fault) {
  char name[32];
  size_t length = strcspn(*text, " ");
  (void)snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), *text);
  *text += length;
  return find_fault(name, fault);
}

/* "34 prefix 5, 6 bit_subset 1", of a soak "life 2 cut 7: 34 prefix 5" */
static bool read_path(const char *text, struct pc_cut_path *path) {
  if (skip(&text, "life ") && !(read_number(&text, &path->life) && skip(&text, " cut ") &&
                                read_number(&text, &path->number) && skip(&text, ": "))) {
    return false;
  }
  while (*text != '\0') {
    if (path->depth == PC_MAX_DEPTH) {
      return false;
    }
    struct pc_cut *cut = &path->cuts[path->depth++];
    if (!read_number(&text, &cut->flash_operation) || !skip(&text, " ") || !read_fault(&text, &cut->fault) ||
        !skip(&text, " ") || !read_number(&text, &cut->variant)) {
      return false;
    }
    (void)skip(&text, ", ");
  }
  return true;
}

static unsigned digit(char character) {
  return (unsigned)(character <= '9' ? character - '0' : character - 'a' + 10);
}

/* A key as pc_buffer_key wrote it, into `key`. */
static void read_key(const char *text, uint8_t key[PC_MAX_KEY_SIZE], struct pc_violation *violation) {
  size_t size = strlen(text);
  violation->has_key = true;
  violation->key.data = key;
  if (strncmp(text, "hex:", 4) == 0) {
    for (text += 4; violation->key.size < PC_MAX_KEY_SIZE && text[0] != '\0' && text[1] != '\0'; text += 2) {
      key[violation->key.size++] = (uint8_t)(digit(text[0]) * 16 + digit(text[1]));
    }
    return;
  }
  violation->key.size = size < PC_MAX_KEY_SIZE ? size : PC_MAX_KEY_SIZE;
  memcpy(key, text, violation->key.size);
}

struct reader {
  pc_violation_function function;
  void *context;
};

static enum pc_result take_violation(void *context, const struct pc_row *row, struct pc_error *error) {
  const struct reader *reader = context;
  const struct pc_value *values = row->values;
  struct pc_violation violation = {.operation = (uint32_t)values[1].integer, .count = (uint64_t)values[6].integer};
  uint8_t key[PC_MAX_KEY_SIZE];
  if (!find_invariant(text_of(&values[0]), &violation.invariant) || !read_path(text_of(&values[5]), &violation.path) ||
      !find_last_fault(text_of(&values[7]), &violation.fault)) {
    return fail_row("violations", error);
  }
  if (values[2].kind == PC_VALUE_TEXT) {
    read_key(text_of(&values[2]), key, &violation);
  }
  (void)snprintf(violation.expected, sizeof violation.expected, "%s", text_of(&values[3]));
  (void)snprintf(violation.actual, sizeof violation.actual, "%s", text_of(&values[4]));
  return reader->function(reader->context, &violation, error);
}

enum pc_result pc_recorded_violations(const struct pc_database *database, int64_t run_id,
                                      pc_violation_function function, void *context, struct pc_error *error) {
  const struct pc_value values[] = {pc_integer((uint64_t)run_id)};
  struct reader reader = {.function = function, .context = context};
  return pc_rows_read(database,
                      "SELECT invariant, operation, key, expected, actual, cut_path, count, fault FROM violations "
                      "WHERE run_id = ? ORDER BY violation_id",
                      values, COUNT(values), take_violation, &reader, error);
}
