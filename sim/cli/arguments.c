#include "arguments.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool pc_parse_number(const char *text, struct pc_range range, uint64_t *number) {
  bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  const char *digits = hex ? text + 2 : text;
  size_t length = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");
  if (length == 0 || digits[length] != '\0') {
    return false;
  }
  errno = 0;
  unsigned long long value = strtoull(digits, NULL, hex ? 16 : 10);
  if (errno != 0 || value < range.minimum || value > range.maximum) {
    return false;
  }
  *number = value;
  return true;
}

uint64_t pc_argument_number(const struct argp_state *state, const char *option, const char *text,
                            struct pc_range range) {
  uint64_t number = 0;
  if (!pc_parse_number(text, range, &number)) {
    argp_error(state, "%s takes a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'", option, range.minimum,
               range.maximum, text);
  }
  return number;
}

void pc_argument_single(const struct argp_state *state, const char **place, const char *argument) {
  if (*place != NULL) {
    argp_error(state, "one argument is enough: '%s' is one too many", argument);
  }
  *place = argument;
}

void pc_argument_setting(const struct argp_state *state, const char *option, char *text, struct pc_override *place) {
  char *equals = strchr(text, '=');
  if (equals == NULL || equals == text) {
    argp_error(state, "%s takes PATH=VALUE, not '%s'", option, text);
    return;
  }
  *equals = '\0';
  *place = (struct pc_override){.path = text, .value = equals + 1};
}

/* A quote ends the quoted text, stands there by itself, and begins it again. */
static void quote(const char *word, struct pc_buffer *text) {
  pc_buffer_print(text, "'");
  for (const char *c = word; *c != '\0'; c++) {
    if (*c == '\'') {
      pc_buffer_print(text, "'\\''");
    } else {
      pc_buffer_append(text, c, 1);
    }
  }
  pc_buffer_print(text, "'");
}

void pc_buffer_word(struct pc_buffer *text, const char *word) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=:,@%+";
  if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
    pc_buffer_print(text, "%s", word);
  } else {
    quote(word, text);
  }
}

void pc_command_line(int argc, char **argv, struct pc_buffer *text) {
  pc_buffer_print(text, "%s", argv[0]);
  for (int i = 1; i < argc; i++) {
    pc_buffer_print(text, " ");
    pc_buffer_word(text, argv[i]);
  }
}

static error_t parse_list(int key, char *argument, struct argp_state *state) {
  bool *json = state->input;
  switch (key) {
    case 'j':
      *json = true;
      return 0;
    case ARGP_KEY_ARG:
      argp_error(state, "it takes no argument: '%s' is one too many", argument);
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

bool pc_list_parse(int argc, char **argv, const char *doc) {
  static const struct argp_option options[] = {
      {.name = "json", .key = 'j', .doc = "print one JSON object"},
      {0},
  };
  const struct argp argp = {.options = options, .parser = parse_list, .doc = doc};
  bool json = false;
  (void)argp_parse(&argp, argc, argv, 0, NULL, &json);
  return json;
}
