#include "allotment.h"

#include <stdlib.h>

#include "cut.h"
#include "draw.h"

bool pc_allotment_is_needed(const struct pc_power_plan *power) {
  return power->cuts == PC_CUTS_SAMPLE || power->cuts == PC_CUTS_BY_TIME;
}

void pc_allotment_free(struct pc_allotment *allotment) {
  free(allotment->cuts);
  free(allotment->draws);
  free(allotment->ends);
  *allotment = (struct pc_allotment){0};
}

/* The census's walk comes to a flash operation: all before it are done. */
static enum pc_result count_at(struct pc_walk *walk, const struct pc_flash_operation *operation, uint32_t index,
                               uint64_t seed, struct pc_error *error) {
  struct pc_allotment *census = walk->plan.census;
  const struct pc_profile *profile = pc_device_profile(walk->rig.device);
  (void)error;
  if (census->ends != NULL && index > 0) {
    census->ends[index - 1] = pc_work_typical_us(profile, pc_device_work(walk->rig.device));
    census->ends[index] = census->ends[index - 1];
  }
  census->cuts[index] = pc_draw_population(walk, operation, seed);
  return PC_OK;
}

static enum pc_result take_census(struct pc_allotment *allotment, const struct pc_walk_plan *plan,
                                  struct pc_error *error) {
  struct pc_walk_plan census = *plan;
  struct pc_walk *walk;
  census.census = allotment;
  census.visit = count_at;
  enum pc_result result = pc_walk_open(&walk, &census, error);
  if (result == PC_OK) {
    result = pc_walk_operations(walk, 0, plan->workload->operation_count + 1, error);
    pc_walk_close(walk);
  }
  return result;
}

/* Chooses so many of the cuts, one as likely as another: each in turn is taken with the chance that is left (Knuth's
   algorithm S). */
static void allot_evenly(struct pc_allotment *allotment, struct pc_random *random) {
  uint64_t population = 0;
  for (uint32_t i = 0; i < allotment->count; i++) {
    population += allotment->cuts[i];
  }
  uint64_t count = allotment->power->count;
  if (population == 0) {
    return;
  }
  if (allotment->power->depth == 1 && count > population) {
    count = population; /* a second time would be the same */
  }
  uint64_t rounds = count / population, needed = count % population, left = population;
  for (uint32_t i = 0; i < allotment->count; i++) {
    allotment->draws[i] = (uint32_t)(rounds * allotment->cuts[i]);
    for (uint32_t cut = 0; cut < allotment->cuts[i]; cut++, left--) {
      if (pc_random_below(random, left) < needed) {
        needed--;
        allotment->draws[i]++;
      }
    }
  }
}

/* The flash operation under way at that time. */
static uint32_t find(const struct pc_allotment *allotment, double time) {
  uint32_t first = 0, last = allotment->count - 2; /* the moment after the last takes no time */
  while (first < last) {
    uint32_t middle = first + (last - first) / 2;
    if (allotment->ends[middle] > time) {
      last = middle;
    } else {
      first = middle + 1;
    }
  }
  return first;
}

static void allot_by_time(struct pc_allotment *allotment, struct pc_random *random) {
  double whole = allotment->ends[allotment->count - 1];
  for (uint32_t i = 0; whole > 0 && i < allotment->power->count; i++) {
    uint32_t index = find(allotment, pc_random_unit(random) * whole);
    allotment->draws[index] += allotment->cuts[index] > 0;
  }
}

enum pc_result pc_allotment_make(struct pc_allotment *allotment, const struct pc_walk_plan *plan,
                                 struct pc_error *error) {
  const struct pc_power_plan *power = plan->power;
  *allotment = (struct pc_allotment){.power = power, .count = (uint32_t)plan->baseline->tape.count + 1};
  allotment->cuts = calloc(allotment->count, sizeof *allotment->cuts);
  allotment->draws = calloc(allotment->count, sizeof *allotment->draws);
  allotment->ends = power->cuts == PC_CUTS_BY_TIME ? calloc(allotment->count, sizeof *allotment->ends) : NULL;
  if (allotment->cuts == NULL || allotment->draws == NULL ||
      (power->cuts == PC_CUTS_BY_TIME && allotment->ends == NULL)) {
    return pc_fail_memory(error);
  }
  enum pc_result result = take_census(allotment, plan, error);
  struct pc_random random = {.state = pc_random_mix(power->seed, PC_DRAW_SEED)};
  if (result == PC_OK && power->cuts == PC_CUTS_BY_TIME) {
    allot_by_time(allotment, &random);
  } else if (result == PC_OK) {
    allot_evenly(allotment, &random);
  }
  return result;
}
