#include "output.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum pc_exit pc_exit_of(enum pc_result result) {
  switch (result) {
    case PC_OK:
      return PC_EXIT_HELD;
    case PC_BAD_INPUT:
      return PC_EXIT_BAD_INPUT;
    case PC_ENVIRONMENT:
      break;
  }
  return PC_EXIT_ENVIRONMENT;
}

/* Runs at exit, so that no way out (argp's --help is one) skips the check. */
static void close_output(void) {
  bool failed = ferror(stdout) != 0;
  errno = 0;
  if (fclose(stdout) != 0 || failed) {
    /* A reader that went away knows. */
    if (errno != EPIPE) {
      (void)fprintf(stderr, "powercut: can't write to standard output%s%s\n", errno != 0 ? ": " : "",
                    errno != 0 ? strerror(errno) : "");
    }
    _exit(PC_EXIT_ENVIRONMENT);
  }
}

bool pc_output_begin(void) {
  /* A reader that goes away must not kill a run whose results go to the database. */
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  return sigaction(SIGPIPE, &ignore, NULL) == 0 && atexit(close_output) == 0;
}

enum pc_exit pc_output_error(enum pc_result result, const struct pc_error *error) {
  (void)fputs("powercut: ", stderr);
  pc_output_text(stderr, error->message);
  (void)fputc('\n', stderr);
  return pc_exit_of(result);
}

/* The length of the character at `text`, 0 if it is no UTF-8 that a terminal may see. */
static size_t printable_length(const char *text) {
  const unsigned char *byte = (const unsigned char *)text;
  if (byte[0] < 0x80) {
    return byte[0] >= ' ' && byte[0] != 0x7F ? 1 : 0;
  }
  size_t length = byte[0] >= 0xF0 ? 4 : byte[0] >= 0xE0 ? 3 : 2;
  if (byte[0] < 0xC2 || byte[0] > 0xF4) {
    return 0;
  }
  for (size_t i = 1; i < length; i++) {
    if ((byte[i] & 0xC0u) != 0x80) {
      return 0;
    }
  }
  /* C1 control characters, overlong forms, surrogates, and what lies beyond Unicode. */
  bool refused = (byte[0] == 0xC2 && byte[1] < 0xA0) || (byte[0] == 0xE0 && byte[1] < 0xA0) ||
                 (byte[0] == 0xED && byte[1] >= 0xA0) || (byte[0] == 0xF0 && byte[1] < 0x90) ||
                 (byte[0] == 0xF4 && byte[1] >= 0x90);
  return refused ? 0 : length;
}

/* Takes one character off `text`, or one byte that is none as \xNN, and returns its length in `out`. */
static size_t take_character(const char **text, char out[8]) {
  size_t length = printable_length(*text);
  if (length > 0) {
    memcpy(out, *text, length);
    *text += length;
    return length;
  }
  (void)snprintf(out, 8, "\\x%02x", (unsigned)(unsigned char)**text);
  *text += 1;
  return 4;
}

void pc_buffer_text(struct pc_buffer *buffer, const char *text) {
  char character[8];
  while (*text != '\0') {
    pc_buffer_append(buffer, character, take_character(&text, character));
  }
}

void pc_output_text(FILE *stream, const char *text) {
  char character[8];
  while (*text != '\0') {
    (void)fwrite(character, 1, take_character(&text, character), stream);
  }
}

enum pc_result pc_output_buffer(FILE *stream, struct pc_buffer *buffer, struct pc_error *error) {
  enum pc_result err = buffer->failed ? pc_fail_memory(error) : PC_OK;
  if (!err && buffer->size > 0) {
    (void)fwrite(buffer->data, 1, buffer->size, stream);
  }
  pc_buffer_free(buffer);
  return err;
}

void pc_buffer_count(struct pc_buffer *buffer, uint64_t count) {
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
  for (int i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0) {
      pc_buffer_append(buffer, ",", 1);
    }
    pc_buffer_append(buffer, &digits[i], 1);
  }
}

void pc_buffer_value(struct pc_buffer *buffer, struct pc_bytes value, size_t limit) {
  if (value.size == 0) {
    pc_buffer_append(buffer, "-", 1);
  } else if (value.size <= limit) {
    pc_buffer_hex(buffer, value);
  } else {
    pc_buffer_hex(buffer, (struct pc_bytes){.data = value.data, .size = limit});
    pc_buffer_print(buffer, "... (%zu bytes)", value.size);
  }
}

void pc_buffer_time(struct pc_buffer *buffer, double microseconds) {
  if (microseconds < 0) {
    pc_buffer_print(buffer, "not known");
  } else if (microseconds < 1000) {
    pc_buffer_print(buffer, "%.3g us", microseconds);
  } else if (microseconds < 1e6) {
    pc_buffer_print(buffer, "%.4g ms", microseconds / 1000);
  } else {
    pc_buffer_print(buffer, "%.4g s", microseconds / 1e6);
  }
}

enum pc_result pc_output_json(json_t *object, struct pc_error *error) {
  if (object == NULL) {
    return pc_fail_memory(error);
  }
  char *text = json_dumps(object, JSON_COMPACT);
  json_decref(object);
  if (text == NULL) {
    return pc_fail_memory(error);
  }
  (void)printf("%s\n", text);
  free(text);
  return PC_OK;
}

json_t *pc_json_complete(json_t *object, int failed) {
  if (failed == 0) {
    return object;
  }
  json_decref(object);
  return NULL;
}

/* A JSON string of what was built in `buffer`, which it frees. */
static json_t *json_of_buffer(struct pc_buffer *buffer) {
  json_t *string = buffer->failed ? NULL : json_stringn((const char *)buffer->data, buffer->size);
  pc_buffer_free(buffer);
  return string;
}

json_t *pc_json_text(const char *text) {
  struct pc_buffer buffer = {0};
  pc_buffer_append(&buffer, "", 0);
  pc_buffer_text(&buffer, text);
  return json_of_buffer(&buffer);
}

json_t *pc_json_hex(struct pc_bytes bytes) {
  struct pc_buffer buffer = {0};
  pc_buffer_append(&buffer, "", 0);
  pc_buffer_hex(&buffer, bytes);
  return json_of_buffer(&buffer);
}

json_t *pc_json_count(uint64_t count) {
  if (count <= INT64_MAX) {
    return json_integer((json_int_t)count);
  }
  char digits[24];
  (void)snprintf(digits, sizeof digits, "%" PRIu64, count);
  return json_string(digits);
}
