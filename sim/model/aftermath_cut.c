/* Cuts in what goes on after a recovery. */
#include "aftermath.h"

/* One in so many recoveries that write is itself cut. */
#define CUT_RECOVERIES 4u

/* What the store may hold if the power fails during the operation: maintenance changes nothing. */
static struct pc_expectation expect(const struct pc_aftermath *aftermath, const struct pc_operation *operation) {
  struct pc_expectation expectation = {.model = &aftermath->model};
  if (operation->kind != PC_MAINTAIN) {
    expectation.in_flight = true;
    expectation.key = operation->key;
    expectation.outcome = pc_model_outcome(&aftermath->model, operation);
  }
  return expectation;
}

/* Has the power cut in the flash operation `place` from the mark on. */
static enum pc_result strike(struct pc_aftermath *aftermath, size_t mark, size_t place, struct pc_error *error) {
  const struct pc_target_watch *watch = aftermath->checker->target->watch;
  enum pc_result result = pc_strike(&aftermath->striker, mark + place, &aftermath->last, error);
  aftermath->cuts++;
  if (result == PC_OK && watch != NULL) {
    watch->cut(watch->context, &aftermath->last, place);
  }
  return result;
}

/* The power comes back: the store is checked. */
static enum pc_result recover(struct pc_aftermath *aftermath, const struct pc_operation *operation,
                              struct pc_error *error) {
  struct pc_device *device = aftermath->checker->target->device;
  enum pc_result result = PC_OK;
  for (bool again = true; again && result == PC_OK;) {
    const struct pc_expectation expectation = expect(aftermath, operation);
    size_t torn = pc_device_mark(device), recovered;
    result = pc_check_recovery(aftermath->checker, &expectation, aftermath->report, &recovered, error);
    again = result == PC_OK && !pc_report_failed(aftermath->report) && recovered > torn &&
            pc_random_below(&aftermath->random, CUT_RECOVERIES) == 0;
    pc_model_resume(&aftermath->model, aftermath->checker->resolved);
    if (again) {
      size_t place = (size_t)pc_random_below(&aftermath->random, recovered - torn);
      result = strike(aftermath, torn, place, error);
    }
  }
  return result;
}

enum pc_result pc_aftermath_cut(struct pc_aftermath *aftermath, const struct pc_operation *operation,
                                struct pc_error *error) {
  static const struct pc_operation start = {.kind = PC_REBOOT};
  struct pc_checker *checker = aftermath->checker;
  struct pc_device *device = checker->target->device;
  const struct pc_content before = aftermath->model.contents[operation->key];
  size_t mark = pc_device_mark(device);
  enum pc_result result = pc_run_operation(checker, &aftermath->model, operation, aftermath->report, error);
  size_t count = pc_device_mark(device) - mark;
  if (result != PC_OK || pc_report_failed(aftermath->report) || count == 0) {
    return result;
  }
  aftermath->model.contents[operation->key] = before;
  pc_model_resume(&aftermath->model, aftermath->model.contents);
  size_t place = (size_t)pc_random_below(&aftermath->random, count);
  result = strike(aftermath, mark, place, error);
  if (result == PC_OK) {
    result = recover(aftermath, operation, error);
  }
  if (result != PC_OK || pc_report_failed(aftermath->report)) {
    return result;
  }
  return pc_run_operation(checker, &aftermath->model, &start, aftermath->report, error);
}
