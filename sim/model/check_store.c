/* What is asked of a store that came up, and what earlier recoveries have answered already. */
#include "checker.h"
#include "powercut/random.h"

/*
 * A start that wrote nothing left the flash as it found it, and a start is a function of the flash: a second one would
 * do the same again. Only a start that wrote is followed by another, and one on metastable cells, which may read
 * otherwise now. That one may write, to mend what it finds, as may one on a part whose flash operations or reads fail,
 * but must come to the same contents.
 */
static void start_again(struct pc_checker *checker, const struct pc_model *model, struct pc_report *report) {
  struct pc_target *target = checker->target;
  size_t recovered = pc_device_mark(target->device);
  /* Copies that an update asks for may not all have found room yet. */
  bool may_write = pc_device_weak_cells(target->device) > 0 || pc_checker_is_cramped(checker) || model->copies > 0;
  uint64_t read_errors = pc_device_read_errors(target->device);
  const struct pc_started started = pc_checker_start(checker);
  may_write = may_write || pc_device_read_errors(target->device) > read_errors;
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

/* A second start that held answers for every recovery that ends with the same flash, whatever it left in memory. */
static void check_stable(struct pc_checker *checker, const struct pc_expectation *expectation, size_t before,
                         struct pc_report *report) {
  const struct pc_device *device = checker->target->device;
  if (pc_checker_may_lose(checker)) {
    return;
  }
  report->checked[PC_STABLE] = true;
  if (!checker->shares) {
    if (pc_device_weak_cells(device) > 0 || pc_device_mark(device) != before) {
      start_again(checker, expectation->model, report);
    }
    return;
  }
  uint64_t situation = pc_checker_situation(checker, expectation, PC_FROM_SECOND_START);
  uint32_t checked;
  if (pc_shared_find(checker->shared, situation, &checked)) {
    return;
  }
  bool wrote = pc_device_mark(device) != before;
  if (wrote) {
    start_again(checker, expectation->model, report);
  }
  /* A start that wrote nothing stands for the second one if all that it was asked held. */
  if (wrote ? !report->failed[PC_STABLE] : !pc_report_failed(report)) {
    pc_shared_keep(checker->shared, situation, 0);
  }
}

/* What was checked, and one more: the operation in flight was found to have finished. */
#define FINISHED (1u << 31)
_Static_assert(PC_INVARIANT_COUNT <= 31, "a bit for each");

uint32_t pc_arrival_checked(const struct pc_arrival *arrival) {
  const struct pc_expectation *expectation = arrival->expectation;
  uint32_t checked = pc_shared_checked(arrival->report);
  if (expectation->in_flight && arrival->checker->resolved[expectation->key].hash == expectation->outcome.hash) {
    checked |= FINISHED;
  }
  return checked;
}

bool pc_arrival_holds(const struct pc_arrival *arrival) {
  return !pc_report_failed(arrival->report) &&
         pc_device_contract_violations(arrival->checker->target->device, NULL) == 0;
}

void pc_arrival_settle(const struct pc_arrival *arrival, uint32_t checked) {
  const struct pc_expectation *expectation = arrival->expectation;
  struct pc_checker *checker = arrival->checker;
  if (expectation->in_flight) {
    struct pc_content *resolved = &checker->resolved[expectation->key];
    checker->resolved_live -= resolved->live;
    *resolved = (checked & FINISHED) != 0 ? expectation->outcome : expectation->model->contents[expectation->key];
    checker->resolved_live += resolved->live;
  }
  pc_shared_count(checked, arrival->report);
}

enum pc_result pc_check_work(const struct pc_arrival *arrival, struct pc_error *error) {
  struct pc_checker *checker = arrival->checker;
  bool written = pc_check_writable(checker, arrival->expectation, arrival->report);
  return written && checker->target->promises.repairs_with_write
             ? pc_check_image(checker, arrival->expectation->model, true, arrival->report, error)
             : PC_OK;
}

/* The contents first, then the image, then what changes the flash: the store must be writable as it came up, before a
   second start, which finds nothing left to mend. */
static enum pc_result ask(const struct pc_arrival *arrival, struct pc_error *error) {
  struct pc_checker *checker = arrival->checker;
  bool wrote = arrival->recovered != arrival->before;
  enum pc_result result = PC_OK;
  if (checker->shares && checker->torn.size > 0 && !wrote) {
    result = pc_check_torn(arrival, error);
  } else {
    pc_check_contents(checker, arrival->expectation, arrival->report);
    result = pc_check_image(checker, arrival->expectation->model, false, arrival->report, error);
    result = result == PC_OK ? pc_check_work(arrival, error) : result;
  }
  if (result != PC_OK) {
    return result;
  }
  pc_device_rollback(checker->target->device, arrival->recovered);
  check_stable(checker, arrival->expectation, arrival->before, arrival->report);
  pc_check_bounds(checker, arrival->report);
  return PC_OK;
}

static enum pc_result check_arrival(const struct pc_arrival *arrival, struct pc_error *error) {
  void (*aside)(bool begins) = arrival->checker->aside;
  if (aside != NULL) {
    aside(true);
  }
  enum pc_result result = ask(arrival, error);
  if (aside != NULL) {
    aside(false);
    arrival->checker->decoded_state = 0; /* what comes next is the same where this was not asked */
  }
  return result;
}

enum pc_result pc_check_store(struct pc_checker *checker, const struct pc_expectation *expectation, size_t before,
                              struct pc_report *report, struct pc_error *error) {
  struct pc_device *device = checker->target->device;
  struct pc_arrival arrival = {.checker = checker,
                               .expectation = expectation,
                               .report = report,
                               .before = before,
                               .recovered = pc_device_mark(device)};
  /* Metastable cells make no two recoveries the same, nor does a part with faults, or ECC words that were torn. */
  checker->shares = checker->shares && pc_device_reads_raw(device) && pc_device_is_sound(device);
  if (!checker->shares) {
    return check_arrival(&arrival, error);
  }
  arrival.memory = pc_shared_memory(checker->target);
  uint64_t situation =
      pc_random_mix(arrival.memory, pc_device_hash(device)) ^ pc_checker_expected(checker, expectation);
  uint32_t checked;
  report->shared = pc_shared_find(checker->shared, situation, &checked);
  if (report->shared && checker->shared != &checker->own) {
    (void)pc_checker_settle(checker, expectation->model);
    pc_arrival_settle(&arrival, checked);
    return PC_OK;
  }
  if (report->shared) {
    pc_shared_count(checked, report);
    return PC_OK;
  }
  enum pc_result result = check_arrival(&arrival, error);
  if (result == PC_OK && pc_arrival_holds(&arrival)) {
    pc_shared_keep(checker->shared, situation, pc_arrival_checked(&arrival));
  }
  return result;
}
