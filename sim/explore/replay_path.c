/* The cuts of a replay. */
#include "powercut/seed.h"
#include "powercut/strike.h"
#include "replay.h"

/* Cuts the stretch's flash operation `offset` in place of what it did, and takes back all that came after it. */
static enum pc_result cut_at(struct pc_replay *replay, const struct pc_cut *cut, const struct pc_stretch *stretch,
                             size_t offset, struct pc_step step, struct pc_error *error) {
  struct pc_striker striker = {
      .device = replay->rig.device, .samples = replay->plan->samples, .limit = replay->plan->limit};
  struct pc_struck struck = {
      .fault = cut->fault, .variant = cut->variant, .seed = pc_seed_of_operation(stretch->seed, cut->flash_operation)};
  enum pc_result result = pc_strike_as(&striker, stretch->mark + offset, &struck, error);
  if (result == PC_OK && (struck.fault != cut->fault || struck.variant != cut->variant)) {
    result = pc_fail(error, PC_BAD_INPUT, "the cut path names variant %u of %s, flash operation %u has only %u",
                     cut->variant, pc_fault_class(cut->fault)->name, cut->flash_operation,
                     struck.fault == cut->fault ? struck.variant + 1 : 0);
  }
  if (result == PC_OK) {
    step.kind = PC_STEP_FLASH_OPERATION;
    step.flash = &struck.left;
    step.flash_operation = cut->flash_operation;
    step.cut = cut;
    pc_replay_tell(replay, &step);
  }
  if (result == PC_OK && replay->life != NULL) {
    const struct pc_cut lived = {.flash_operation = (uint32_t)offset, .fault = cut->fault, .variant = cut->variant};
    pc_life_add_cut(replay->life, &lived, struck.seed);
  }
  pc_striker_free(&striker);
  return result;
}

/* Cuts in the stretch, and tells what led there. */
static enum pc_result cut_in(struct pc_replay *replay, const struct pc_cut *cut, const struct pc_stretch *stretch,
                             struct pc_step step, struct pc_error *error) {
  size_t offset = cut->flash_operation - stretch->number;
  bool behind = offset == stretch->count && cut->fault == PC_FAULT_BETWEEN_OPS && cut->variant == 0;
  if (cut->flash_operation < stretch->number || (offset >= stretch->count && !behind)) {
    return pc_fail(error, PC_BAD_INPUT, "the cut path names flash operation %u, there are only %zu",
                   cut->flash_operation, stretch->number + stretch->count);
  }
  pc_replay_tell_flash(replay, stretch->mark, stretch->mark + offset, step, stretch->number);
  if (behind && replay->life != NULL) {
    pc_life_add(replay->life, &(struct pc_operation){.kind = PC_REBOOT});
  }
  return behind ? PC_OK : cut_at(replay, cut, stretch, offset, step, error);
}

/* Starts the store on what the cut left, and checks. `stretch` becomes the recovery's. */
static enum pc_result recover(struct pc_replay *replay, struct pc_step step, struct pc_stretch *stretch,
                              const struct pc_expectation *expectation, struct pc_error *error) {
  size_t recovered;
  step.kind = PC_STEP_START;
  pc_replay_tell(replay, &step);
  if (!pc_replay_enter(replay, step.operation, step.depth)) {
    return PC_OK;
  }
  stretch->mark = pc_device_mark(replay->rig.device);
  stretch->number = 0;
  pc_report_clear(&replay->report);
  if (step.depth == replay->path->depth) {
    pc_replay_watch(replay, step, PC_PHASE_CHECK);
  }
  enum pc_result result = pc_check_recovery(replay->rig.checker, expectation, &replay->report, &recovered, error);
  pc_replay_watch_end(replay);
  stretch->count = result == PC_OK ? recovered - stretch->mark : 0;
  if (result == PC_OK) {
    step.kind = PC_STEP_RECOVERED;
    pc_replay_tell(replay, &step);
  }
  return result;
}

/* The path was followed to its end, and the store held: it goes on. */
static enum pc_result go_on(struct pc_replay *replay, struct pc_step step, const struct pc_expectation *expectation,
                            struct pc_error *error) {
  if (replay->plan->aftermath == 0 || !pc_device_is_sound(replay->rig.device) ||
      !pc_replay_enter(replay, step.operation, step.depth)) {
    return PC_OK;
  }
  pc_report_clear(&replay->report);
  const struct pc_aftermath_plan plan = pc_power_aftermath(replay->plan, replay->keys_used);
  pc_replay_watch(replay, step, PC_PHASE_AFTERMATH);
  enum pc_result result = pc_check_aftermath(replay->rig.checker, expectation, &plan, &replay->report, error);
  pc_replay_watch_end(replay);
  if (result == PC_OK) {
    pc_replay_tell_report(replay, step.operation, step.depth);
  }
  return result;
}

enum pc_result pc_replay_follow(struct pc_replay *replay, struct pc_step step, struct pc_stretch stretch,
                                const struct pc_expectation *expectation, struct pc_error *error) {
  enum pc_result result = PC_OK;
  while (result == PC_OK && !replay->ended && step.depth < replay->path->depth) {
    const struct pc_cut *cut = &replay->path->cuts[step.depth];
    result = cut_in(replay, cut, &stretch, step, error);
    if (result == PC_OK) {
      stretch.seed =
          pc_seed_of_recovery(pc_seed_of_operation(stretch.seed, cut->flash_operation), cut->fault, cut->variant);
      pc_device_begin_reads(replay->rig.device, stretch.seed);
      step.depth++;
      result = recover(replay, step, &stretch, expectation, error);
    }
  }
  if (result != PC_OK || replay->ended) {
    return result;
  }
  pc_replay_tell_report(replay, step.operation, step.depth);
  if (!pc_report_failed(&replay->report)) {
    result = go_on(replay, step, expectation, error);
  }
  replay->ended = true;
  return result;
}
