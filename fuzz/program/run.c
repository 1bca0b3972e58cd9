/* Running a program. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

static void fill_pattern(struct pc_runner *runner) {
  for (uint32_t i = 0; i < PC_PATTERN_SIZE; i++) {
    runner->pattern[i] = (uint8_t)(pc_random_mix(0, i / 8) >> (i % 8 * 8));
  }
  memset(runner->ones, 0xFF, sizeof runner->ones);
}

enum pc_result pc_runner_open(struct pc_runner **runner, const struct pc_store *store, struct pc_error *error) {
  struct pc_runner *opened = calloc(1, sizeof *opened);
  if (opened == NULL) {
    return pc_fail_memory(error);
  }
  memcpy(opened->keys, pc_program_keys, sizeof opened->keys);
  fill_pattern(opened);
  opened->pool =
      (struct pc_workload){.keys = opened->keys, .key_count = PC_PROGRAM_KEYS, .operations = opened->operations};
  enum pc_result result = pc_rigs_open(&opened->rigs, store, &opened->pool, error);
  if (result == PC_OK) {
    result = pc_shared_create(&opened->shared, error);
  }
  if (result != PC_OK) {
    pc_runner_close(opened);
    return result;
  }
  *runner = opened;
  return PC_OK;
}

void pc_runner_close(struct pc_runner *runner) {
  if (runner != NULL) {
    pc_rigs_close(&runner->rigs);
    pc_shared_destroy(runner->shared);
    free(runner);
  }
}

void pc_runner_set_aside(struct pc_runner *runner, void (*aside)(bool begins)) {
  runner->rigs.aside = aside;
}

static struct pc_bytes value_of(const struct pc_runner *runner, size_t largest, const struct pc_program_step *step) {
  static const uint8_t plain_ones = 0, plain_zeros = 1;
  size_t size = step->size < largest ? step->size : largest;
  struct pc_bytes value = {.data = runner->pattern + (size_t)step->seed * PC_PATTERN_STEP};
  value.size = step->from_largest ? largest - size : size;
  if (step->seed == plain_ones) {
    value.data = runner->ones;
  } else if (step->seed == plain_zeros) {
    value.data = runner->zeros;
  }
  return value;
}

struct pc_operation pc_runner_operation(const struct pc_runner *runner, size_t largest_value,
                                        const struct pc_program_step *step) {
  static const enum pc_operation_kind kinds[PC_CODE_COUNT] = {
      [PC_CODE_PUT] = PC_PUT,           [PC_CODE_DELETE] = PC_DELETE, [PC_CODE_GET] = PC_GET,
      [PC_CODE_MAINTAIN] = PC_MAINTAIN, [PC_CODE_REBOOT] = PC_REBOOT,
  };
  struct pc_operation operation = {.kind = kinds[step->code], .level = step->level, .key = step->key};
  if (step->code == PC_CODE_PUT) {
    size_t largest = largest_value < PC_LARGEST_PROGRAM_VALUE ? largest_value : PC_LARGEST_PROGRAM_VALUE;
    operation.value = value_of(runner, largest, step);
  }
  return operation;
}

/* An operation, or the first start. */
static enum pc_result run_operation(struct pc_run *run, const struct pc_operation *operation, bool boot,
                                    struct pc_error *error) {
  struct pc_program_rig *rig = run->rig;
  struct pc_report *report = &run->runner->report;
  pc_report_clear(report);
  if (operation->kind == PC_REBOOT && !boot) {
    struct pc_expectation settled = {.model = &rig->model};
    size_t recovered;
    enum pc_result result = pc_check_recovery(rig->checker, &settled, report, &recovered, error);
    if (result != PC_OK) {
      return result;
    }
  }
  return pc_run_operation(rig->checker, &rig->model, operation, report, error);
}

/* What the store may hold if the operation is cut. */
static struct pc_expectation expectation_of(const struct pc_run *run, const struct pc_operation *operation) {
  struct pc_expectation expectation = {.model = &run->rig->model};
  if (operation->kind == PC_PUT || operation->kind == PC_DELETE) {
    expectation.in_flight = true;
    expectation.key = operation->key;
    expectation.outcome = pc_model_outcome(&run->rig->model, operation);
  }
  return expectation;
}

static bool is_cut(const struct pc_program *program, uint32_t step) {
  return step < program->step_count && program->steps[step].code == PC_CODE_CUT;
}

/* Runs an operation and the cuts in it, which begin at the program's step `*next`. */
static enum pc_result run_with_cuts(struct pc_run *run, const struct pc_operation *operation, bool boot, uint32_t *next,
                                    struct pc_error *error) {
  struct pc_model *model = &run->rig->model;
  struct pc_step step = {.kind = boot ? PC_STEP_START : PC_STEP_OPERATION, .operation = run->operation};
  struct pc_expectation expectation = expectation_of(run, operation);
  struct pc_content content_before = model->contents[operation->key];
  struct pc_model before = *model;
  size_t mark = pc_device_mark(run->rig->device);
  pc_run_tell(run, &step);
  enum pc_result result = run_operation(run, operation, boot, error);
  if (result != PC_OK) {
    return result;
  }
  size_t end = pc_device_mark(run->rig->device);
  if (run->outcome->cut_paths == 0) { /* how evenly the store wears is stated with the power on alone */
    pc_check_wear(run->rig->checker, operation->kind == PC_REBOOT, &run->runner->report);
  }
  bool cut = is_cut(run->program, *next) && !pc_report_failed(&run->runner->report);
  if (cut) {
    /* It is cut before it is acknowledged. */
    *model = before;
    model->contents[operation->key] = content_before;
    struct pc_run_stretch stretch = {
        .mark = mark, .count = end - mark, .number = (uint32_t)mark, .seed = run->plan.seed};
    return pc_run_cuts(run, next, stretch, &expectation, error);
  }
  pc_run_tell_flash(run, mark, end, step, (uint32_t)mark);
  pc_run_tell(run, &(struct pc_step){
                       .kind = PC_STEP_STATUS, .operation = run->operation, .status = run->runner->report.answer});
  run->outcome->after_cut = run->outcome->cut_paths > 0;
  pc_run_conclude(run, 0);
  return PC_OK;
}

/* After a cut the store is off: it comes up again, as it did when the recovery was checked. */
static enum pc_result restart(struct pc_run *run, struct pc_error *error) {
  static const struct pc_operation reboot = {.kind = PC_REBOOT};
  if (run->ended || run->rig->target.running) {
    return PC_OK;
  }
  enum pc_result result = run_operation(run, &reboot, true, error);
  if (result == PC_OK) {
    pc_run_conclude(run, 0);
  }
  return result;
}

/* The power goes off and on a last time. */
static enum pc_result end(struct pc_run *run, struct pc_error *error) {
  struct pc_expectation settled = {.model = &run->rig->model};
  size_t recovered;
  pc_run_tell(run, &(struct pc_step){.kind = PC_STEP_START, .operation = run->operation});
  pc_report_clear(&run->runner->report);
  enum pc_result result = pc_check_recovery(run->rig->checker, &settled, &run->runner->report, &recovered, error);
  if (result == PC_OK) {
    run->outcome->after_cut = run->outcome->cut_paths > 0;
    pc_run_conclude(run, 0);
  }
  return result;
}

static enum pc_result run_steps(struct pc_run *run, struct pc_error *error) {
  static const struct pc_operation boot = {.kind = PC_REBOOT};
  const struct pc_program *program = run->program;
  uint32_t next = 0;
  enum pc_result result = run_with_cuts(run, &boot, true, &next, error);
  while (result == PC_OK && !run->ended && next < program->step_count) {
    result = restart(run, error);
    if (result == PC_OK && !run->ended) {
      struct pc_operation *operation = &run->runner->operations[run->operation];
      *operation = pc_runner_operation(run->runner, run->rig->target.promises.max_value_size, &program->steps[next++]);
      run->runner->pool.operation_count = run->operation + 1;
      result = run_with_cuts(run, operation, false, &next, error);
      run->operation++;
    }
    run->outcome->step = next;
  }
  if (result == PC_OK && !run->ended) {
    result = end(run, error);
  }
  return result;
}

enum pc_result pc_runner_run(struct pc_runner *runner, const struct pc_program *program,
                             const struct pc_program_watch *watch, struct pc_program_outcome *outcome,
                             struct pc_error *error) {
  struct pc_run run = {
      .runner = runner, .program = program, .watch = watch, .outcome = outcome, .plan = pc_program_plan(program)};
  *outcome = (struct pc_program_outcome){0};
  /* A rig has room for the largest value of its workload. */
  runner->operations[0] =
      (struct pc_operation){.kind = PC_PUT, .value = {.data = runner->pattern, .size = PC_LARGEST_PROGRAM_VALUE}};
  runner->pool.operation_count = 1;
  enum pc_result result = pc_rigs_get(&runner->rigs, &program->setup, &run.rig, error);
  runner->pool.operation_count = 0;
  if (result != PC_OK) {
    return result;
  }
  if (run.rig->refused) {
    outcome->refused = true;
    return PC_OK;
  }
  pc_program_rig_reset(run.rig);
  pc_checker_share_for_good(run.rig->checker, runner->shared, pc_rig_number(run.rig));
  result = run_steps(&run, error);
  return result == PC_OK && pc_device_failed(run.rig->device) ? pc_fail_memory(error) : result;
}
