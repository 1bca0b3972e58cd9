/* What the store is asked after the last recovery of a replay: told, or written down as operations of a life. */
#include "powercut/strike.h"
#include "replay.h"

/* A key's number in the workload; key_count: it is none of its. */
static uint32_t number_of(const struct pc_workload *workload, struct pc_bytes key) {
  uint32_t number = 0;
  while (number < workload->key_count && !pc_bytes_equal(workload->keys[number], key)) {
    number++;
  }
  return number;
}

/* A start is a reboot, but where it is the recovery from a cut, which a life has anyway. */
static void write_down(struct pc_replay *replay, const struct pc_target_call *call) {
  struct pc_operation operation = {.kind = PC_OPERATION_KINDS};
  switch (call->kind) {
    case PC_CALLED_START:
      operation.kind = replay->has_cut ? PC_OPERATION_KINDS : PC_REBOOT;
      break;
    case PC_CALLED_PUT:
    case PC_CALLED_REMOVE:
      operation.key = number_of(replay->watched->workload, call->key);
      operation.value = call->value;
      if (operation.key < replay->watched->workload->key_count) {
        operation.kind = call->kind == PC_CALLED_PUT ? PC_PUT : PC_DELETE;
      }
      break;
    case PC_CALLED_MAINTAIN:
      operation.kind = PC_MAINTAIN;
      operation.level = call->level;
      break;
    case PC_CALLED_GET:
      break;
  }
  if (operation.kind != PC_OPERATION_KINDS) {
    replay->has_cut = false;
    pc_life_add(replay->life, &operation);
  }
}

/* The start that recovers is part of the story. */
static void tell_recovery(struct pc_replay *replay, const struct pc_target_call *call) {
  struct pc_step step = replay->watched_step;
  step.phase = PC_PHASE_STORY;
  pc_replay_tell_flash(replay, call->mark, pc_device_mark(replay->watched->device), step, 0);
  step.kind = PC_STEP_STATUS;
  step.status = call->status;
  pc_replay_tell(replay, &step);
}

static void tell_call(struct pc_replay *replay, const struct pc_target_call *call) {
  struct pc_step step = replay->watched_step;
  step.kind = PC_STEP_CALL;
  step.call = call;
  pc_replay_tell(replay, &step);
  step.call = NULL;
  pc_replay_tell_flash(replay, call->mark, pc_device_mark(replay->watched->device), step, 0);
}

static void take_call(void *context, const struct pc_target_call *call) {
  struct pc_replay *replay = context;
  bool recovers = replay->watched_step.phase == PC_PHASE_CHECK && !replay->has_started;
  replay->has_started = true;
  if (replay->life != NULL && replay->watched_step.phase == PC_PHASE_AFTERMATH) {
    write_down(replay, call);
  }
  if (replay->step == NULL || (!recovers && pc_report_failed(&replay->report))) {
    return; /* what it came to is known */
  }
  if (recovers) {
    tell_recovery(replay, call);
  } else {
    tell_call(replay, call);
  }
}

static void take_cut(void *context, const struct pc_struck *struck, size_t place) {
  struct pc_replay *replay = context;
  const struct pc_cut cut = {.flash_operation = (uint32_t)place, .fault = struck->fault, .variant = struck->variant};
  struct pc_step step = replay->watched_step;
  replay->has_cut = true;
  if (replay->life != NULL) {
    pc_life_add_cut(replay->life, &cut, struck->seed);
  }
  step.kind = PC_STEP_FLASH_OPERATION;
  step.flash = &struck->left;
  step.flash_operation = cut.flash_operation;
  step.cut = &cut;
  pc_replay_tell(replay, &step);
}

void pc_replay_watch(struct pc_replay *replay, struct pc_step step, enum pc_step_phase phase) {
  replay->watch = (struct pc_target_watch){.context = replay, .called = take_call, .cut = take_cut};
  replay->watched_step = step;
  replay->watched_step.phase = phase;
  replay->has_started = false;
  replay->has_cut = false;
  replay->watched->target.watch = &replay->watch;
}

void pc_replay_watch_end(struct pc_replay *replay) {
  replay->watched->target.watch = NULL;
}
