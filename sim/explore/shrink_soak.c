/*
 * What a soak found comes after up to a thousand cuts, most of which have nothing to do with it. So it is looked for
 * without them: one cut, or two in a row, anywhere in the workload, run once or a few times over.
 */
#include <stdlib.h>
#include <string.h>

#include "shrinking.h"

/* Longer workloads are not run over again. */
#define MOST_OPERATIONS 4000u

/* Where to look, one after another. */
struct place {
  uint32_t rounds; /* of the workload */
  uint32_t depth;
  uint32_t tears; /* of a class, at each flash operation */
};
static const struct place places[] = {{1, 1, 4}, {2, 1, 4}, {4, 1, 4}, {1, 1, 32}, {1, 2, 2}, {2, 2, 2}};

/* Begins anew with so many rounds of the order's operations. */
static enum pc_result begin(struct pc_shrinking *shrinking, uint32_t rounds, struct pc_error *error) {
  struct pc_workload repeated = *shrinking->order->workload;
  uint32_t count = repeated.operation_count;
  repeated.operations = calloc((size_t)count * rounds + 1, sizeof *repeated.operations);
  if (repeated.operations == NULL) {
    return pc_fail_memory(error);
  }
  for (uint32_t i = 0; i < rounds; i++) {
    memcpy(repeated.operations + (size_t)i * count, shrinking->order->workload->operations,
           count * sizeof *repeated.operations);
  }
  repeated.operation_count = count * rounds;
  pc_draft_free(&shrinking->draft);
  pc_draft_free(&shrinking->candidate);
  enum pc_result result = pc_draft_open(&shrinking->draft, &repeated, error);
  if (result == PC_OK) {
    result = pc_draft_open(&shrinking->candidate, &repeated, error);
  }
  free(repeated.operations); /* keys and values stay the order's */
  return result;
}

enum pc_result pc_shrink_see_soaked(struct pc_shrinking *shrinking, struct pc_error *error) {
  uint32_t count = shrinking->order->workload->operation_count;
  enum pc_result result = PC_OK;
  bool seen = false;
  for (size_t i = 0; result == PC_OK && !seen && i < sizeof places / sizeof places[0]; i++) {
    const struct place *place = &places[i];
    if (place->rounds > 1 && count > MOST_OPERATIONS / place->rounds) {
      continue;
    }
    struct pc_power_plan plan = shrinking->whole;
    plan.depth = place->depth;
    plan.aftermath = 0;
    plan.limit = place->tears;
    plan.samples = place->tears;
    result = begin(shrinking, place->rounds, error);
    shrinking->first = 0;
    if (result == PC_OK) {
      result = pc_shrinking_try(shrinking, &plan, &seen, error);
    }
    shrinking->first = PC_LAST_OPERATION;
  }
  if (result != PC_OK || !seen) {
    return result;
  }
  shrinking->whole = shrinking->shown;
  return pc_shrink_rest(shrinking, error);
}
