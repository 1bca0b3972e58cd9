#include "walk.h"

#include <stdlib.h>

#include "cut.h"
#include "draw.h"
#include "powercut/seed.h"

enum pc_result pc_walk_open(struct pc_walk **walk, const struct pc_walk_plan *plan, struct pc_error *error) {
  struct pc_walk *opened = calloc(1, sizeof *opened);
  if (opened == NULL) {
    return pc_fail_memory(error);
  }
  opened->plan = *plan;
  if (plan->visit == NULL) {
    opened->plan.visit = pc_draw_visit(plan->power);
  }
  enum pc_result result = pc_rig_open(&opened->rig, plan->subject, plan->workload, error);
  if (result != PC_OK) {
    free(opened);
    return result;
  }
  if (plan->whole_starts) {
    pc_checker_start_whole(opened->rig.checker);
  }
  *walk = opened;
  return PC_OK;
}

void pc_walk_close(struct pc_walk *walk) {
  if (walk == NULL) {
    return;
  }
  for (size_t i = 0; i < PC_MAX_DEPTH; i++) {
    pc_tape_free(&walk->levels[i].recovery);
    pc_fault_memory_free(&walk->levels[i].memory);
    pc_alike_free(&walk->levels[i].alike);
  }
  pc_seen_free(&walk->seen);
  pc_rig_close(&walk->rig);
  free(walk);
}

void pc_walk_set_crashes(struct pc_walk *walk, uint32_t count) {
  walk->crash_count = count;
}

static void expect(struct pc_walk *walk, const struct pc_expectation *expectation) {
  walk->expectation = *expectation;
  pc_checker_forget(walk->rig.checker);
  walk->allowed = walk->rig.model.hash;
  if (expectation->in_flight) {
    walk->allowed = pc_random_mix(pc_random_mix(walk->allowed, expectation->key), expectation->outcome.hash);
  }
  const struct pc_model *model = &walk->rig.model;
  uint64_t asked = walk->rig.configuration + (uint64_t)model->copies * 2 + model->single;
  if (asked != 0) {
    walk->allowed = pc_random_mix(walk->allowed, asked);
  }
}

/* Goes on to flash operation `end`, cutting at each on the way if `cut`. */
static enum pc_result advance(struct pc_walk *walk, uint32_t end, bool cut, struct pc_error *error) {
  const struct pc_tape *tape = &walk->plan.baseline->tape;
  struct pc_device *device = walk->rig.device;
  enum pc_result result = PC_OK;
  for (; result == PC_OK && walk->flash_operation < end; walk->flash_operation++) {
    uint32_t index = walk->flash_operation;
    if (cut) {
      if (pc_cut_should_stop(walk)) {
        return PC_OK;
      }
      struct pc_flash_operation next = pc_tape_next(tape, index, device);
      result = walk->plan.visit(walk, &next, index, pc_seed_of_operation(walk->plan.power->seed, index), error);
    }
    pc_tape_redo(tape, index, device);
    pc_device_forget(device);
    walk->plan.notice->beats++;
  }
  return result;
}

/* Goes through one operation, and past it. */
static enum pc_result walk_operation(struct pc_walk *walk, bool cut, struct pc_error *error) {
  const struct pc_baseline *baseline = walk->plan.baseline;
  const struct pc_operation *operation = &walk->plan.workload->operations[walk->operation];
  enum pc_result result = pc_rig_arm(&walk->rig, walk->operation, error);
  walk->keys_used = pc_operation_keys_used(operation, walk->keys_used);
  if (result == PC_OK && walk->operation == 0) {
    struct pc_expectation blank = {.model = &walk->rig.model};
    expect(walk, &blank);
    result = advance(walk, baseline->boot_end, cut, error);
  }
  if (result == PC_OK) {
    result = pc_rig_update(&walk->rig, walk->operation, error);
  }
  if (result == PC_OK) {
    struct pc_expectation expectation = pc_rig_expectation(&walk->rig, walk->operation);
    expect(walk, &expectation);
    result = advance(walk, baseline->end[walk->operation], cut, error);
  }
  bool changes = operation->kind == PC_PUT || operation->kind == PC_DELETE;
  if (changes && baseline->settled[walk->operation] == PC_ACKNOWLEDGED) {
    pc_model_acknowledge(&walk->rig.model, operation);
  } else if (changes && baseline->settled[walk->operation] == PC_DOUBTED) {
    pc_model_doubt(&walk->rig.model, operation);
  } else if (operation->kind == PC_MAINTAIN && baseline->settled[walk->operation] == PC_ACKNOWLEDGED) {
    (void)pc_model_maintained(&walk->rig.model, operation->level);
  }
  walk->operation++;
  return result;
}

/* The power may be cut after the last operation: nothing is in flight. */
static enum pc_result visit_end(struct pc_walk *walk, struct pc_error *error) {
  struct pc_expectation expectation = pc_rig_expectation(&walk->rig, walk->operation);
  uint64_t seed = pc_seed_of_operation(walk->plan.power->seed, walk->flash_operation);
  expect(walk, &expectation);
  return walk->plan.visit(walk, NULL, walk->flash_operation, seed, error);
}

enum pc_result pc_walk_operations(struct pc_walk *walk, uint32_t first, uint32_t end, struct pc_error *error) {
  uint32_t count = walk->plan.workload->operation_count;
  enum pc_result result = PC_OK;
  pc_seen_clear(&walk->seen);
  while (result == PC_OK && walk->operation < first && walk->operation < count) {
    result = walk_operation(walk, false, error);
  }
  while (result == PC_OK && walk->operation < end && walk->operation < count && !pc_cut_should_stop(walk)) {
    result = walk_operation(walk, true, error);
    if (result == PC_OK) {
      result = pc_findings_end_place(walk->plan.findings, error);
    }
  }
  if (result == PC_OK && end > count && !pc_cut_should_stop(walk)) {
    result = visit_end(walk, error);
    if (result == PC_OK) {
      result = pc_findings_end_place(walk->plan.findings, error);
    }
  }
  return result;
}
