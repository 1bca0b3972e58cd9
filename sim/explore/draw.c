#include "draw.h"

#include <stdlib.h>

#include "allotment.h"
#include "powercut/seed.h"

bool pc_draw_is_drawn(const struct pc_walk *walk) {
  return pc_allotment_is_needed(walk->plan.power);
}

uint32_t pc_draw_population(struct pc_walk *walk, const struct pc_flash_operation *operation, uint64_t seed) {
  const struct pc_power_plan *power = walk->plan.power;
  if (operation == NULL) {
    return power->faults[PC_FAULT_BETWEEN_OPS] ? 1 : 0;
  }
  struct pc_fault_input input = pc_cut_input(walk, operation, seed);
  uint32_t count = 0;
  for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
    count += power->faults[fault] ? pc_fault_variants(fault, &input) : 0;
  }
  return count;
}

/* A flash operation that is visited, and what is drawn there. */
struct visit {
  struct pc_walk *walk;
  const struct pc_flash_operation *operation; /* NULL: the moment after the last */
  struct pc_fault_input input;                /* of the operation */
  uint32_t index;
  uint64_t seed;       /* of its tears */
  uint32_t population; /* cuts that there are, by class and variant */
  uint32_t *tally;     /* of each, how often it is drawn */
  struct pc_random random;
};

static uint32_t variants_of(const struct visit *visit, enum pc_fault fault) {
  if (visit->operation == NULL) {
    return fault == PC_FAULT_BETWEEN_OPS ? visit->population : 0;
  }
  return visit->walk->plan.power->faults[fault] ? pc_fault_variants(fault, &visit->input) : 0;
}

/* So many of all, one as likely as another; each as often as all of them are needed. */
static void tally_evenly(struct visit *visit, uint32_t draws) {
  uint32_t rounds = draws / visit->population, needed = draws % visit->population, left = visit->population;
  for (uint32_t i = 0; i < visit->population; i++, left--) {
    bool taken = pc_random_below(&visit->random, left) < needed;
    needed -= taken;
    visit->tally[i] = rounds + taken;
  }
}

/* Each draw any of the classes that can strike there, and any of its variants. */
static void tally_by_class(struct visit *visit, uint32_t draws) {
  uint32_t first[PC_FAULT_COUNT], variants[PC_FAULT_COUNT], classes = 0, before = 0;
  for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
    uint32_t count = variants_of(visit, fault);
    if (count > 0) {
      first[classes] = before;
      variants[classes++] = count;
      before += count;
    }
  }
  for (uint32_t i = 0; classes > 0 && i < draws; i++) {
    uint64_t class = pc_random_below(&visit->random, classes);
    visit->tally[first[class] + pc_random_below(&visit->random, variants[class])]++;
  }
}

/* Cuts there once, for so many draws. */
static enum pc_result try_cut(struct visit *visit, const struct pc_cut *cut, uint32_t draws, struct pc_error *error) {
  struct pc_walk *walk = visit->walk;
  struct pc_exploration_result *counts = walk->plan.findings->result;
  uint64_t violations = counts->violations;
  walk->draws.state = pc_random_next(&visit->random);
  enum pc_result result = visit->operation == NULL ? pc_cut_after(walk, cut, visit->seed, error)
                                                   : pc_cut_with(walk, &visit->input, cut, error);
  if (result == PC_OK && !counts->interrupted) {
    counts->drawn += draws;
    counts->failed_draws += counts->violations > violations ? draws : 0;
    counts->cuts += draws - 1;
    counts->deduplicated += draws - 1;
  }
  return result;
}

/* Without further cuts, a cut that is drawn again comes to the same. */
static enum pc_result try_draws(struct visit *visit, const struct pc_cut *cut, uint32_t draws, struct pc_error *error) {
  if (visit->walk->plan.power->depth == 1) {
    return draws > 0 ? try_cut(visit, cut, draws, error) : PC_OK;
  }
  enum pc_result result = PC_OK;
  for (uint32_t i = 0; result == PC_OK && i < draws && !pc_cut_should_stop(visit->walk); i++) {
    result = try_cut(visit, cut, 1, error);
  }
  return result;
}

static enum pc_result try_tally(struct visit *visit, struct pc_error *error) {
  struct pc_cut cut = {.flash_operation = visit->index};
  const uint32_t *draws = visit->tally;
  enum pc_result result = PC_OK;
  for (cut.fault = 0; cut.fault < PC_FAULT_COUNT; cut.fault++) {
    uint32_t variants = variants_of(visit, cut.fault);
    for (cut.variant = 0; result == PC_OK && cut.variant < variants && !pc_cut_should_stop(visit->walk);
         cut.variant++) {
      result = try_draws(visit, &cut, draws[cut.variant], error);
    }
    draws += variants;
  }
  return result;
}

static enum pc_result visit_drawn(struct pc_walk *walk, const struct pc_flash_operation *operation, uint32_t index,
                                  uint64_t seed, struct pc_error *error) {
  const struct pc_allotment *allotment = walk->plan.allotment;
  struct visit visit = {.walk = walk,
                        .operation = operation,
                        .index = index,
                        .seed = seed,
                        .population = allotment->cuts[index],
                        .random = {.state = pc_random_mix(seed, PC_DRAW_SEED)}};
  walk->plan.findings->result->population += visit.population;
  if (allotment->draws[index] == 0) {
    return PC_OK;
  }
  if (operation != NULL) {
    visit.input = pc_cut_input(walk, operation, seed);
  }
  visit.tally = calloc(visit.population, sizeof *visit.tally);
  if (visit.tally == NULL) {
    return pc_fail_memory(error);
  }
  if (allotment->power->cuts == PC_CUTS_SAMPLE) {
    tally_evenly(&visit, allotment->draws[index]);
  } else {
    tally_by_class(&visit, allotment->draws[index]);
  }
  enum pc_result result = try_tally(&visit, error);
  free(visit.tally);
  return result;
}

/* Every cut there. */
static enum pc_result visit_all(struct pc_walk *walk, const struct pc_flash_operation *operation, uint32_t index,
                                uint64_t seed, struct pc_error *error) {
  if (operation != NULL) {
    return pc_cut_at(walk, operation, index, seed, error);
  }
  const struct pc_cut cut = {.flash_operation = index, .fault = PC_FAULT_BETWEEN_OPS};
  return walk->plan.power->faults[PC_FAULT_BETWEEN_OPS] ? pc_cut_after(walk, &cut, seed, error) : PC_OK;
}

static enum pc_result visit_places(struct pc_walk *walk, const struct pc_flash_operation *operation, uint32_t index,
                                   uint64_t seed, struct pc_error *error) {
  const struct pc_power_plan *power = walk->plan.power;
  for (uint32_t i = 0; i < power->place_count; i++) {
    if (power->places[i] == index) {
      return visit_all(walk, operation, index, seed, error);
    }
  }
  return PC_OK;
}

pc_walk_visit pc_draw_visit(const struct pc_power_plan *power) {
  return pc_allotment_is_needed(power) ? visit_drawn : power->cuts == PC_CUTS_AT ? visit_places : visit_all;
}

enum pc_result pc_draw_in_recovery(struct pc_walk *walk, const struct pc_tape *recovery, uint64_t seed,
                                   struct pc_error *error) {
  struct pc_device *device = walk->rig.device;
  size_t start = pc_device_mark(device);
  uint64_t population = 0;
  for (size_t i = 0; i < recovery->count; i++) {
    struct pc_flash_operation operation = pc_tape_next(recovery, i, device);
    population += pc_draw_population(walk, &operation, pc_seed_of_operation(seed, (uint32_t)i));
    pc_tape_redo(recovery, i, device);
  }
  pc_device_rollback(device, start);
  uint64_t chosen = population == 0 ? 0 : pc_random_below(&walk->draws, population);
  for (size_t i = 0; population > 0 && i < recovery->count; i++) {
    struct pc_flash_operation operation = pc_tape_next(recovery, i, device);
    uint64_t operation_seed = pc_seed_of_operation(seed, (uint32_t)i);
    struct pc_fault_input input = pc_cut_input(walk, &operation, operation_seed);
    struct pc_cut cut = {.flash_operation = (uint32_t)i};
    for (cut.fault = 0; cut.fault < PC_FAULT_COUNT; cut.fault++) {
      uint32_t variants = walk->plan.power->faults[cut.fault] ? pc_fault_variants(cut.fault, &input) : 0;
      if (chosen < variants) {
        cut.variant = (uint32_t)chosen;
        return pc_cut_with(walk, &input, &cut, error);
      }
      chosen -= variants;
    }
    pc_tape_redo(recovery, i, device);
  }
  return PC_OK;
}
