/* durable, atomic, deleted_stays_deleted and exact_contents: what the store reads, against the model. */
#include <stdio.h>

#include "checker.h"

/* The key in flight may read as either; from then on it holds what it was read as. */
static void check_in_flight(struct pc_checker *checker, const struct pc_expectation *expectation,
                            struct pc_report *report) {
  uint32_t key = expectation->key;
  const struct pc_content *before = &expectation->model->contents[key];
  const struct pc_content *after = &expectation->outcome;
  size_t larger = before->value.size > after->value.size ? before->value.size : after->value.size;
  struct pc_answer answer = pc_checker_read(checker, checker->workload->keys[key], larger);
  checker->resolved[key] = *before;
  if (pc_checker_may_lose(checker)) {
    pc_check_detected(checker, key, &answer, before, report);
    return;
  }
  if (answer.met_error) {
    return;
  }
  report->checked[PC_ATOMIC] = true;
  if (pc_answer_fits(checker, key, &answer, &checker->resolved[key])) {
    return;
  }
  if (pc_answer_is(&answer, after)) {
    checker->resolved[key] = *after;
    return;
  }
  char before_text[PC_TEXT_SIZE], after_text[PC_TEXT_SIZE], actual[PC_TEXT_SIZE], expected[2 * PC_TEXT_SIZE + 8];
  (void)snprintf(expected, sizeof expected, "%s, or %s", pc_describe_content(before, before_text),
                 pc_describe_content(after, after_text));
  pc_report_answer(report, PC_ATOMIC, &checker->workload->keys[key], expected, answer.status, "%s",
                   pc_describe_answer(answer.status, answer.value, actual));
}

static void check_gets(struct pc_checker *checker, const struct pc_expectation *expectation, struct pc_report *report) {
  const struct pc_model *model = expectation->model;
  checker->resolved_live = 0;
  for (uint32_t key = 0; key < checker->workload->key_count; key++) {
    if (expectation->in_flight && key == expectation->key) {
      check_in_flight(checker, expectation, report);
    } else {
      checker->resolved[key] =
          pc_checker_expect(checker, key, &model->contents[key], pc_content_invariant(&model->contents[key]), report);
    }
    checker->resolved_live += checker->resolved[key].live;
  }
  checker->settled = true;
}

struct iteration {
  struct pc_checker *checker;
  struct pc_report *report;
  uint32_t met;
  bool may_lose;
};

static void visit_key(void *context, struct pc_bytes key) {
  struct iteration *iteration = context;
  struct pc_checker *checker = iteration->checker;
  uint32_t index = pc_keys_find(&checker->keys, key);
  if (index == PC_NO_KEY) {
    pc_report_fail(iteration->report, iteration->may_lose ? PC_DETECTED : PC_EXACT_CONTENTS, &key,
                   "no such key (it was never put)", "iterating yields it");
    return;
  }
  if (iteration->may_lose) {
    return;
  }
  const struct pc_bytes *known = &checker->workload->keys[index];
  if (!checker->resolved[index].live) {
    pc_report_fail(iteration->report, PC_EXACT_CONTENTS, known, "no such key", "iterating yields it");
  } else if (checker->visits[index] == checker->round) {
    pc_report_fail(iteration->report, PC_EXACT_CONTENTS, known, "once", "iterating yields it twice");
  } else {
    checker->visits[index] = checker->round;
    iteration->met++;
  }
}

static void report_missing_key(struct pc_checker *checker, struct pc_report *report) {
  for (uint32_t key = 0; key < checker->workload->key_count; key++) {
    if (checker->resolved[key].live && checker->visits[key] != checker->round) {
      pc_report_fail(report, PC_EXACT_CONTENTS, &checker->workload->keys[key], "a live key",
                     "iterating doesn't yield it");
    }
  }
}

static void check_iteration(struct pc_checker *checker, struct pc_report *report) {
  struct iteration iteration = {.checker = checker, .report = report, .may_lose = pc_checker_may_lose(checker)};
  uint64_t errors = pc_device_errors(checker->target->device);
  checker->round++;
  enum pc_status status = pc_target_iterate(checker->target, visit_key, &iteration);
  if (iteration.may_lose || pc_checker_excuses(checker, status, errors)) {
    return;
  }
  report->checked[PC_EXACT_CONTENTS] = true;
  if (status != PC_STATUS_OK) {
    pc_report_answer(report, PC_EXACT_CONTENTS, NULL, "iterating meets every live key", status, "iterating answers %s",
                     pc_status_text(status));
  } else if (iteration.met < checker->resolved_live) {
    report_missing_key(checker, report);
  }
}

void pc_check_contents(struct pc_checker *checker, const struct pc_expectation *expectation, struct pc_report *report) {
  check_gets(checker, expectation, report);
  if (checker->target->store->iterate != NULL) {
    check_iteration(checker, report);
  }
}

void pc_check_resolved(struct pc_checker *checker, enum pc_invariant invariant, struct pc_report *report) {
  for (uint32_t key = 0; key < checker->workload->key_count; key++) {
    (void)pc_checker_expect(checker, key, &checker->resolved[key], invariant, report);
  }
}
