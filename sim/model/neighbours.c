/* Keys that are alike. A store that compares half of a key, or its hash, gives the one for the other. */
#include <string.h>

#include "checker.h"

#define MOST_KEYS 16u /* whose neighbours are asked for */

static void expect_none(struct pc_checker *checker, struct pc_bytes key, struct pc_report *report) {
  if (key.size == 0 || key.size > checker->target->promises.max_key_size ||
      pc_keys_find(&checker->keys, key) != PC_NO_KEY) {
    return;
  }
  struct pc_answer answer = pc_checker_read(checker, key, 0);
  report->checked[PC_EXACT_CONTENTS] = true;
  if (answer.status == PC_STATUS_OK) {
    char actual[PC_TEXT_SIZE];
    pc_report_answer(report, PC_EXACT_CONTENTS, &key, "no such key (it was never put)", answer.status, "%s",
                     pc_describe_answer(answer.status, answer.value, actual));
  }
}

static void ask_around(struct pc_checker *checker, struct pc_bytes key, struct pc_report *report) {
  uint8_t bytes[PC_MAX_KEY_SIZE + 1] = {0};
  struct pc_bytes neighbour = {.data = bytes, .size = key.size};
  memcpy(bytes, key.data, key.size);
  bytes[key.size - 1] ^= 1u;
  expect_none(checker, neighbour, report);
  bytes[key.size - 1] ^= 1u;
  bytes[0] ^= 1u;
  expect_none(checker, neighbour, report);
  bytes[0] ^= 1u;
  neighbour.size = key.size - 1;
  expect_none(checker, neighbour, report);
  neighbour.size = key.size + 1;
  expect_none(checker, neighbour, report);
}

void pc_check_neighbours(struct pc_checker *checker, struct pc_report *report) {
  uint32_t asked = 0;
  for (uint32_t i = 0; i < checker->workload->key_count && asked < MOST_KEYS; i++) {
    const struct pc_bytes key = checker->workload->keys[i];
    if (checker->resolved[i].live && key.size > 0 && key.size <= PC_MAX_KEY_SIZE) {
      ask_around(checker, key, report);
      asked++;
    }
  }
}
