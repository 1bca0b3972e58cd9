/* The round of checks after a cut. */
#include "checker.h"

void pc_check_contract(struct pc_checker *checker, struct pc_report *report) {
  struct pc_contract_violation first;
  report->checked[PC_DEVICE_CONTRACT] = true;
  size_t count = pc_device_contract_violations(checker->target->device, &first);
  if (count > 0) {
    pc_report_fail(report, PC_DEVICE_CONTRACT, NULL, "flash operations that the part takes",
                   "%s: %zu bytes at 0x%x (%zu such in this step)", pc_rule_text(first.rule), first.size, first.address,
                   count);
    pc_device_clear_contract_violations(checker->target->device);
  }
}

/* A transient error of the part may end a start, which is then tried again. */
#define MOST_STARTS 4

static struct pc_started start_by(struct pc_checker *checker, pc_starter starter, void *context) {
  struct pc_target *target = checker->target;
  checker->damage_at_start = pc_device_damage(target->device).events;
  struct pc_started started = {.status = PC_STATUS_OK};
  bool again = true;
  for (int i = 0; again && i < MOST_STARTS; i++) {
    uint64_t errors = pc_device_errors(target->device), read_errors = pc_device_read_errors(target->device);
    started.status = pc_target_start_by(target, starter, context);
    bool tells = pc_status_tells(started.status);
    bool met_read_error = pc_device_read_errors(target->device) > read_errors;
    again = tells && pc_device_errors(target->device) > errors && !pc_device_stopped(target->device);
    started.excused = tells && (met_read_error || pc_checker_may_lose(checker));
  }
  return started;
}

struct pc_started pc_checker_start(struct pc_checker *checker) {
  return start_by(checker, NULL, NULL);
}

/* The start after a cut may take over from one after another cut in the same flash operation. */
static struct pc_started start_after_cut(struct pc_checker *checker) {
  struct pc_relay_leg leg = {.relay = checker->relay, .torn = &checker->torn};
  bool may = checker->shares && checker->shared == &checker->own && checker->torn.size > 0 && checker->relay != NULL &&
             pc_relay_is_fit(checker->relay);
  return may ? start_by(checker, pc_relay_start, &leg) : pc_checker_start(checker);
}

/* Whether the store came up. */
static bool check_mountable(const struct pc_checker *checker, const struct pc_started *started,
                            struct pc_report *report) {
  report->checked[PC_MOUNTABLE] = true;
  if (pc_device_stopped(checker->target->device)) {
    pc_report_fail(report, PC_MOUNTABLE, NULL, "the store starts within a bound on its work",
                   "it had to be stopped, then answered %s", pc_status_text(started->status));
  } else if (started->status != PC_STATUS_OK && !started->excused) {
    pc_report_answer(report, PC_MOUNTABLE, NULL, "the store starts", started->status, "it answers %s",
                     pc_status_text(started->status));
  }
  return started->status == PC_STATUS_OK && !report->failed[PC_MOUNTABLE];
}

enum pc_result pc_check_recovery(struct pc_checker *checker, const struct pc_expectation *expectation,
                                 struct pc_report *report, size_t *recovered, struct pc_error *error) {
  struct pc_target *target = checker->target;
  size_t before = pc_device_mark(target->device);
  pc_device_clear_contract_violations(target->device);
  target->work = (struct pc_work){0};
  enum pc_result result = pc_checker_find_whole(checker, expectation, error);
  if (result != PC_OK) {
    return result;
  }
  pc_device_begin_trace(target->device);
  const struct pc_started started = start_after_cut(checker);
  report->reads = pc_device_trace(target->device);
  *recovered = pc_device_mark(target->device);
  if (check_mountable(checker, &started, report)) {
    pc_check_whole(checker, expectation, report);
    result = pc_check_store(checker, expectation, before, report, error);
    if (result != PC_OK) {
      return result;
    }
  }
  pc_check_contract(checker, report);
  pc_check_bounds(checker, report);
  pc_target_stop(target);
  pc_device_rollback(target->device, *recovered);
  return pc_device_failed(target->device) ? pc_fail_memory(error) : PC_OK;
}
