/* What is told of a program while it runs, and what its violations come to. */
#include "run.h"

void pc_run_tell(const struct pc_run *run, const struct pc_step *step) {
  if (run->watch != NULL && run->watch->step != NULL) {
    run->watch->step(run->watch->context, step);
  }
}

void pc_run_tell_flash(const struct pc_run *run, size_t first, size_t end, struct pc_step step, uint32_t number) {
  step.kind = PC_STEP_FLASH_OPERATION;
  for (size_t i = first; run->watch != NULL && i < end; i++) {
    struct pc_flash_operation operation = pc_device_journalled(run->rig->device, i);
    step.flash = &operation;
    step.flash_operation = number + (uint32_t)(i - first);
    pc_run_tell(run, &step);
  }
}

/* By the guarantee table of engine/README.md. Where recovery does not write missing copies at once, and in the middle
   of an update, what damage spoils may be the only copy. */
static enum pc_promise promise_after(enum pc_fault fault, enum pc_program_recovery recovery) {
  bool has_copies = recovery == PC_PROGRAM_IMMEDIATE;
  switch (fault) {
    case PC_FAULT_METASTABLE:
    case PC_FAULT_WORN:
    case PC_FAULT_BIT_ROT:
      return PC_PROMISE_TO_END;
    case PC_FAULT_ECC:
      return PC_PROMISE_TO_TELL;
    case PC_FAULT_COLLATERAL:
      return has_copies ? PC_PROMISE_ALL : PC_PROMISE_TO_END;
    default:
      return PC_PROMISE_ALL;
  }
}

void pc_run_note_cut(struct pc_run *run, const struct pc_cut *cut) {
  enum pc_promise promise = promise_after(cut->fault, run->program->setup.recovery);
  run->promise = promise > run->promise ? promise : run->promise;
  run->path.cuts[run->path.depth++] = *cut;
}

/* Whether the invariant, which failed, was promised. */
static bool is_promised(const struct pc_run *run, enum pc_invariant invariant) {
  const struct pc_report *report = &run->runner->report;
  switch (run->promise) {
    case PC_PROMISE_ALL:
      return true;
    case PC_PROMISE_TO_TELL:
      return invariant == PC_DEVICE_CONTRACT || (invariant != PC_REDUNDANT && report->silent[invariant]);
    case PC_PROMISE_TO_END:
      break;
  }
  return invariant == PC_MOUNTABLE && pc_device_stopped(run->rig->device);
}

void pc_run_conclude(struct pc_run *run, uint32_t depth) {
  struct pc_report *report = &run->runner->report;
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    if (report->failed[invariant] && !is_promised(run, invariant)) {
      run->outcome->stopped = true;
    } else if (report->failed[invariant]) {
      struct pc_violation *violation = &report->violations[invariant];
      violation->operation = run->operation;
      violation->path = run->path;
      violation->path.depth = depth;
      violation->fault = pc_report_fault(report, &violation->path);
      pc_run_tell(run,
                  &(struct pc_step){
                      .kind = PC_STEP_VIOLATION, .operation = run->operation, .depth = depth, .violation = violation});
      run->outcome->violation = run->ended ? run->outcome->violation : violation;
      run->ended = true;
    }
  }
  run->outcome->stopped = run->outcome->stopped && run->outcome->violation == NULL;
  run->ended = run->ended || run->outcome->stopped;
}
