#include "cut.h"

#include "draw.h"
#include "latency.h"
#include "powercut/seed.h"

bool pc_cut_should_stop(struct pc_walk *walk) {
  const struct pc_observer *observer = walk->plan.findings->observer;
  struct pc_exploration_result *result = walk->plan.findings->result;
  result->interrupted = result->interrupted || (observer->stop != NULL && observer->stop(observer->context));
  return result->interrupted;
}

/* Cuts in the recovery that the device has just been through: it began at the mark `torn` and ended at `recovered`. */
static enum pc_result cut_recovery(struct pc_walk *walk, size_t torn, size_t recovered, uint64_t seed,
                                   struct pc_error *error) {
  struct pc_device *device = walk->rig.device;
  struct pc_tape *recovery = &walk->levels[walk->path.depth - 1].recovery;
  pc_tape_clear(recovery);
  enum pc_result result = pc_tape_record(recovery, device, torn, recovered, error);
  pc_device_rollback(device, torn);
  if (result == PC_OK && pc_draw_is_drawn(walk)) {
    return pc_draw_in_recovery(walk, recovery, seed, error);
  }
  return result == PC_OK ? pc_alike_cut(walk, recovery, seed, error) : result;
}

/* What the set of states knows a state by that is explored as the cuts of a path to `depth` leave it. What further cuts
   of the class `worn` leave depends on how worn the sectors are; where no further cut comes, nothing does. */
static uint64_t key_of(const struct pc_walk *walk, uint64_t state, uint32_t depth) {
  const struct pc_power_plan *power = walk->plan.power;
  bool wears =
      power->faults[PC_FAULT_WORN] && depth < power->depth && pc_device_profile(walk->rig.device)->endurance > 0;
  return pc_random_mix(wears ? pc_random_mix(state, pc_device_wear_hash(walk->rig.device)) : state, depth);
}

/* Whether the device's state was explored with the same allowed contents and at least as many further cuts; if not, it
   is now. */
static enum pc_result is_repeated(struct pc_walk *walk, bool *repeated, struct pc_error *error) {
  uint64_t state = pc_random_mix(pc_device_hash(walk->rig.device), walk->allowed);
  *repeated = false;
  if (pc_draw_is_drawn(walk)) {
    return PC_OK; /* each draw counts, and goes on by draws of its own */
  }
  for (uint32_t depth = 1; depth <= walk->path.depth; depth++) {
    if (pc_seen_has(&walk->seen, key_of(walk, state, depth))) {
      *repeated = true;
      return PC_OK;
    }
  }
  return pc_seen_add(&walk->seen, key_of(walk, state, walk->path.depth), error);
}

static bool is_same_path(const struct pc_cut_path *a, const struct pc_cut_path *b) {
  bool same = a->depth == b->depth;
  for (uint32_t i = 0; same && i < a->depth; i++) {
    same = a->cuts[i].flash_operation == b->cuts[i].flash_operation && a->cuts[i].fault == b->cuts[i].fault &&
           a->cuts[i].variant == b->cuts[i].variant;
  }
  return same;
}

/* How the cut path that the walk is at brings the process down, or NULL. */
static const struct pc_crash *known_crash(const struct pc_walk *walk) {
  for (uint32_t i = 0; i < walk->crash_count; i++) {
    const struct pc_crash *crash = &walk->plan.crashes[i];
    if (is_same_path(&crash->path, &walk->path)) {
      return crash;
    }
  }
  return NULL;
}

static void report_crash(struct pc_walk *walk, const struct pc_crash *crash) {
  pc_report_clear(&walk->report);
  pc_report_fail(&walk->report, PC_MOUNTABLE, NULL, PC_EXPECTED_START, "%s", crash->what);
  walk->plan.findings->result->recoveries++;
  pc_findings_add(walk->plan.findings, &walk->report, &walk->path, walk->operation);
}

/* Says what comes next, in case the process doesn't survive it. */
static void note(struct pc_walk *walk) {
  walk->plan.notice->operation = walk->operation;
  walk->plan.notice->path = walk->path;
}

/* Whether the recovery from this state is one of those that are followed by more operations. The state decides, so that
   it is the same whoever comes to it. */
static bool has_aftermath(const struct pc_walk *walk, uint64_t state) {
  uint32_t one_in = walk->plan.power->aftermath;
  return one_in > 0 && state % one_in == 0 && pc_device_is_sound(walk->rig.device);
}

/* What the last cut tore; NULL if it tore nothing. */
static const struct pc_torn *place_of_tear(const struct pc_walk *walk) {
  const uint32_t last = walk->path.depth - 1;
  return walk->path.cuts[last].fault == PC_FAULT_BETWEEN_OPS ? NULL : &walk->levels[last].place;
}

/* One in so many recoveries is checked in full, whether its situation is known or not. */
#define AUDIT_ONE_IN 64u

/* Checks the recovery from the state that the device is in. `*recovered` is the journal's mark after it. */
static enum pc_result check_state(struct pc_walk *walk, size_t *recovered, struct pc_error *error) {
  struct pc_findings *findings = walk->plan.findings;
  uint64_t state = pc_device_hash(walk->rig.device);
  struct pc_flash_work before = pc_device_work(walk->rig.device);
  size_t torn = pc_device_mark(walk->rig.device);
  pc_report_clear(&walk->report);
  pc_checker_share(walk->rig.checker, state % AUDIT_ONE_IN != 0 && !has_aftermath(walk, state), place_of_tear(walk));
  enum pc_result result = pc_check_recovery(walk->rig.checker, &walk->expectation, &walk->report, recovered, error);
  if (result != PC_OK) {
    return result;
  }
  pc_latency_note(findings->result, PC_REBOOT, walk->rig.device, before);
  findings->result->recoveries++;
  findings->result->shared += walk->report.shared;
  bool failed = pc_report_failed(&walk->report);
  if (!failed) {
    walk->levels[walk->path.depth - 1].course = pc_alike_course(walk, torn, *recovered);
  }
  pc_findings_add(findings, &walk->report, &walk->path, walk->operation);
  if (failed || !has_aftermath(walk, state)) {
    return result;
  }
  pc_report_clear(&walk->report);
  const struct pc_aftermath_plan plan = pc_power_aftermath(walk->plan.power, walk->keys_used);
  result = pc_check_aftermath(walk->rig.checker, &walk->expectation, &plan, &walk->report, error);
  if (result != PC_OK) {
    return result;
  }
  findings->result->aftermaths++;
  pc_findings_add(findings, &walk->report, &walk->path, walk->operation);
  return PC_OK;
}

/* The power is cut and the device is as the cut left it: recover, check, and cut again in the recovery. */
enum pc_result pc_cut_explore(struct pc_walk *walk, uint64_t seed, struct pc_error *error) {
  struct pc_exploration_result *counts = walk->plan.findings->result;
  bool repeated;
  counts->cuts++;
  pc_device_begin_reads(walk->rig.device, seed);
  walk->plan.notice->beats++;
  walk->levels[walk->path.depth - 1].course = 0;
  enum pc_result result = is_repeated(walk, &repeated, error);
  if (result != PC_OK) {
    return result;
  }
  if (repeated) {
    counts->deduplicated++;
    return PC_OK;
  }
  const struct pc_crash *crash = known_crash(walk);
  if (crash != NULL) {
    report_crash(walk, crash);
    return PC_OK;
  }
  note(walk);
  size_t torn = pc_device_mark(walk->rig.device);
  size_t recovered;
  result = check_state(walk, &recovered, error);
  if (result == PC_OK && walk->path.depth < walk->plan.power->depth && recovered > torn) {
    result = cut_recovery(walk, torn, recovered, seed, error);
  }
  return result;
}

enum pc_result pc_cut_with(struct pc_walk *walk, const struct pc_fault_input *input, const struct pc_cut *cut,
                           struct pc_error *error) {
  struct pc_device *device = walk->rig.device;
  size_t mark = pc_device_mark(device);
  struct pc_level *level = &walk->levels[walk->path.depth];
  struct pc_fault_place place = pc_fault_place(cut->fault, input, cut->variant);
  walk->path.cuts[walk->path.depth++] = *cut;
  level->place = (struct pc_torn){.state = pc_device_hash(device), .address = place.address, .size = place.size};
  enum pc_result result = pc_fault_leave(device, cut->fault, input, cut->variant, &level->memory, NULL, error);
  if (result == PC_OK) {
    result = pc_cut_explore(walk, pc_seed_of_recovery(input->seed, cut->fault, cut->variant), error);
  }
  pc_device_rollback(device, mark);
  walk->path.depth--;
  return result;
}

enum pc_result pc_cut_after(struct pc_walk *walk, const struct pc_cut *cut, uint64_t seed, struct pc_error *error) {
  size_t mark = pc_device_mark(walk->rig.device);
  walk->path = (struct pc_cut_path){.depth = 1, .cuts = {*cut}};
  enum pc_result result = pc_cut_explore(walk, pc_seed_of_recovery(seed, cut->fault, cut->variant), error);
  pc_device_rollback(walk->rig.device, mark);
  walk->path.depth = 0;
  return result;
}

struct pc_fault_input pc_cut_input(const struct pc_walk *walk, const struct pc_flash_operation *operation,
                                   uint64_t seed) {
  const struct pc_power_plan *power = walk->plan.power;
  struct pc_fault_input input = {
      .operation = *operation,
      .samples = power->samples,
      .limit = power->limit,
      .seed = seed,
  };
  pc_fault_describe(&input, walk->rig.device);
  return input;
}

enum pc_result pc_cut_from(struct pc_walk *walk, const struct pc_fault_input *input, const struct pc_cut *first,
                           struct pc_error *error) {
  struct pc_cut cut = *first;
  enum pc_result result = PC_OK;
  for (; cut.fault < PC_FAULT_COUNT; cut.fault++) {
    uint32_t variants = walk->plan.power->faults[cut.fault] ? pc_fault_variants(cut.fault, input) : 0;
    for (; result == PC_OK && cut.variant < variants && !pc_cut_should_stop(walk); cut.variant++) {
      result = pc_cut_with(walk, input, &cut, error);
    }
    cut.variant = 0;
  }
  return result;
}

enum pc_result pc_cut_at(struct pc_walk *walk, const struct pc_flash_operation *operation, uint32_t index,
                         uint64_t seed, struct pc_error *error) {
  struct pc_fault_input input = pc_cut_input(walk, operation, seed);
  pc_alike_forget(&walk->levels[walk->path.depth].alike);
  return pc_cut_from(walk, &input, &(struct pc_cut){.flash_operation = index}, error);
}
