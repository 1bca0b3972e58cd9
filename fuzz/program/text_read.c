/* A program's text, read back. */
#include <stdlib.h>
#include <string.h>

#include "setup.h"

#define MOST_WORDS 5u
#define LONGEST_LINE 128u
static const char first_words[] = "powercut program ";

/* One line, without its comment, as words. */
struct line {
  const char *name; /* of the text */
  uint32_t number;
  char text[LONGEST_LINE];
  const char *words[MOST_WORDS];
  size_t count;
  struct pc_error *error;
};

bool pc_program_is_text(struct pc_bytes input) {
  return input.size >= sizeof first_words - 1 && memcmp(input.data, first_words, sizeof first_words - 1) == 0;
}

static enum pc_result refuse(const struct line *line, const char *what, const char *word) {
  return pc_fail(line->error, PC_BAD_INPUT, "%s:%u: %s%s%s%s", line->name, line->number, what, word != NULL ? " '" : "",
                 word != NULL ? word : "", word != NULL ? "'" : "");
}

/* The word as a number up to `most`. */
static enum pc_result number(const struct line *line, const char *word, uint32_t most, uint32_t *value) {
  uint64_t read = 0;
  if (*word == '\0') {
    return refuse(line, "a number is missing", NULL);
  }
  for (const char *digit = word; *digit != '\0'; digit++) {
    if (*digit < '0' || *digit > '9' || read > most) {
      return refuse(line, "no number, or too large:", word);
    }
    read = read * 10 + (uint64_t)(*digit - '0');
  }
  *value = (uint32_t)read;
  return read <= most ? PC_OK : refuse(line, "too large:", word);
}

/* Which of the names the word is. */
static enum pc_result choice(const struct line *line, const char *word, const char *const *names, uint32_t count,
                             uint32_t *index) {
  for (*index = 0; *index < count; (*index)++) {
    if (strcmp(names[*index], word) == 0) {
      return PC_OK;
    }
  }
  return refuse(line, "not a word that can stand here:", word);
}

static enum pc_result read_setup_value(const struct line *line, struct pc_program *program, uint32_t which) {
  static const char *const no_yes[] = {"no", "yes"};
  struct pc_program_setup *setup = &program->setup;
  const char *word = line->words[1];
  uint32_t value = 0;
  enum pc_result result;
  switch (which) {
    case 0:
      result = number(line, word, PC_PROGRAM_GEOMETRIES - 1, &value);
      setup->geometry = (uint8_t)value;
      return result;
    case 1:
      result = number(line, word, 4, &value);
      setup->redundancy = (uint8_t)value;
      return result == PC_OK && value == 0 ? refuse(line, "redundancy is 1 to 4, not", word) : result;
    case 2:
      result = choice(line, word, pc_checksum_words, PC_PROGRAM_CHECKSUMS, &value);
      setup->checksum = (enum pc_program_checksum)value;
      return result;
    case 3:
      result = choice(line, word, pc_recovery_words, PC_PROGRAM_RECOVERIES, &value);
      setup->recovery = (enum pc_program_recovery)value;
      return result;
    case 4:
      result = number(line, word, 3, &value);
      setup->alignment = (uint8_t)value;
      return result;
    case 5:
      result = choice(line, word, pc_policy_words, PC_PROGRAM_POLICIES, &value);
      setup->policy = (uint8_t)value;
      return result;
    case 6:
      result = choice(line, word, pc_collect_words, PC_PROGRAM_COLLECTIONS, &value);
      setup->collect = (uint8_t)value;
      return result;
    case 7:
      result = choice(line, word, no_yes, 2, &value);
      setup->few_keys = value != 0;
      return result;
    case 8:
      result = choice(line, word, pc_age_words, PC_PROGRAM_AGES, &value);
      setup->worn = (uint8_t)value;
      return result;
    case 9:
      result = choice(line, word, no_yes, 2, &value);
      setup->fragile = value != 0;
      return result;
    default:
      result = number(line, word, UINT16_MAX, &value);
      program->seed = (uint16_t)value;
      return result;
  }
}

static enum pc_result read_put(const struct line *line, struct pc_program_step *step) {
  static const char largest[] = "largest-";
  const char *word = line->words[2];
  uint32_t value = 0;
  step->from_largest = strncmp(word, largest, sizeof largest - 1) == 0;
  enum pc_result result = number(line, step->from_largest ? word + sizeof largest - 1 : word, 4095, &value);
  step->size = (uint16_t)value;
  if (result == PC_OK) {
    result = number(line, line->words[3], UINT8_MAX, &value);
    step->seed = (uint8_t)value;
  }
  return result;
}

static enum pc_result read_cut(const struct line *line, struct pc_program_step *step) {
  const char *names[PC_FAULT_COUNT];
  uint32_t value = 0;
  for (size_t i = 0; i < PC_FAULT_COUNT; i++) {
    names[i] = pc_fault_class((enum pc_fault)i)->name;
  }
  enum pc_result result = choice(line, line->words[1], names, PC_FAULT_COUNT, &value);
  step->fault = (enum pc_fault)value;
  if (result == PC_OK) {
    result = number(line, line->words[2], 4095, &value);
    step->flash_operation = (uint16_t)value;
  }
  if (result == PC_OK) {
    result = number(line, line->words[3], 8191, &value);
    step->variant = (uint16_t)value;
  }
  return result;
}

static enum pc_result read_step(const struct line *line, struct pc_program_step *step) {
  static const char *const names[PC_CODE_COUNT] = {"put", "delete", "get", "maintain", "reboot", "cut"};
  static const size_t words[PC_CODE_COUNT] = {4, 2, 2, 2, 1, 4};
  static const char *const levels[] = {"partial", "full", "heavy"};
  uint32_t value = 0;
  enum pc_result result = choice(line, line->words[0], names, PC_CODE_COUNT, &value);
  if (result != PC_OK) {
    return result;
  }
  *step = (struct pc_program_step){.code = (enum pc_step_code)value};
  if (line->count != words[value]) {
    return refuse(line, "too many or too few words for a", line->words[0]);
  }
  if (step->code == PC_CODE_PUT || step->code == PC_CODE_DELETE || step->code == PC_CODE_GET) {
    result = number(line, line->words[1], PC_PROGRAM_KEYS - 1, &value);
    step->key = (uint8_t)value;
  } else if (step->code == PC_CODE_MAINTAIN) {
    result = choice(line, line->words[1], levels, 3, &value);
    step->level = (enum pc_maintenance)value;
  } else if (step->code == PC_CODE_CUT) {
    result = read_cut(line, step);
  }
  return result == PC_OK && step->code == PC_CODE_PUT ? read_put(line, step) : result;
}

static enum pc_result read_line(const struct line *line, struct pc_program *program) {
  static const char *const names[] = {"geometry", "redundancy", "checksum", "recovery", "alignment", "policy",
                                      "collect",  "few_keys",   "worn",     "fragile",  "seed"};
  const size_t count = sizeof names / sizeof names[0];
  for (uint32_t i = 0; i < count; i++) {
    if (strcmp(line->words[0], names[i]) == 0) {
      return line->count == 2 ? read_setup_value(line, program, i) : refuse(line, "one value stands behind", names[i]);
    }
  }
  if (program->step_count == PC_PROGRAM_MAX_STEPS) {
    return refuse(line, "a program has at most 256 steps", NULL);
  }
  return read_step(line, &program->steps[program->step_count++]);
}

/* Splits a line into words; what is behind a '#' is none. */
static enum pc_result split(struct line *line, const uint8_t *text, size_t size) {
  const uint8_t *comment = memchr(text, '#', size);
  char *rest = NULL;
  size = comment != NULL ? (size_t)(comment - text) : size;
  line->count = 0;
  if (size >= LONGEST_LINE || memchr(text, '\0', size) != NULL) {
    return refuse(line, "too long, or no text", NULL);
  }
  memcpy(line->text, text, size);
  line->text[size] = '\0';
  for (char *word = strtok_r(line->text, " \t\r", &rest); word != NULL; word = strtok_r(NULL, " \t\r", &rest)) {
    if (line->count == MOST_WORDS) {
      return refuse(line, "too many words", NULL);
    }
    line->words[line->count++] = word;
  }
  return PC_OK;
}

static enum pc_result read_version(const struct line *line) {
  uint32_t version = 0;
  enum pc_result result = line->count == 3 ? number(line, line->words[2], UINT32_MAX - 1, &version)
                                           : refuse(line, "a program begins with: powercut program 2", NULL);
  return result == PC_OK && (version < PC_PROGRAM_OLDEST_VERSION || version > PC_PROGRAM_VERSION)
             ? refuse(line, "this powercut reads programs of versions 1 and 2, not", line->words[2])
             : result;
}

enum pc_result pc_program_parse(const char *name, struct pc_bytes text, struct pc_program *program,
                                struct pc_error *error) {
  struct line line = {.name = name, .error = error};
  size_t at = 0;
  *program = (struct pc_program){.setup = {.redundancy = 1}};
  if (!pc_program_is_text(text)) {
    return pc_fail(error, PC_BAD_INPUT, "%s: not the text of a fuzzing program: it begins with '%s2'", name,
                   first_words);
  }
  while (at < text.size) {
    const uint8_t *end = memchr(text.data + at, '\n', text.size - at);
    size_t size = end != NULL ? (size_t)(end - text.data) - at : text.size - at;
    line.number++;
    enum pc_result result = split(&line, text.data + at, size);
    if (result == PC_OK && line.count > 0) {
      result = line.number == 1 ? read_version(&line) : read_line(&line, program);
    }
    if (result != PC_OK) {
      return result;
    }
    at += size + 1;
  }
  return PC_OK;
}
