/*
 * Damage takes what it hits, and nothing else. On a part that is damaged beyond what copies make up for, a store may
 * lose keys; but one whose acknowledged value is whole on flash when it starts is not among them. What is whole, the
 * independent decoder says before the start.
 */
#include "checker.h"

static bool has_say(const struct pc_checker *checker) {
  const struct pc_target *target = checker->target;
  return target->promises.has_layout && pc_device_reads_raw(target->device) && pc_checker_may_lose(checker);
}

enum pc_result pc_checker_find_whole(struct pc_checker *checker, const struct pc_expectation *expectation,
                                     struct pc_error *error) {
  struct pc_target *target = checker->target;
  checker->whole_count = 0;
  if (!has_say(checker)) {
    return PC_OK;
  }
  checker->decoded_state = 0;
  enum pc_result result =
      pc_decode(pc_device_cells(target->device), &target->promises.layout, &checker->decoded, error);
  for (uint32_t i = 0; result == PC_OK && i < checker->decoded.live_count; i++) {
    const struct pc_live_entry *entry = &checker->decoded.live[i];
    uint32_t key = pc_keys_find(&checker->keys, entry->key);
    const struct pc_content *content = key == PC_NO_KEY ? NULL : &expectation->model->contents[key];
    if (content != NULL && content->live && pc_bytes_equal(content->value, entry->value) &&
        !(expectation->in_flight && expectation->key == key)) {
      checker->whole[checker->whole_count++] = key;
    }
  }
  return result;
}

void pc_check_whole(struct pc_checker *checker, const struct pc_expectation *expectation, struct pc_report *report) {
  for (uint32_t i = 0; i < checker->whole_count; i++) {
    uint32_t key = checker->whole[i];
    const struct pc_content *content = &expectation->model->contents[key];
    struct pc_answer answer = pc_checker_read(checker, checker->workload->keys[key], content->value.size);
    report->checked[PC_DURABLE] = true;
    if (!answer.met_error && !pc_answer_is(&answer, content)) {
      char expected[PC_TEXT_SIZE], actual[PC_TEXT_SIZE];
      pc_report_answer(report, PC_DURABLE, &checker->workload->keys[key], pc_describe_content(content, expected),
                       answer.status, "%s, though its entry is whole on the damaged flash",
                       pc_describe_answer(answer.status, answer.value, actual));
    }
  }
}
