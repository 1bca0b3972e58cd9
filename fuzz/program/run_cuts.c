/* The cuts of a program. They are numbered and drawn as the explorer does it, so that what one shows, a repro shows. */
#include "powercut/seed.h"
#include "run.h"
#include "setup.h"

/* Takes back the journalled operation at `mark` and all that came after it, and has it cut in place of that. */
static enum pc_result cut_operation(struct pc_run *run, const struct pc_program_step *step, struct pc_cut *cut,
                                    size_t mark, uint64_t seed, struct pc_error *error) {
  struct pc_program_rig *rig = run->rig;
  struct pc_fault_input input;
  rig->striker.samples = run->plan.samples;
  rig->striker.limit = run->plan.limit;
  enum pc_result result = pc_striker_take_back(&rig->striker, mark, seed, &input, error);
  if (result != PC_OK) {
    return result;
  }
  uint32_t variants = pc_fault_variants(cut->fault, &input);
  if (variants == 0) {
    cut->fault = PC_FAULT_BETWEEN_OPS;
    variants = 1;
  }
  cut->variant = step->variant % variants;
  struct pc_flash_operation left;
  result = pc_fault_leave(rig->device, cut->fault, &input, cut->variant, &rig->striker.memory, &left, error);
  if (result == PC_OK) {
    pc_run_tell(run, &(struct pc_step){.kind = PC_STEP_FLASH_OPERATION,
                                       .operation = run->operation,
                                       .depth = run->path.depth,
                                       .flash_operation = cut->flash_operation,
                                       .flash = &left,
                                       .cut = cut});
  }
  return result;
}

/* Cuts in the stretch, or, where it did nothing to the flash or nothing may be torn, behind it. */
static enum pc_result cut_in(struct pc_run *run, const struct pc_program_step *step,
                             const struct pc_run_stretch *stretch, struct pc_cut *cut, struct pc_error *error) {
  *cut = (struct pc_cut){.flash_operation = stretch->number, .fault = step->fault};
  struct pc_step told = {.operation = run->operation, .depth = run->path.depth};
  if (stretch->count == 0 || !pc_program_tears(&run->program->setup)) {
    pc_run_tell_flash(run, stretch->mark, stretch->mark + stretch->count, told, stretch->number);
    cut->flash_operation += (uint32_t)stretch->count;
    cut->fault = PC_FAULT_BETWEEN_OPS;
    return PC_OK;
  }
  uint32_t offset = step->flash_operation % (uint32_t)stretch->count;
  cut->flash_operation += offset;
  pc_run_tell_flash(run, stretch->mark, stretch->mark + offset, told, stretch->number);
  return cut_operation(run, step, cut, stretch->mark + offset,
                       pc_seed_of_operation(stretch->seed, cut->flash_operation), error);
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
    struct pc_cut cut;
    result = cut_in(run, step, &stretch, &cut, error);
    stretch.seed = pc_seed_of_recovery(pc_seed_of_operation(stretch.seed, cut.flash_operation), cut.fault, cut.variant);
    pc_run_note_cut(run, &cut);
    pc_device_begin_reads(run->rig->device, stretch.seed);
    result = result == PC_OK ? recover(run, &stretch, expectation, error) : result;
  }
  if (result == PC_OK && !run->ended) {
    struct pc_model *model = &run->rig->model;
    pc_run_tell_flash(run, stretch.mark, stretch.mark + stretch.count,
                      (struct pc_step){.operation = run->operation, .depth = run->path.depth}, 0);
    /* Where a read may answer otherwise than the last, the model can't go on from what was read. */
    if (pc_device_reads_raw(run->rig->device)) {
      pc_model_settle(model, run->rig->checker);
    } else {
      run->outcome->stopped = true;
      run->ended = true;
    }
  }
  return result;
}
