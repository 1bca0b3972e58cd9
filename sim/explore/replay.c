/* Replaying one cut path, step by step. */
#include <stdlib.h>

#include "powercut/explore.h"
#include "process.h"
#include "rig.h"
#include "seed.h"

struct replay {
  const struct pc_power_plan *plan;
  const struct pc_cut_path *path;
  void (*step)(void *context, const struct pc_step *step);
  void *context;
  uint32_t *violations;
  struct pc_notice *notice;     /* while it is tried out: where the operation is noted; else NULL */
  const struct pc_trial *crash; /* the store brings its process down at the end of the path: how; else NULL */
  struct pc_rig rig;
  struct pc_report report;
  uint32_t flash_operations; /* of the workload, before the operation that runs */
  uint32_t keys_used;        /* by the operations so far, the one that runs included */
};

static void tell(struct replay *replay, const struct pc_step *step) {
  if (replay->step != NULL) {
    replay->step(replay->context, step);
  }
}

/* Tells of the journalled operations [first, end), the first of which is number `number`. */
static void tell_flash(struct replay *replay, size_t first, size_t end, struct pc_step step, uint32_t number) {
  step.kind = PC_STEP_FLASH_OPERATION;
  for (size_t i = first; i < end; i++) {
    struct pc_flash_operation operation = pc_device_journalled(replay->rig.device, i);
    step.flash = &operation;
    step.flash_operation = number + (uint32_t)(i - first);
    tell(replay, &step);
  }
}

static void tell_report(struct replay *replay, uint32_t operation, uint32_t depth) {
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    if (replay->report.failed[invariant]) {
      struct pc_violation *violation = &replay->report.violations[invariant];
      violation->operation = operation;
      violation->path = *replay->path;
      violation->path.depth = depth;
      tell(replay, &(struct pc_step){
                       .kind = PC_STEP_VIOLATION, .operation = operation, .depth = depth, .violation = violation});
      (*replay->violations)++;
    }
  }
}

/* The store would bring this process down now: tells so in its place. */
static void tell_crash(struct replay *replay, uint32_t operation) {
  pc_report_fail(&replay->report, PC_MOUNTABLE, NULL, "the store starts and works", "%s", replay->crash->what);
  tell_report(replay, operation, replay->path->depth);
}

/* Leaves what the cut number `depth` leaves of the journalled operation at `mark`, and of all that came after it:
 * nothing. */
static enum pc_result tear(struct replay *replay, size_t mark, uint64_t seed, struct pc_step step,
                           struct pc_error *error) {
  const struct pc_cut *cut = &replay->path->cuts[step.depth];
  struct pc_device *device = replay->rig.device;
  struct pc_flash_operation whole = pc_device_journalled(device, mark);
  uint8_t *after = malloc(whole.size);
  uint8_t *torn = malloc(whole.size);
  uint8_t *weak = malloc(whole.size);
  enum pc_result result = PC_OK;
  if (after == NULL || torn == NULL || weak == NULL) {
    result = pc_fail_memory(error);
  } else {
    for (uint32_t i = 0; i < whole.size; i++) {
      after[i] = whole.after[i];
    }
    pc_device_rollback(device, mark);
    whole.before = pc_device_cells(device).data + whole.address;
    whole.after = after;
    struct pc_fault_input input = {.operation = whole,
                                   .program_unit = pc_device_profile(device)->program_unit,
                                   .samples = replay->plan->samples,
                                   .limit = replay->plan->limit,
                                   .seed = seed};
    if (cut->variant >= pc_fault_variants(cut->fault, &input)) {
      result = pc_fail(error, PC_BAD_INPUT, "the cut path names variant %u of %s, flash operation %u has only %u",
                       cut->variant, pc_fault_class(cut->fault)->name, cut->flash_operation,
                       pc_fault_variants(cut->fault, &input));
    } else if (cut->fault != PC_FAULT_BETWEEN_OPS) {
      pc_fault_tear(cut->fault, &input, cut->variant, torn);
      whole.weakness = pc_fault_weaken(cut->fault, &input, cut->variant, weak);
      whole.weak = whole.weakness == PC_FIRM ? NULL : weak;
      pc_device_tear(device, &whole, torn);
      enum pc_weakness weakness = whole.weakness;
      whole = pc_device_journalled(device, mark);
      whole.weak = weakness == PC_FIRM ? NULL : weak;
      whole.weakness = weakness;
    } else {
      whole.after = whole.before;
    }
  }
  if (result == PC_OK) {
    step.kind = PC_STEP_FLASH_OPERATION;
    step.flash = &whole;
    step.flash_operation = cut->flash_operation;
    step.cut = cut;
    tell(replay, &step);
  }
  free(after);
  free(torn);
  free(weak);
  return result;
}

/*
 * The journal holds, from `mark` on, `count` flash operations, of which the path's cut number `step.depth` tears one:
 * cut there, recover, and go on with the next cut in that recovery. `seed` is that of the workload or recovery they
 * belong to.
 */
static enum pc_result follow_path(struct replay *replay, struct pc_step step, size_t mark, size_t count, uint64_t seed,
                                  const struct pc_expectation *expectation, struct pc_error *error) {
  struct pc_device *device = replay->rig.device;
  uint32_t number = replay->flash_operations;
  for (; step.depth < replay->path->depth; number = 0) {
    const struct pc_cut *cut = &replay->path->cuts[step.depth];
    size_t offset = cut->flash_operation - number;
    if (cut->flash_operation < number || offset > count || (offset == count && cut->fault != PC_FAULT_BETWEEN_OPS)) {
      return pc_fail(error, PC_BAD_INPUT, "the cut path names flash operation %u, there are only %zu",
                     cut->flash_operation, number + count);
    }
    tell_flash(replay, mark, mark + offset, step, number);
    seed = pc_seed_of_operation(seed, cut->flash_operation);
    enum pc_result result = offset < count ? tear(replay, mark + offset, seed, step, error) : PC_OK;
    if (result != PC_OK) {
      return result;
    }
    seed = pc_seed_of_recovery(seed, cut);
    pc_device_begin_reads(device, seed);
    step.depth++;
    tell(replay, &(struct pc_step){.kind = PC_STEP_START, .operation = step.operation, .depth = step.depth});
    mark = pc_device_mark(device);
    size_t recovered;
    pc_report_clear(&replay->report);
    if (replay->crash != NULL && step.depth == replay->path->depth) {
      tell_crash(replay, step.operation);
      return PC_OK;
    }
    result = pc_check_recovery(replay->rig.checker, expectation, &replay->report, &recovered, error);
    if (result != PC_OK) {
      return result;
    }
    count = recovered - mark;
  }
  tell_flash(replay, mark, mark + count, step, 0);
  tell_report(replay, step.operation, step.depth);
  if (pc_report_failed(&replay->report) || replay->plan->aftermath == 0) {
    return PC_OK;
  }
  pc_report_clear(&replay->report);
  enum pc_result result =
      pc_check_aftermath(replay->rig.checker, expectation, replay->keys_used, &replay->report, error);
  if (result == PC_OK) {
    tell_report(replay, step.operation, step.depth);
  }
  return result;
}

/* Whether the path's first cut is in the operation that just ran, whose `count` flash operations are in the journal. */
static bool is_cut_here(const struct replay *replay, size_t count) {
  return replay->path->depth > 0 && replay->path->cuts[0].flash_operation - replay->flash_operations < count;
}

/* Tells of an operation that nothing was cut in. */
static void tell_operation(struct replay *replay, struct pc_step step) {
  size_t count = pc_device_mark(replay->rig.device);
  tell_flash(replay, 0, count, step, replay->flash_operations);
  step.kind = PC_STEP_STATUS;
  step.status = replay->report.answer;
  tell(replay, &step);
  if (replay->path->depth == 0) {
    tell_report(replay, step.operation, 0);
  }
  replay->flash_operations += (uint32_t)count;
  pc_device_forget(replay->rig.device);
}

/* Runs one operation; if the path's first cut is in it, follows the path from there, and `*cut` tells so. */
static enum pc_result run_operation(struct replay *replay, uint32_t operation, bool *cut, struct pc_error *error) {
  struct pc_model *model = &replay->rig.model;
  struct pc_step step = {.kind = PC_STEP_OPERATION, .operation = operation};
  tell(replay, &step);
  if (replay->notice != NULL) {
    replay->notice->operation = operation;
    replay->notice->beats++;
  }
  if (replay->crash != NULL && replay->path->depth == 0 && replay->crash->operation == operation) {
    *cut = true;
    pc_report_clear(&replay->report);
    tell_crash(replay, operation);
    return PC_OK;
  }
  struct pc_expectation expectation = pc_rig_expectation(&replay->rig, operation);
  struct pc_content *content = expectation.in_flight ? &model->contents[expectation.key] : NULL;
  struct pc_content before = content == NULL ? (struct pc_content){0} : *content;
  struct pc_usage usage = model->usage;
  replay->keys_used = pc_operation_keys_used(&replay->rig.workload->operations[operation], replay->keys_used);
  enum pc_result result = pc_rig_run(&replay->rig, operation, &replay->report, error);
  if (result != PC_OK) {
    return result;
  }
  size_t count = pc_device_mark(replay->rig.device);
  *cut = is_cut_here(replay, count);
  if (!*cut) {
    tell_operation(replay, step);
    return PC_OK;
  }
  /* It is cut before it is acknowledged. */
  if (content != NULL) {
    *content = before;
  }
  model->usage = usage;
  return follow_path(replay, step, 0, count, replay->plan->seed, &expectation, error);
}

/* The first start and the operations, up to the one that is cut, or all; `*cut` tells whether one was. */
static enum pc_result run_workload(struct replay *replay, bool *cut, struct pc_error *error) {
  struct pc_step step = {.kind = PC_STEP_START};
  tell(replay, &step);
  enum pc_result result = pc_rig_boot(&replay->rig, &replay->report, error);
  if (result != PC_OK) {
    return result;
  }
  size_t count = pc_device_mark(replay->rig.device);
  *cut = is_cut_here(replay, count);
  if (*cut) {
    struct pc_expectation blank = {.model = &replay->rig.model};
    return follow_path(replay, step, 0, count, replay->plan->seed, &blank, error);
  }
  tell_operation(replay, step);
  for (uint32_t i = 0; result == PC_OK && !*cut && i < replay->rig.workload->operation_count; i++) {
    result = run_operation(replay, i, cut, error);
  }
  return result;
}

static enum pc_result replay_path(struct replay *replay, struct pc_error *error) {
  uint32_t count = replay->rig.workload->operation_count;
  bool cut;
  enum pc_result result = run_workload(replay, &cut, error);
  if (result != PC_OK || cut) {
    return result;
  }
  struct pc_expectation expectation = pc_rig_expectation(&replay->rig, count);
  struct pc_step step = {.operation = count};
  if (replay->path->depth > 0) {
    return follow_path(replay, step, 0, 0, replay->plan->seed, &expectation, error);
  }
  size_t recovered;
  step.kind = PC_STEP_START;
  tell(replay, &step);
  pc_report_clear(&replay->report);
  result = pc_check_recovery(replay->rig.checker, &expectation, &replay->report, &recovered, error);
  if (result == PC_OK) {
    tell_report(replay, count, 0);
  }
  return result;
}

static enum pc_result run(struct replay *replay, const struct pc_subject *subject, const struct pc_workload *workload,
                          struct pc_error *error) {
  enum pc_result result = pc_rig_open(&replay->rig, subject, workload, error);
  if (result == PC_OK) {
    result = replay_path(replay, error);
    pc_rig_close(&replay->rig);
  }
  return result;
}

struct rehearsal {
  const struct pc_subject *subject;
  const struct pc_workload *workload;
  const struct replay *replay;
};

/* The replay in a process of its own, told to nobody: only whether it lives to say that it is done matters. */
static int rehearse(const struct pc_worker_end *end, const void *context) {
  const struct rehearsal *rehearsal = context;
  struct replay *replay = malloc(sizeof *replay);
  if (replay != NULL) {
    uint32_t violations = 0;
    struct pc_error error;
    *replay = *rehearsal->replay;
    replay->step = NULL;
    replay->violations = &violations;
    replay->notice = end->notice;
    (void)run(replay, rehearsal->subject, rehearsal->workload, &error);
    free(replay);
  }
  return pc_socket_write(end->socket, "", 1) ? EXIT_SUCCESS : EXIT_FAILURE;
}

enum pc_result pc_replay(const struct pc_subject *subject, const struct pc_workload *workload,
                         const struct pc_power_plan *plan, const struct pc_cut_path *path,
                         void (*step)(void *context, const struct pc_step *step), void *context, uint32_t *violations,
                         struct pc_error *error) {
  struct replay *replay = calloc(1, sizeof *replay);
  if (replay == NULL) {
    return pc_fail_memory(error);
  }
  *replay = (struct replay){.plan = plan, .path = path, .step = step, .context = context, .violations = violations};
  *violations = 0;
  struct rehearsal rehearsal = {.subject = subject, .workload = workload, .replay = replay};
  struct pc_process_work work = {.serve = rehearse, .context = &rehearsal};
  struct pc_trial trial;
  enum pc_result result = pc_process_try(&work, NULL, &trial, error);
  if (result == PC_OK) {
    replay->crash = trial.survived ? NULL : &trial;
    result = run(replay, subject, workload, error);
  }
  free(replay);
  return result;
}
