/* The cuts of a program. They are numbered and drawn as the explorer does it, so that what one shows, a repro shows. */
#include <string.h>

#include "powercut/seed.h"
#include "run.h"
#include "setup.h"

/* Takes back the journalled operation at `mark` and all that came after it, and has it cut in place of that. */
static void cut_operation(struct pc_run *run, const struct pc_program_step *step, struct pc_cut *cut, size_t mark,
                          uint64_t seed) {
  struct pc_device *device = run->rig->device;
  struct pc_fault_input input = {.operation = pc_device_journalled(device, mark),
                                 .program_unit = pc_device_profile(device)->program_unit,
                                 .samples = run->plan.samples,
                                 .limit = run->plan.limit,
                                 .seed = seed};
  memcpy(run->rig->after, input.operation.after, input.operation.size);
  pc_device_rollback(device, mark);
  input.operation.before = pc_device_cells(device).data + input.operation.address;
  input.operation.after = run->rig->after;
  uint32_t variants = pc_fault_variants(cut->fault, &input);
  if (variants == 0) {
    cut->fault = PC_FAULT_BETWEEN_OPS;
    variants = 1;
  }
  cut->variant = step->variant % variants;
  struct pc_flash_operation left = input.operation;
  left.after = left.before;
  if (cut->fault != PC_FAULT_BETWEEN_OPS) {
    pc_fault_tear(cut->fault, &input, cut->variant, run->rig->torn);
    pc_device_tear(device, &input.operation, run->rig->torn);
    left = pc_device_journalled(device, mark);
  }
  pc_run_tell(run, &(struct pc_step){.kind = PC_STEP_FLASH_OPERATION,
                                     .operation = run->operation,
                                     .depth = run->path.depth,
                                     .flash_operation = cut->flash_operation,
                                     .flash = &left,
                                     .cut = cut});
}

/* Cuts in the stretch, or, where it did nothing to the flash or nothing may be torn, behind it. */
static struct pc_cut cut_in(struct pc_run *run, const struct pc_program_step *step,
                            const struct pc_run_stretch *stretch) {
  struct pc_cut cut = {.flash_operation = stretch->number, .fault = step->fault};
  struct pc_step told = {.operation = run->operation, .depth = run->path.depth};
  if (stretch->count == 0 || !pc_program_tears(&run->program->setup)) {
    pc_run_tell_flash(run, stretch->mark, stretch->mark + stretch->count, told, stretch->number);
    cut.flash_operation += (uint32_t)stretch->count;
    cut.fault = PC_FAULT_BETWEEN_OPS;
    return cut;
  }
  uint32_t offset = step->flash_operation % (uint32_t)stretch->count;
  cut.flash_operation += offset;
  pc_run_tell_flash(run, stretch->mark, stretch->mark + offset, told, stretch->number);
  cut_operation(run, step, &cut, stretch->mark + offset, pc_seed_of_operation(stretch->seed, cut.flash_operation));
  return cut;
}

/* Starts the store on what the cut left, and checks. `stretch` becomes the recovery's. */
static enum pc_result recover(struct pc_run *run, struct pc_run_stretch *stretch,
                              const struct pc_expectation *expectation, struct pc_error *error) {
  size_t recovered;
  pc_run_tell(run, &(struct pc_step){.kind = PC_STEP_START, .operation = run->operation, .depth = run->path.depth});
  stretch->mark = pc_device_mark(run->rig->device);
  stretch->number = 0;
  pc_report_clear(&run->runner->report);
  enum pc_result result = pc_check_recovery(run->rig->checker, expectation, &run->runner->report, &recovered, error);
  if (result == PC_OK) {
    stretch->count = recovered - stretch->mark;
    pc_run_conclude(run, run->path.depth);
  }
  return result;
}

enum pc_result pc_run_cuts(struct pc_run *run, uint32_t *next, struct pc_run_stretch stretch,
                           const struct pc_expectation *expectation, struct pc_error *error) {
  const struct pc_program *program = run->program;
  enum pc_result result = PC_OK;
  run->path.depth = 0;
  run->outcome->cut_paths++;
  while (result == PC_OK && !run->ended && *next < program->step_count && program->steps[*next].code == PC_CODE_CUT) {
    const struct pc_program_step *step = &program->steps[(*next)++];
    if (run->path.depth == PC_MAX_DEPTH) {
      continue;
    }
    struct pc_cut cut = cut_in(run, step, &stretch);
    stretch.seed = pc_seed_of_recovery(pc_seed_of_operation(stretch.seed, cut.flash_operation), &cut);
    run->path.cuts[run->path.depth++] = cut;
    result = recover(run, &stretch, expectation, error);
  }
  if (result == PC_OK && !run->ended) {
    struct pc_model *model = &run->rig->model;
    pc_run_tell_flash(run, stretch.mark, stretch.mark + stretch.count,
                      (struct pc_step){.operation = run->operation, .depth = run->path.depth}, 0);
    memcpy(model->contents, pc_checker_found(run->rig->checker), PC_PROGRAM_KEYS * sizeof *model->contents);
    pc_model_resume(model, model->contents);
  }
  return result;
}
