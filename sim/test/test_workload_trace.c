/*
 * Traces: what is read is what was written, every error names the line, and no text makes the reader stumble.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "powercut/random.h"
#include "powercut/workload.h"

static struct pc_bytes bytes_of(const char *text) {
  return (struct pc_bytes){(const uint8_t *)text, strlen(text)};
}

static struct pc_workload parse(const char *text) {
  struct pc_workload workload;
  struct pc_error error = {{0}};
  cr_assert_eq(pc_trace_parse("t", bytes_of(text), &workload, &error), PC_OK, "%s", error.message);
  return workload;
}

/* The workload as a trace, to be freed. */
static struct pc_buffer written(const struct pc_workload *workload) {
  struct pc_buffer text = {0};
  pc_trace_write(workload, 0, workload->operation_count, &text);
  cr_assert_not(text.failed);
  return text;
}

static void expect_trace(const char *text, const char *canonical) {
  struct pc_workload workload = parse(text);
  struct pc_buffer text_of_it = written(&workload);
  cr_expect_str_eq((const char *)text_of_it.data, canonical);
  pc_buffer_free(&text_of_it);
  pc_workload_free(&workload);
}

static void expect_error(struct pc_bytes text, const char *message) {
  struct pc_workload workload;
  memset(&workload, 0xA5, sizeof workload);
  struct pc_error error = {{0}};
  cr_expect_eq(pc_trace_parse("t", text, &workload, &error), PC_BAD_INPUT, "%s", message);
  cr_expect_str_eq(error.message, message);
  cr_expect(workload.arena == NULL && workload.keys == NULL && workload.operations == NULL);
}

Test(workload_trace, an_update_is_a_reboot_with_other_parameters) {
  static const char trace[] = "put a 01\nupdate redundancy=2 formats= x==\nupdate name=hex:612062\n";
  struct pc_workload workload = parse(trace);
  const struct pc_operation *update = &workload.operations[1];
  cr_assert_eq(workload.operation_count, 3);
  cr_assert(update->kind == PC_REBOOT && update->update != NULL && update->update->count == 3);
  cr_expect_str_eq(update->update->place, "t:2");
  cr_expect_str_eq(update->update->changes[0].name, "redundancy");
  cr_expect_str_eq(update->update->changes[0].value, "2");
  cr_expect_str_eq(update->update->changes[1].value, "");
  cr_expect_str_eq(update->update->changes[2].value, "=");
  cr_expect_str_eq(update[1].update->changes[0].value, "a b");
  pc_workload_free(&workload);
  expect_trace(trace, trace);
}

Test(workload_trace, an_update_that_is_none_is_refused) {
  char many[1024] = "update";
  for (int i = 0; i <= (int)PC_MAX_UPDATE_CHANGES; i++) {
    (void)snprintf(many + strlen(many), sizeof many - strlen(many), " n%d=1", i);
  }
  expect_error(bytes_of("update\n"), "t:1: too short: the line must be 'update NAME=VALUE ...'");
  expect_error(bytes_of("reboot\nupdate a\n"), "t:2: an update takes NAME=VALUE, not 'a'");
  expect_error(bytes_of("update =1\n"), "t:1: an update takes NAME=VALUE, not '=1'");
  expect_error(bytes_of("update a=1 b=2 a=3\n"), "t:1: 'a' is given twice in the update");
  expect_error(bytes_of("update a=hex:6\n"), "t:1: the value of a is not hex digits of a text");
  expect_error(bytes_of("update a=hex:00\n"), "t:1: the value of a is not hex digits of a text");
  expect_error(bytes_of("update a=hex:6g\n"), "t:1: the value of a is not hex digits of a text");
  expect_error(bytes_of(many), "t:1: more than 64 parameters in an update");
}

Test(workload_trace, each_operation_is_read_as_it_stands) {
  struct pc_workload workload = parse(
      "put a 00ff\nput hex:00ff20 -\ndelete a\nget b#c\nmaintain partial\nmaintain full\nmaintain heavy\nreboot\n"
      "put a 7E\n");
  cr_assert_eq(workload.operation_count, 9);
  cr_assert_eq(workload.key_count, 3);
  cr_expect(pc_bytes_equal(workload.keys[0], bytes_of("a")));
  cr_expect(pc_bytes_equal(workload.keys[1], (struct pc_bytes){(const uint8_t *)"\x00\xFF ", 3}));
  cr_expect(pc_bytes_equal(workload.keys[2], bytes_of("b#c")));
  const struct pc_operation *operations = workload.operations;
  cr_expect(operations[0].kind == PC_PUT && operations[0].key == 0);
  cr_expect(pc_bytes_equal(operations[0].value, (struct pc_bytes){(const uint8_t *)"\x00\xFF", 2}));
  cr_expect(operations[1].kind == PC_PUT && operations[1].key == 1 && operations[1].value.size == 0);
  cr_expect(operations[2].kind == PC_DELETE && operations[2].key == 0);
  cr_expect(operations[3].kind == PC_GET && operations[3].key == 2);
  cr_expect(operations[4].kind == PC_MAINTAIN && operations[4].level == PC_MAINTAIN_PARTIAL);
  cr_expect(operations[5].kind == PC_MAINTAIN && operations[5].level == PC_MAINTAIN_FULL);
  cr_expect(operations[6].kind == PC_MAINTAIN && operations[6].level == PC_MAINTAIN_HEAVY);
  cr_expect(operations[7].kind == PC_REBOOT);
  cr_expect(operations[8].key == 0 && operations[8].value.size == 1 && operations[8].value.data[0] == 0x7E);
  pc_workload_free(&workload);
  cr_expect(workload.arena == NULL && workload.operation_count == 0);
}

Test(workload_trace, comments_spaces_and_line_ends_do_not_matter) {
  expect_trace("# all\n\n  \t\nput a 00 # one\n\tget\t a\t\n#reboot\n reboot #", "put a 00\nget a\nreboot\n");
  expect_trace("put a 00\r\nget a\r\n\r\nreboot\r\n", "put a 00\nget a\nreboot\n");
  expect_trace("get a#b # c\n", "get hex:612362\n");
  expect_trace("get \xC3\xA9\n", "get hex:c3a9\n");
  expect_trace("put hex:61 AbCd", "put a abcd\n");
  expect_trace("get hex:2d\n", "get hex:2d\n");
}

Test(workload_trace, only_the_operations_asked_for_are_written) {
  struct pc_workload workload = parse("get a\nget b\nget c\nget d\n");
  struct pc_buffer text = {0};
  pc_trace_write(&workload, 1, 3, &text);
  cr_expect_str_eq((const char *)text.data, "get b\nget c\n");
  pc_buffer_free(&text);
  pc_workload_free(&workload);
}

Test(workload_trace, every_error_names_the_line_and_what_is_wrong) {
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"", "t: the trace has no operations"},
      {"# nothing\n\n", "t: the trace has no operations"},
      {"get a\nputt a 00\n", "t:2: unknown operation 'putt'; known are put, delete, get, maintain, reboot, update"},
      {"PUT a 00", "t:1: unknown operation 'PUT'; known are put, delete, get, maintain, reboot, update"},
      {"an-operation-of-more-than-32-letters x",
       "t:1: unknown operation 'an-operation-of-more-than-32-let...'; known are put, delete, get, maintain, reboot, "
       "update"},
      {"g\x1B[31m", "t:1: unknown operation 'g?[31m'; known are put, delete, get, maintain, reboot, update"},
      {"put a", "t:1: too short: the line must be 'put KEY VALUE (hex, or - for empty)'"},
      {"put", "t:1: too short: the line must be 'put KEY VALUE (hex, or - for empty)'"},
      {"put a 00 11", "t:1: too much: the line must be 'put KEY VALUE (hex, or - for empty)'"},
      {"get", "t:1: too short: the line must be 'get KEY'"},
      {"get #", "t:1: too short: the line must be 'get KEY'"},
      {"delete a b", "t:1: too much: the line must be 'delete KEY'"},
      {"maintain", "t:1: too short: the line must be 'maintain partial|full|heavy'"},
      {"reboot now please", "t:1: too much: the line must be 'reboot'"},
      {"maintain some", "t:1: maintain takes partial, full or heavy, not 'some'"},
      {"put a 0", "t:1: the value has an odd number of hex digits (1)"},
      {"put a 0x00", "t:1: 'x' is not a hex digit, in the value"},
      {"put a 0\x80", "t:1: 0x80 is not a hex digit, in the value"},
      {"get hex:0g", "t:1: 'g' is not a hex digit, in the key"},
      {"get hex:0", "t:1: the key has an odd number of hex digits (1)"},
      {"get hex:", "t:1: the key may not be empty"},
      {"get -", "t:1: the key may not be empty; a key of one hyphen is written hex:2d"},
      {"get a\x01", "t:1: the control character 0x01 in the key; write such a key as hex:.."},
      {"get a\x7F", "t:1: the control character 0x7f in the key; write such a key as hex:.."},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    expect_error(bytes_of(cases[i].text), cases[i].message);
  }
  expect_error((struct pc_bytes){(const uint8_t *)"get a\nget b\0\n", 13}, "t:2: a NUL byte: this is not a trace");
}

/* "PREFIX" and then `count` times the same byte. */
static struct pc_bytes repeated(struct pc_buffer *buffer, const char *prefix, char byte, size_t count) {
  *buffer = (struct pc_buffer){0};
  pc_buffer_append(buffer, prefix, strlen(prefix));
  for (size_t i = 0; i < count; i++) {
    pc_buffer_append(buffer, &byte, 1);
  }
  cr_assert_not(buffer->failed);
  return (struct pc_bytes){buffer->data, buffer->size};
}

Test(workload_trace, sizes_are_taken_up_to_the_bound_and_no_further) {
  static const struct {
    const char *prefix;
    char byte;
    size_t most, step;
    const char *message;
  } cases[] = {
      {"put a ", 'a', 2 * (size_t)PC_MAX_VALUE_SIZE, 2, "t:1: the value has 65535 bytes, more than 65534"},
      {"get ", 'a', PC_MAX_KEY_SIZE, 1, "t:1: the key has 256 bytes, more than 255"},
      {"get hex:", 'a', 2 * (size_t)PC_MAX_KEY_SIZE, 2, "t:1: the key has 256 bytes, more than 255"},
      {"get a #", 'a', 262144 - 7, 1, "t:1: the line has more than 262144 bytes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct pc_buffer buffer;
    struct pc_bytes text = repeated(&buffer, cases[i].prefix, cases[i].byte, cases[i].most);
    struct pc_workload workload;
    struct pc_error error = {{0}};
    cr_expect_eq(pc_trace_parse("t", text, &workload, &error), PC_OK, "case %zu: %s", i, error.message);
    pc_workload_free(&workload);
    pc_buffer_free(&buffer);
    text = repeated(&buffer, cases[i].prefix, cases[i].byte, cases[i].most + cases[i].step);
    expect_error(text, cases[i].message);
    pc_buffer_free(&buffer);
  }
}

Test(workload_trace, lines_count_from_where_the_trace_begins) {
  struct pc_workload workload;
  struct pc_error error;
  cr_expect_eq(pc_trace_parse_from("s.yaml", 40, bytes_of("get a\n\nget\n"), &workload, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "s.yaml:42: too short: the line must be 'get KEY'");
}

Test(workload_trace, files_that_cannot_be_read_are_bad_input) {
  struct pc_workload workload;
  struct pc_error error;
  cr_expect_eq(pc_trace_read("/no/such.trace", &workload, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "/no/such.trace: cannot open: No such file or directory");
  cr_expect_eq(pc_trace_read("/tmp", &workload, &error), PC_BAD_INPUT);
  cr_expect_str_eq(error.message, "/tmp: cannot read: Is a directory");
  cr_expect(workload.operations == NULL && workload.arena == NULL);
}

Test(workload_trace, the_traces_that_come_along_are_whole) {
  static const struct {
    const char *name;
    uint32_t operations, keys;
  } traces[] = {
      {"ota_updater", 653, 7},
      {"sensor_node", 1509, 52},
      {"smart_lock", 1997, 33},
      {"thermostat", 1988, 49},
  };
  for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/sim/traces/%s.trace", PC_SOURCE_DIR, traces[i].name);
    struct pc_workload workload;
    struct pc_error error = {{0}};
    cr_assert_eq(pc_trace_read(path, &workload, &error), PC_OK, "%s", error.message);
    cr_expect_eq(workload.operation_count, traces[i].operations, "%s", path);
    cr_expect_eq(workload.key_count, traces[i].keys, "%s", path);
    pc_workload_free(&workload);
  }
}

/* If looking up a key took longer the more keys there are, this would not end in time. */
Test(workload_trace, half_a_million_keys_are_read_in_linear_time, .timeout = 120) {
  const uint32_t count = 500000;
  struct pc_buffer text = {0};
  for (uint32_t i = 0; i < 2 * count; i++) {
    pc_buffer_print(&text, "get key%u\n", i % count);
  }
  cr_assert_not(text.failed);
  struct pc_workload workload;
  struct pc_error error = {{0}};
  cr_assert_eq(pc_trace_parse("t", (struct pc_bytes){text.data, text.size}, &workload, &error), PC_OK);
  cr_expect_eq(workload.operation_count, 2 * count);
  cr_expect_eq(workload.key_count, count);
  for (uint32_t i = 0; i < workload.operation_count; i++) {
    cr_assert_eq(workload.operations[i].key, i % count);
  }
  pc_workload_free(&workload);
  pc_buffer_free(&text);
}

/* A random operation, as a line. Keys are of all bytes. */
static void append_random_line(struct pc_buffer *text, struct pc_random *random) {
  uint8_t key[PC_MAX_KEY_SIZE], value[64];
  struct pc_bytes key_bytes = {key, 1 + (size_t)pc_random_below(random, pc_random_below(random, 8) == 0 ? 255 : 4)};
  struct pc_bytes value_bytes = {value, (size_t)pc_random_below(random, sizeof value)};
  bool printable = pc_random_below(random, 2) == 0;
  for (size_t i = 0; i < key_bytes.size; i++) {
    key[i] = (uint8_t)(printable ? ' ' + pc_random_below(random, 95) : pc_random_next(random));
  }
  for (size_t i = 0; i < value_bytes.size; i++) {
    value[i] = (uint8_t)pc_random_next(random);
  }
  static const char *const levels[] = {"partial", "full", "heavy"};
  static const char *const words[] = {"put ", "delete ", "get "};
  uint64_t kind = pc_random_below(random, 5);
  if (kind < 3) {
    pc_buffer_print(text, "%s", words[kind]);
    pc_buffer_key(text, key_bytes);
    if (kind == 0) {
      pc_buffer_print(text, value_bytes.size == 0 ? " -" : " ");
      pc_buffer_hex(text, value_bytes);
    }
    pc_buffer_print(text, "\n");
  } else if (kind == 3) {
    pc_buffer_print(text, "maintain %s\n", levels[pc_random_below(random, 3)]);
  } else {
    pc_buffer_print(text, "reboot\n");
  }
}

/* What is read and written again is the same text; whatever is read of a spoilt text also is, once written. */
Test(workload_trace, reading_back_what_was_written_gives_the_same, .timeout = 300) {
  for (uint64_t seed = 0; seed < 3000; seed++) {
    struct pc_random random = {seed};
    struct pc_buffer text = {0};
    uint64_t lines = 1 + pc_random_below(&random, 20);
    for (uint64_t i = 0; i < lines; i++) {
      append_random_line(&text, &random);
    }
    cr_assert_not_null(text.data);
    bool spoilt = seed % 2 == 1;
    for (uint64_t i = 0; spoilt && i < 1 + seed % 5; i++) {
      text.data[pc_random_below(&random, text.size)] = (uint8_t)pc_random_next(&random);
    }
    struct pc_workload workload;
    struct pc_error error = {{0}};
    enum pc_result result = pc_trace_parse("t", (struct pc_bytes){text.data, text.size}, &workload, &error);
    cr_assert(result == PC_OK || spoilt, "seed %llu: %s", (unsigned long long)seed, error.message);
    if (result == PC_OK) {
      struct pc_buffer once = written(&workload);
      struct pc_workload again = parse((const char *)once.data);
      struct pc_buffer twice = written(&again);
      cr_assert_str_eq((const char *)once.data, (const char *)twice.data, "seed %llu", (unsigned long long)seed);
      cr_assert(spoilt || strcmp((const char *)text.data, (const char *)once.data) == 0, "seed %llu",
                (unsigned long long)seed);
      cr_assert_eq(again.key_count, workload.key_count);
      pc_buffer_free(&once);
      pc_buffer_free(&twice);
      pc_workload_free(&again);
      pc_workload_free(&workload);
    }
    pc_buffer_free(&text);
  }
}
