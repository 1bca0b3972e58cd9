/* What is added to a workload that is there. Keys that its operations use keep their index, others come behind them,
   once each; and operations keep their order around updates. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "powercut/workload.h"

#define MANY 1000u

static struct pc_bytes bytes_of(const char *text) {
  return (struct pc_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

static struct pc_workload parsed(const char *trace) {
  struct pc_workload workload;
  struct pc_error error = {{0}};
  cr_assert_eq(pc_trace_parse("t", bytes_of(trace), &workload, &error), PC_OK, "%s", error.message);
  return workload;
}

static void expect_bytes(struct pc_bytes actual, const char *expected) {
  cr_expect(pc_bytes_equal(actual, bytes_of(expected)), "%.*s is not %s", (int)actual.size, (const char *)actual.data,
            expected);
}

Test(workload_initial, keys_of_operations_keep_their_index) {
  struct pc_workload workload = parsed("put a 01\nget b\n");
  char key[] = "c", value[] = "value";
  const struct pc_initial contents[] = {{.live = true, .value = bytes_of("of b")},
                                        {.live = true, .value = bytes_of(value)},
                                        {.live = false},
                                        {.live = true, .value = bytes_of("")}};
  const struct pc_bytes keys[] = {bytes_of("b"), bytes_of(key), bytes_of("d"), bytes_of("a")};
  struct pc_error error;
  cr_assert_eq(pc_workload_begin_with(&workload, contents, keys, 4, &error), PC_OK);
  key[0] = value[0] = '?'; /* copies were taken */
  cr_assert_eq(workload.key_count, 4);
  cr_assert_eq(workload.initial_count, 4);
  const uint32_t indexes[] = {1, 2, 3, 0};
  const char *const values[] = {"of b", "value", "", ""};
  for (size_t i = 0; i < 4; i++) {
    cr_expect_eq(workload.initial[i].key, indexes[i]);
    cr_expect_eq(workload.initial[i].live, i != 2);
    expect_bytes(workload.initial[i].value, values[i]);
  }
  expect_bytes(workload.keys[0], "a");
  expect_bytes(workload.keys[1], "b");
  expect_bytes(workload.keys[2], "c");
  expect_bytes(workload.keys[3], "d");
  cr_expect_eq(workload.operation_count, 2);
  cr_expect_eq(workload.operations[1].key, 1);
  pc_workload_free(&workload);
}

Test(workload_initial, there_may_be_many_keys) {
  struct pc_workload workload = parsed("get k7\nput k3 -\n");
  static char texts[MANY][8];
  static struct pc_bytes keys[MANY];
  static struct pc_initial contents[MANY];
  struct pc_error error;
  for (unsigned i = 0; i < MANY; i++) {
    (void)snprintf(texts[i], sizeof texts[i], "k%u", i);
    keys[i] = bytes_of(texts[i]);
    contents[i] = (struct pc_initial){.live = true, .value = keys[i]};
  }
  cr_assert_eq(pc_workload_begin_with(&workload, contents, keys, MANY, &error), PC_OK);
  cr_assert_eq(workload.key_count, MANY);
  cr_expect_eq(workload.initial[7].key, 0);
  cr_expect_eq(workload.initial[3].key, 1);
  for (unsigned i = 0; i < MANY; i++) {
    expect_bytes(workload.keys[workload.initial[i].key], texts[i]);
    expect_bytes(workload.initial[i].value, texts[i]);
  }
  pc_workload_free(&workload);
}

Test(workload_initial, nothing_is_there_to_begin_with) {
  struct pc_workload workload = parsed("maintain full\n");
  const struct pc_bytes key = bytes_of("a");
  const struct pc_initial content = {.live = true};
  struct pc_error error;
  cr_assert_eq(pc_workload_begin_with(&workload, &content, &key, 1, &error), PC_OK);
  cr_assert_eq(workload.key_count, 1);
  expect_bytes(workload.keys[0], "a");
  pc_workload_free(&workload);
}

Test(workload_initial, updates_come_between_the_operations) {
  struct pc_workload workload = parsed("put a 01\nget b\ndelete a\n");
  static const struct pc_parameter change = {"redundancy", "2"};
  const struct pc_update update = {.changes = &change, .count = 1, .place = "t:1"};
  const struct pc_scheduled_update updates[] = {{0, update}, {2, update}, {2, update}};
  static const enum pc_operation_kind kinds[] = {PC_REBOOT, PC_PUT, PC_GET, PC_REBOOT, PC_REBOOT, PC_DELETE};
  struct pc_error error;
  cr_assert_eq(pc_workload_update(&workload, updates, 3, &error), PC_OK);
  cr_assert_eq(workload.operation_count, 6);
  for (size_t i = 0; i < 6; i++) {
    cr_expect_eq(workload.operations[i].kind, kinds[i], "operation %zu", i);
    cr_expect_eq(workload.operations[i].update != NULL, kinds[i] == PC_REBOOT);
  }
  cr_expect_eq(workload.operations[2].key, 1);
  cr_expect_str_eq(workload.operations[4].update->changes[0].value, "2");
  pc_workload_free(&workload);
}
