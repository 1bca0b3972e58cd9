/*
 * The aftermath of a recovery: some mistakes show only when the store goes on. A sector that was half erased looks
 * empty until it is written to; a stale entry behind a blank gap is reached once new entries fill the gap. And the
 * power may fail again by then: a store that goes on writing over the one copy that the first cut left loses that, too.
 */
#include "aftermath.h"

/* Room for the values that are put; what is in it doesn't matter, as long as it changes. */
static const uint8_t pattern[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
#define PATTERN_STEPS 32u
#define LARGEST_VALUE (sizeof pattern - 1 - PATTERN_STEPS)
#define VALUE_OF_NEW_KEY 8u

/* A store that writes next to nothing for a put would keep this from ending. */
#define MOST_OPERATIONS 20000u
/* So many in a row, and it is full for good. */
#define MOST_REFUSED 64u
/* One delete in so many operations, so that tombstones and their collection are part of it. */
#define DELETE_EVERY 5u
/* The first operation is cut, and then one in so many, on the average; of maintenance, which is rare, one in two. */
#define CUT_EVERY 16u
#define CUT_MAINTENANCE 2u

/* The next step: the keys in turn, with values as large as they were, so that the store doesn't fill up. */
static struct pc_operation choose_alike(const struct pc_aftermath *aftermath) {
  const uint32_t step = aftermath->steps;
  struct pc_operation operation = {.kind = PC_PUT, .key = (aftermath->first + step) % aftermath->key_count};
  const struct pc_content *content = &aftermath->model.contents[operation.key];
  if (content->live && step % DELETE_EVERY == DELETE_EVERY - 1) {
    operation.kind = PC_DELETE;
    return operation;
  }
  size_t size = content->live ? content->value.size : VALUE_OF_NEW_KEY;
  operation.value.size = size < LARGEST_VALUE ? size : LARGEST_VALUE;
  operation.value.data = pattern + step % PATTERN_STEPS;
  return operation;
}

static uint64_t programmed_since(const struct pc_device *device, size_t mark) {
  uint64_t bytes = 0;
  for (size_t i = mark; i < pc_device_mark(device); i++) {
    struct pc_flash_operation operation = pc_device_journalled(device, i);
    bytes += operation.kind == PC_PROGRAM ? operation.size : 0;
  }
  return bytes;
}

/* Says in the evidence when it came to light. */
static void note_steps(const struct pc_aftermath *aftermath) {
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    if (aftermath->report->failed[invariant] && aftermath->cuts == 0) {
      pc_report_note(aftermath->report, invariant, " (after recovery and %u more operations)", aftermath->steps);
    } else if (aftermath->report->failed[invariant]) {
      pc_report_note(aftermath->report, invariant, " (after recovery and %u more operations, %u cut, the last by %s)",
                     aftermath->steps, aftermath->cuts, pc_fault_class(aftermath->last.fault)->name);
    }
  }
}

static bool has_classes(const struct pc_striker *striker) {
  bool any = false;
  for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
    any = any || striker->faults[fault];
  }
  return any;
}

/* Whether the next operation is to be cut. */
static bool is_cut(struct pc_aftermath *aftermath, const struct pc_operation *operation) {
  if (!has_classes(&aftermath->striker)) {
    return false;
  }
  if (operation->kind == PC_MAINTAIN) {
    return pc_random_below(&aftermath->random, CUT_MAINTENANCE) == 0;
  }
  if (aftermath->before_cut > 0) {
    aftermath->before_cut--;
    return false;
  }
  aftermath->before_cut = (uint32_t)pc_random_below(&aftermath->random, 2 * CUT_EVERY - 1);
  return true;
}

enum pc_result pc_aftermath_step(struct pc_aftermath *aftermath, const struct pc_operation *operation,
                                 struct pc_error *error) {
  if (pc_report_failed(aftermath->report)) {
    return PC_OK;
  }
  aftermath->steps++;
  enum pc_result result = is_cut(aftermath, operation) ? pc_aftermath_cut(aftermath, operation, error) : PC_OK;
  if (result != PC_OK || pc_report_failed(aftermath->report)) {
    return result;
  }
  return pc_run_operation(aftermath->checker, &aftermath->model, operation, aftermath->report, error);
}

enum pc_result pc_aftermath_restart(struct pc_aftermath *aftermath, struct pc_error *error) {
  const struct pc_operation reboot = {.kind = PC_REBOOT};
  struct pc_expectation expectation = {.model = &aftermath->model};
  if (pc_report_failed(aftermath->report)) {
    return PC_OK;
  }
  enum pc_result result = pc_run_operation(aftermath->checker, &aftermath->model, &reboot, aftermath->report, error);
  if (result == PC_OK && aftermath->report->answer == PC_STATUS_OK) {
    pc_check_contents(aftermath->checker, &expectation, aftermath->report);
  }
  return result;
}

enum pc_result pc_aftermath_go_on(struct pc_aftermath *aftermath, pc_aftermath_choose choose, struct pc_error *error) {
  struct pc_device *device = aftermath->checker->target->device;
  const uint64_t enough = pc_device_cells(device).size;
  const uint64_t interval = pc_device_profile(device)->sector_size;
  const uint32_t most = aftermath->steps + MOST_OPERATIONS;
  uint64_t programmed = 0, next_restart = interval;
  uint32_t refused = 0;
  enum pc_result result = pc_aftermath_restart(aftermath, error);
  while (result == PC_OK && aftermath->key_count > 0 && programmed < enough && aftermath->steps < most &&
         refused < MOST_REFUSED && !pc_report_failed(aftermath->report)) {
    size_t before = pc_device_mark(device);
    struct pc_operation operation = choose(aftermath);
    result = pc_aftermath_step(aftermath, &operation, error);
    refused = aftermath->report->answer == PC_STATUS_OK ? 0 : refused + 1;
    programmed += programmed_since(device, before);
    if (result == PC_OK && programmed >= next_restart) {
      next_restart = programmed + interval;
      result = pc_aftermath_restart(aftermath, error);
    }
  }
  return result;
}

/* A recovery like any other, and then maintenance, after which nothing may be left to mend. */
static enum pc_result come_to_an_end(struct pc_aftermath *aftermath, struct pc_error *error) {
  const struct pc_operation maintain = {.kind = PC_MAINTAIN, .level = PC_MAINTAIN_FULL};
  struct pc_expectation settled = {.model = &aftermath->model};
  size_t recovered;
  enum pc_result result = pc_check_recovery(aftermath->checker, &settled, aftermath->report, &recovered, error);
  if (result == PC_OK) {
    result = pc_aftermath_restart(aftermath, error);
  }
  if (result == PC_OK && !pc_report_failed(aftermath->report)) {
    pc_check_neighbours(aftermath->checker, aftermath->report);
  }
  return result == PC_OK ? pc_aftermath_step(aftermath, &maintain, error) : result;
}

static enum pc_result run(struct pc_aftermath *aftermath, struct pc_error *error) {
  enum pc_result result = pc_aftermath_go_on(aftermath, choose_alike, error);
  if (result == PC_OK && !pc_report_failed(aftermath->report)) {
    result = come_to_an_end(aftermath, error);
  }
  if (result == PC_OK) {
    result = pc_aftermath_fill(aftermath, error);
  }
  if (result == PC_OK && !pc_report_failed(aftermath->report)) {
    result = come_to_an_end(aftermath, error);
  }
  note_steps(aftermath);
  return result;
}

/* The contents go on from what they were found to be. Classes that leave damage aren't drawn: after them a store may
   have lost anything. */
static enum pc_result begin_and_run(struct pc_checker *checker, const struct pc_expectation *expectation,
                                    const struct pc_aftermath_plan *plan, uint64_t seed, struct pc_report *report,
                                    struct pc_error *error) {
  struct pc_aftermath aftermath = {
      .checker = checker,
      .model = *expectation->model,
      .report = report,
      .key_count = plan->key_count,
      .random = {.state = seed},
      .striker = {.device = checker->target->device, .samples = plan->samples, .limit = plan->limit}};
  aftermath.striker.random = &aftermath.random;
  for (enum pc_fault fault = 0; plan->faults != NULL && fault < PC_FAULT_COLLATERAL; fault++) {
    aftermath.striker.faults[fault] = plan->faults[fault];
  }
  aftermath.first = plan->key_count > 0 ? (uint32_t)pc_random_below(&aftermath.random, plan->key_count) : 0;
  pc_model_resume(&aftermath.model, checker->resolved);
  enum pc_result result = run(&aftermath, error);
  report->cut_again = pc_report_failed(report) && aftermath.cuts > 0;
  report->cut_by = aftermath.last.fault;
  checker->settled = false; /* they are other contents now */
  pc_striker_free(&aftermath.striker);
  return result;
}

/* It begins with a start, so that the flash and the contents are all that it depends on: where they are those that an
   aftermath went on from before and held, that one answers for it. */
enum pc_result pc_check_aftermath(struct pc_checker *checker, const struct pc_expectation *expectation,
                                  const struct pc_aftermath_plan *plan, struct pc_report *report,
                                  struct pc_error *error) {
  struct pc_target *target = checker->target;
  size_t mark = pc_device_mark(target->device);
  uint64_t situation = pc_checker_situation(checker, expectation, PC_FROM_AFTERMATH);
  uint32_t checked;
  if (target->promises.self_contained && pc_shared_find(checker->shared, situation, &checked)) {
    pc_shared_count(checked, report);
    return PC_OK;
  }
  uint64_t seed = pc_random_mix(plan->seed, situation);
  enum pc_result result = begin_and_run(checker, expectation, plan, seed, report, error);
  if (result != PC_OK) {
    return result;
  }
  if (!pc_report_failed(report)) {
    pc_shared_keep(checker->shared, situation, pc_shared_checked(report));
  }
  pc_target_stop(target);
  pc_device_rollback(target->device, mark);
  return pc_device_failed(target->device) ? pc_fail_memory(error) : PC_OK;
}
