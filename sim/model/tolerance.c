/* What faults excuse: a store can be asked for no more than the part lets it do, and never for less than to tell. */
#include "checker.h"

bool pc_checker_may_lose(const struct pc_checker *checker) {
  struct pc_damage damage = pc_device_damage(checker->target->device);
  bool single = checker->target->promises.redundancy < 2 || (checker->followed != NULL && checker->followed->single);
  return damage.events > 0 && (single || damage.beyond_copies);
}

void pc_checker_follow(struct pc_checker *checker, const struct pc_model *model) {
  checker->followed = model;
}

bool pc_checker_is_cramped(const struct pc_checker *checker) {
  struct pc_damage damage = pc_device_damage(checker->target->device);
  return damage.events > 0 || damage.failures > 0;
}

bool pc_status_tells(enum pc_status status) {
  return status == PC_STATUS_FLASH_ERROR || status == PC_STATUS_DATA_LOSS || status == PC_STATUS_FAILED;
}

bool pc_checker_excuses(const struct pc_checker *checker, enum pc_status status, uint64_t errors_before) {
  const struct pc_device *device = checker->target->device;
  bool met = pc_device_errors(device) > errors_before;
  return pc_status_tells(status) && (met || pc_device_damage(device).events > 0);
}

/* A put or delete of the key, from operation `first` of the workload on, after which it would answer this; NULL if
   there is none. */
static const struct pc_operation *find_origin(const struct pc_checker *checker, uint32_t key, uint32_t first,
                                              const struct pc_answer *answer) {
  const struct pc_workload *workload = checker->workload;
  for (uint32_t i = first; i < workload->operation_count; i++) {
    const struct pc_operation *operation = &workload->operations[i];
    if (operation->key != key) {
      continue;
    }
    if ((operation->kind == PC_PUT && answer->status == PC_STATUS_OK &&
         pc_bytes_equal(operation->value, answer->value)) ||
        (operation->kind == PC_DELETE && answer->status == PC_STATUS_NOT_FOUND)) {
      return operation;
    }
  }
  return NULL;
}

bool pc_answer_fits(const struct pc_checker *checker, uint32_t key, const struct pc_answer *answer,
                    struct pc_content *content) {
  if (pc_answer_is(answer, content)) {
    return true;
  }
  const struct pc_operation *origin =
      content->unsure_since == 0 ? NULL : find_origin(checker, key, content->unsure_since - 1, answer);
  if (origin == NULL) {
    return false;
  }
  content->live = origin->kind == PC_PUT;
  content->deleted = !content->live;
  content->value = origin->value;
  return true;
}

void pc_check_detected(const struct pc_checker *checker, uint32_t key, const struct pc_answer *answer,
                       const struct pc_content *content, struct pc_report *report) {
  report->checked[PC_DETECTED] = true;
  if (checker->workload->initial_count > 0) {
    return; /* older values, which nobody knows of, may lie on the flash that it began with */
  }
  if (answer->status == PC_STATUS_NOT_FOUND || pc_status_tells(answer->status) || pc_answer_is(answer, content) ||
      find_origin(checker, key, 0, answer) != NULL) {
    return;
  }
  char expected[PC_TEXT_SIZE], actual[PC_TEXT_SIZE];
  pc_report_fail(report, PC_DETECTED, &checker->workload->keys[key], pc_describe_content(content, expected), "%s%s",
                 pc_describe_answer(answer->status, answer->value, actual),
                 answer->status == PC_STATUS_OK ? ", which was never put there" : "");
}
