/* The round of checks after a cut. */
#include "checker.h"
#include "powercut/random.h"

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

struct pc_started pc_checker_start(const struct pc_checker *checker) {
  struct pc_target *target = checker->target;
  struct pc_started started = {.status = PC_STATUS_OK};
  bool again = true;
  for (int i = 0; again && i < MOST_STARTS; i++) {
    uint64_t errors = pc_device_errors(target->device), read_errors = pc_device_read_errors(target->device);
    started.status = pc_target_start(target);
    bool tells = pc_status_tells(started.status);
    bool met_read_error = pc_device_read_errors(target->device) > read_errors;
    again = tells && pc_device_errors(target->device) > errors && !pc_device_stopped(target->device);
    started.excused = tells && (met_read_error || pc_checker_may_lose(checker));
  }
  return started;
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

/*
 * A start that wrote nothing left the flash as it found it, and a start is a function of the flash: a second one would
 * do the same again. Only a start that wrote is followed by another, and one on metastable cells, which may read
 * otherwise now. That one may write, to mend what it finds, as may one on a part whose flash operations fail, but must
 * come to the same contents.
 */
static void start_again(struct pc_checker *checker, struct pc_report *report) {
  struct pc_target *target = checker->target;
  size_t recovered = pc_device_mark(target->device);
  bool may_write = pc_device_weak_cells(target->device) > 0 || pc_checker_is_cramped(checker);
  const struct pc_started started = pc_checker_start(checker);
  size_t writes = pc_device_mark(target->device) - recovered;
  if (started.excused) {
    return;
  }
  if (started.status != PC_STATUS_OK) {
    pc_report_answer(report, PC_STABLE, NULL, "the store starts a second time", started.status, "it answers %s",
                     pc_status_text(started.status));
  } else if (writes > 0 && !may_write) {
    pc_report_fail(report, PC_STABLE, NULL, "a second start writes nothing", "%zu flash operations", writes);
  } else {
    pc_check_resolved(checker, PC_STABLE, report);
  }
}

/* What the second start finds and what it must read: the flash, and which way the operation in flight went. */
static uint64_t stable_situation(const struct pc_checker *checker, const struct pc_expectation *expectation) {
  uint64_t settled = expectation->in_flight ? checker->resolved[expectation->key].hash : 0;
  return pc_random_mix(pc_device_hash(checker->target->device), pc_random_mix(settled, PC_STABLE));
}

/* A second start that held answers for every recovery that ends with the same flash, whatever it left in memory. */
static void check_stable(struct pc_checker *checker, const struct pc_expectation *expectation, size_t before,
                         struct pc_report *report) {
  const struct pc_device *device = checker->target->device;
  if (pc_checker_may_lose(checker)) {
    return;
  }
  report->checked[PC_STABLE] = true;
  if (pc_device_weak_cells(device) > 0 || !pc_device_is_sound(device) || !checker->shares) {
    if (pc_device_weak_cells(device) > 0 || pc_device_mark(device) != before) {
      start_again(checker, report);
    }
    return;
  }
  uint64_t situation = stable_situation(checker, expectation);
  uint32_t checked;
  if (pc_shared_find(&checker->shared, situation, &checked)) {
    return;
  }
  if (pc_device_mark(device) != before) {
    start_again(checker, report);
  }
  if (!report->failed[PC_STABLE]) {
    pc_shared_keep(&checker->shared, situation, 0);
  }
}

/* What can be asked of a store that came up. The contents first, then the image, then what changes the flash. */
static enum pc_result check_store(struct pc_checker *checker, const struct pc_expectation *expectation, size_t before,
                                  struct pc_report *report, struct pc_error *error) {
  struct pc_device *device = checker->target->device;
  size_t recovered = pc_device_mark(device);
  pc_check_contents(checker, expectation, report);
  enum pc_result result = pc_check_image(checker, false, report, error);
  if (result != PC_OK) {
    return result;
  }
  /* Before the second start, which finds nothing left to mend: the store must be writable as it came up. */
  pc_check_writable(checker, expectation, report);
  pc_device_rollback(device, recovered);
  check_stable(checker, expectation, before, report);
  return PC_OK;
}

static uint32_t checked_in(const struct pc_report *report) {
  uint32_t checked = 0;
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    checked |= (uint32_t)report->checked[invariant] << invariant;
  }
  return checked;
}
_Static_assert(PC_INVARIANT_COUNT <= 32, "a bit for each");

/* The same, answered by an earlier recovery that ended in the same situation, if there was one. Metastable cells make
   none the same, nor does a part with faults. */
static enum pc_result share_checks(struct pc_checker *checker, const struct pc_expectation *expectation, size_t before,
                                   struct pc_report *report, struct pc_error *error) {
  const struct pc_device *device = checker->target->device;
  if (!checker->shares || pc_device_weak_cells(device) > 0 || !pc_device_is_sound(device)) {
    return check_store(checker, expectation, before, report, error);
  }
  uint64_t situation = pc_shared_situation(checker->target);
  uint32_t checked;
  report->shared = pc_shared_find(&checker->shared, situation, &checked);
  if (report->shared) {
    for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
      report->checked[invariant] = report->checked[invariant] || (checked >> invariant & 1u) != 0;
    }
    return PC_OK;
  }
  enum pc_result result = check_store(checker, expectation, before, report, error);
  if (result == PC_OK && !pc_report_failed(report) &&
      pc_device_contract_violations(checker->target->device, NULL) == 0) {
    pc_shared_keep(&checker->shared, situation, checked_in(report));
  }
  return result;
}

enum pc_result pc_check_recovery(struct pc_checker *checker, const struct pc_expectation *expectation,
                                 struct pc_report *report, size_t *recovered, struct pc_error *error) {
  struct pc_target *target = checker->target;
  size_t before = pc_device_mark(target->device);
  pc_device_clear_contract_violations(target->device);
  const struct pc_started started = pc_checker_start(checker);
  *recovered = pc_device_mark(target->device);
  if (check_mountable(checker, &started, report)) {
    enum pc_result result = share_checks(checker, expectation, before, report, error);
    if (result != PC_OK) {
      return result;
    }
  }
  pc_check_contract(checker, report);
  pc_target_stop(target);
  pc_device_rollback(target->device, *recovered);
  return pc_device_failed(target->device) ? pc_fail_memory(error) : PC_OK;
}
