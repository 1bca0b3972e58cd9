/* Replaying one cut path, step by step. */
#include "replay.h"

#include <stdlib.h>

#include "soak.h"

void pc_replay_tell(struct pc_replay *replay, const struct pc_step *step) {
  if (replay->step == NULL) {
    return;
  }
  struct pc_step told = *step;
  if (replay->watched != NULL) {
    told.cells = pc_device_cells(replay->watched->device);
  }
  replay->step(replay->context, &told);
}

void pc_replay_tell_flash(struct pc_replay *replay, size_t first, size_t end, struct pc_step step, uint32_t number) {
  step.kind = PC_STEP_FLASH_OPERATION;
  for (size_t i = first; i < end; i++) {
    struct pc_flash_operation operation = pc_device_journalled(replay->watched->device, i);
    step.flash = &operation;
    step.flash_operation = number + (uint32_t)(i - first);
    pc_replay_tell(replay, &step);
  }
}

void pc_replay_tell_report(struct pc_replay *replay, uint32_t operation, uint32_t depth) {
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    if (replay->report.failed[invariant]) {
      struct pc_violation *violation = &replay->report.violations[invariant];
      violation->operation = operation;
      violation->path = *replay->path;
      violation->path.depth = depth;
      violation->fault = pc_report_fault(&replay->report, &violation->path);
      pc_replay_tell(
          replay,
          &(struct pc_step){.kind = PC_STEP_VIOLATION, .operation = operation, .depth = depth, .violation = violation});
      (*replay->violations)++;
    }
  }
}

static void tell_crash(struct pc_replay *replay, uint32_t operation, uint32_t depth) {
  pc_report_clear(&replay->report);
  pc_report_fail(&replay->report, PC_MOUNTABLE, NULL, PC_EXPECTED_START, "%s", replay->crash->what);
  pc_replay_tell_report(replay, operation, depth);
  replay->ended = true;
}

bool pc_replay_enter(struct pc_replay *replay, uint32_t operation, uint32_t depth) {
  replay->beats++;
  if (replay->notice != NULL) {
    replay->notice->operation = operation;
    replay->notice->path = *replay->path;
    replay->notice->path.depth = depth;
    replay->notice->beats = replay->beats;
  }
  if (replay->crash != NULL && replay->crash->beats == replay->beats) {
    tell_crash(replay, operation, depth);
  }
  if (!replay->ended && replay->stops != NULL) {
    pc_replay_stop(replay, operation, depth);
  }
  return !replay->ended;
}

/* Whether the path's first cut is in what just ran, whose `count` flash operations are in the journal. */
static bool is_cut_here(const struct pc_replay *replay, size_t count) {
  return replay->path->depth > 0 && replay->path->cuts[0].flash_operation - replay->flash_operations < count;
}

static struct pc_stretch stretch_of(const struct pc_replay *replay, size_t count) {
  return (struct pc_stretch){.count = count, .number = replay->flash_operations, .seed = replay->plan->seed};
}

/* Tells of a start or an operation that nothing was cut in. A store that doesn't come up is the end. */
static void tell_operation(struct pc_replay *replay, struct pc_step step, bool starts) {
  size_t count = pc_device_mark(replay->rig.device);
  pc_replay_tell_flash(replay, 0, count, step, replay->flash_operations);
  step.kind = PC_STEP_STATUS;
  step.status = replay->report.answer;
  pc_replay_tell(replay, &step);
  replay->ended = starts && replay->report.answer != PC_STATUS_OK;
  if (replay->path->depth == 0 || replay->ended) {
    pc_replay_tell_report(replay, step.operation, 0);
  }
  replay->flash_operations += (uint32_t)count;
  pc_device_forget(replay->rig.device);
}

/* The first start. It is explored with the first operation: what follows a recovery here uses that one's key, too. */
static enum pc_result boot(struct pc_replay *replay, struct pc_error *error) {
  struct pc_step step = {.kind = PC_STEP_START};
  if (replay->rig.workload->operation_count > 0) {
    replay->keys_used = pc_operation_keys_used(&replay->rig.workload->operations[0], 0);
  }
  pc_replay_tell(replay, &step);
  if (!pc_replay_enter(replay, 0, 0)) {
    return PC_OK;
  }
  enum pc_result result = pc_rig_boot(&replay->rig, &replay->report, error);
  size_t count = pc_device_mark(replay->rig.device);
  if (result == PC_OK && is_cut_here(replay, count)) {
    struct pc_expectation blank = {.model = &replay->rig.model};
    return pc_replay_follow(replay, step, stretch_of(replay, count), &blank, error);
  }
  if (result == PC_OK) {
    tell_operation(replay, step, true);
  }
  return result;
}

/* Runs one operation; if the path's first cut is in it, follows the path from there. */
static enum pc_result run_operation(struct pc_replay *replay, uint32_t operation, struct pc_error *error) {
  struct pc_model *model = &replay->rig.model;
  const struct pc_operation *run = &replay->rig.workload->operations[operation];
  struct pc_step step = {.kind = PC_STEP_OPERATION, .operation = operation};
  pc_replay_tell(replay, &step);
  if (!pc_replay_enter(replay, operation, 0)) {
    return PC_OK;
  }
  struct pc_expectation expectation = pc_rig_expectation(&replay->rig, operation);
  struct pc_content *content = expectation.in_flight ? &model->contents[expectation.key] : NULL;
  struct pc_content content_before = content == NULL ? (struct pc_content){0} : *content;
  struct pc_model before = *model;
  replay->keys_used = pc_operation_keys_used(run, replay->keys_used);
  if (replay->life != NULL) {
    pc_life_add(replay->life, run);
  }
  enum pc_result result = pc_rig_run(&replay->rig, operation, &replay->report, error);
  if (result != PC_OK) {
    return result;
  }
  size_t count = pc_device_mark(replay->rig.device);
  if (!is_cut_here(replay, count)) {
    tell_operation(replay, step, run->kind == PC_REBOOT);
    return PC_OK;
  }
  /* It is cut before it is acknowledged. */
  if (run->update == NULL) { /* which is in force from here on */
    *model = before;
  }
  if (content != NULL) {
    *content = content_before;
  }
  return pc_replay_follow(replay, step, stretch_of(replay, count), &expectation, error);
}

/* The last operation is done: the power is lost now, or, without a cut, goes off and on. */
static enum pc_result end(struct pc_replay *replay, struct pc_error *error) {
  uint32_t count = replay->rig.workload->operation_count;
  struct pc_expectation expectation = pc_rig_expectation(&replay->rig, count);
  struct pc_step step = {.kind = PC_STEP_START, .operation = count};
  if (replay->path->depth > 0) {
    return pc_replay_follow(replay, step, stretch_of(replay, 0), &expectation, error);
  }
  size_t recovered;
  pc_replay_tell(replay, &step);
  if (!pc_replay_enter(replay, count, 0)) {
    return PC_OK;
  }
  pc_report_clear(&replay->report);
  pc_replay_watch(replay, step, PC_PHASE_CHECK);
  enum pc_result result = pc_check_recovery(replay->rig.checker, &expectation, &replay->report, &recovered, error);
  pc_replay_watch_end(replay);
  if (result == PC_OK) {
    pc_replay_tell_report(replay, count, 0);
  }
  return result;
}

/* Of the last recovery of a soak the start and what is asked after it are watched, which tells its flash operations. */
static void pass_on(void *context, const struct pc_step *step) {
  struct pc_replay *replay = context;
  bool last = step->depth == replay->path->number;
  if (step->kind == PC_STEP_RECOVERED && last) {
    pc_replay_watch_end(replay);
    replay->ended = true;
  }
  if (step->kind != PC_STEP_FLASH_OPERATION || !replay->ended) {
    replay->step(replay->context, step);
  }
  if (step->kind == PC_STEP_OPERATION) {
    replay->ended = false;
  } else if (step->kind == PC_STEP_START && last && replay->path->number > 0) {
    pc_replay_watch(replay, *step, PC_PHASE_CHECK);
  }
}

static enum pc_result attach_to_soak(void *context, struct pc_rig *rig, struct pc_error *error) {
  struct pc_replay *replay = context;
  replay->watched = rig;
  return replay->stops != NULL ? pc_replay_attach(replay, rig, error) : PC_OK;
}

static void stop_soak(void *context, uint32_t cuts, size_t next) {
  pc_replay_stop_soak(context, cuts, next);
}

/* Follows the path through a soak. What it counts is of no interest here. */
static enum pc_result run_soak(struct pc_replay *replay, const struct pc_subject *subject,
                               const struct pc_workload *workload, struct pc_error *error) {
  const struct pc_observer observer = {0};
  struct pc_exploration_result *counts = calloc(1, sizeof *counts);
  struct pc_findings *findings = calloc(1, sizeof *findings);
  enum pc_result result = counts == NULL || findings == NULL ? pc_fail_memory(error) : PC_OK;
  if (result == PC_OK) {
    findings->observer = &observer;
    findings->result = counts;
    const struct pc_walk_plan plan = {.subject = subject,
                                      .workload = workload,
                                      .power = replay->plan,
                                      .findings = findings,
                                      .notice = replay->notice};
    struct pc_soak_replay soak = {.step = replay->step != NULL ? pass_on : NULL,
                                  .context = replay,
                                  .crash = replay->crash == NULL ? NULL : replay->crash->what};
    soak.opened = attach_to_soak;
    soak.called = replay->stops != NULL ? stop_soak : NULL;
    result = pc_soak_follow(&plan, replay->path, &soak, error);
    *replay->violations = soak.violations;
  }
  free(findings);
  free(counts);
  return result;
}

enum pc_result pc_replay_run(struct pc_replay *replay, const struct pc_subject *subject,
                             const struct pc_workload *workload, struct pc_error *error) {
  if (replay->path->life > 0) {
    return run_soak(replay, subject, workload, error);
  }
  if (replay->crash != NULL && replay->crash->beats == 0) {
    tell_crash(replay, 0, 0); /* while it was set up */
    return PC_OK;
  }
  enum pc_result result = pc_rig_open(&replay->rig, subject, workload, error);
  if (result != PC_OK) {
    return result;
  }
  replay->watched = &replay->rig;
  if (replay->stops != NULL) {
    result = pc_replay_attach(replay, &replay->rig, error);
  }
  if (result == PC_OK) {
    result = boot(replay, error);
  }
  for (uint32_t i = 0; result == PC_OK && !replay->ended && i < workload->operation_count; i++) {
    result = run_operation(replay, i, error);
  }
  if (result == PC_OK && !replay->ended) {
    result = end(replay, error);
  }
  pc_rig_close(&replay->rig);
  return result;
}

struct rehearsal {
  const struct pc_subject *subject;
  const struct pc_workload *workload;
  const struct pc_replay *replay;
};

/* The replay in a process of its own, told to nobody: only whether it lives to say that it is done matters. */
static void rehearse(const struct pc_worker_end *end, const void *context) {
  const struct rehearsal *rehearsal = context;
  struct pc_replay *replay = malloc(sizeof *replay);
  if (replay != NULL) {
    uint32_t violations = 0;
    struct pc_error error;
    *replay = *rehearsal->replay;
    replay->step = NULL;
    replay->violations = &violations;
    replay->notice = end->notice;
    (void)pc_replay_run(replay, rehearsal->subject, rehearsal->workload, &error);
    free(replay);
  }
  (void)pc_socket_write(end->socket, "", 1);
}

static enum pc_result receive_end(void *context, int socket, bool *whole, struct pc_error *error) {
  char byte;
  (void)context;
  (void)error;
  *whole = pc_socket_read(socket, &byte, 1);
  return PC_OK;
}

enum pc_result pc_replay(const struct pc_subject *subject, const struct pc_workload *workload,
                         const struct pc_power_plan *plan, const struct pc_cut_path *path,
                         void (*step)(void *context, const struct pc_step *step), void *context, uint32_t *violations,
                         struct pc_error *error) {
  struct pc_replay *replay = calloc(1, sizeof *replay);
  if (replay == NULL) {
    return pc_fail_memory(error);
  }
  *replay = (struct pc_replay){.plan = plan, .path = path, .step = step, .context = context, .violations = violations};
  *violations = 0;
  struct rehearsal rehearsal = {.subject = subject, .workload = workload, .replay = replay};
  struct pc_trial_plan trial_plan = {
      .work = {.serve = rehearse, .context = &rehearsal, .patience = pc_subject_patience(subject)},
      .receive = receive_end,
  };
  struct pc_trial trial;
  enum pc_result result = pc_trial_run(&trial_plan, &trial, error);
  if (result == PC_OK) {
    replay->crash = trial.survived ? NULL : &trial;
    result = pc_replay_run(replay, subject, workload, error);
  }
  free(replay);
  return result;
}

enum pc_result pc_replay_here(const struct pc_replay_order *order, const struct pc_replay_stops *stops,
                              struct pc_error *error) {
  uint32_t violations = 0;
  struct pc_replay *replay = calloc(1, sizeof *replay);
  if (replay == NULL) {
    return pc_fail_memory(error);
  }
  *replay = (struct pc_replay){.plan = order->plan,
                               .path = order->path,
                               .step = order->step,
                               .context = order->context,
                               .violations = &violations,
                               .stops = stops};
  enum pc_result result = pc_replay_run(replay, order->subject, order->workload, error);
  free(replay);
  return result;
}
