#include "powercut/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "shrinking.h"

/* Tears of a class that are tried at each flash operation while operations are dropped: few at first, which shows what
   any tear shows; then many, since another workload draws others, and the rare one is to be among them. */
#define FEW_TEARS 4u
#define MANY_TEARS 128u

bool pc_shrinking_is_over(const struct pc_shrinking *shrinking) {
  return shrinking->interrupted || shrinking->attempts >= PC_SHRINK_ATTEMPTS || shrinking->cuts >= PC_SHRINK_CUTS;
}

static uint64_t most_cuts(const struct pc_shrinking *shrinking) {
  uint64_t left = shrinking->cuts < PC_SHRINK_CUTS ? PC_SHRINK_CUTS - shrinking->cuts : 1;
  return left < PC_SHRINK_CUTS_AT_ONCE ? left : PC_SHRINK_CUTS_AT_ONCE;
}

/* Tries a workload; `path` as in an attempt. */
static enum pc_result attempt(struct pc_shrinking *shrinking, const struct pc_workload *workload,
                              const struct pc_power_plan *plan, const struct pc_cut_path *path,
                              struct pc_sighting *sighting, struct pc_error *error) {
  const struct pc_shrink_order *order = shrinking->order;
  const struct pc_attempt attempt = {
      .subject = order->subject,
      .workload = workload,
      .power = plan,
      .path = path,
      .first = shrinking->first != PC_LAST_OPERATION ? shrinking->first : workload->operation_count - 1,
      .invariant = order->invariant,
      .cut = order->path->depth > 0,
      .end = shrinking->sighting.end,
      .most_cuts = most_cuts(shrinking),
      .observer = order->observer};
  enum pc_result result = pc_attempt_run(&attempt, sighting, error);
  shrinking->attempts += sighting->end == PC_END_HANG ? PC_SHRINK_HANG : 1;
  shrinking->cuts += sighting->cuts;
  const struct pc_observer *observer = order->observer;
  if (observer != NULL && observer->stop != NULL && observer->stop(observer->context)) {
    shrinking->interrupted = true;
    sighting->seen = false;
  }
  return result;
}

enum pc_result pc_shrinking_try(struct pc_shrinking *shrinking, const struct pc_power_plan *plan, bool *seen,
                                struct pc_error *error) {
  struct pc_sighting sighting = {0};
  struct pc_workload workload = {0};
  struct pc_power_plan tried = *plan;
  const struct pc_draft *candidate = &shrinking->candidate;
  enum pc_result result = PC_OK;
  tried.listed = candidate->cuts;
  tried.count = candidate->cut_count;
  if (!pc_shrinking_is_over(shrinking) && (candidate->cuts == NULL || candidate->cut_count > 0)) {
    result = pc_draft_build(candidate, &workload, error);
    if (result == PC_OK) {
      result = attempt(shrinking, &workload, &tried, NULL, &sighting, error);
    }
    pc_workload_free(&workload);
  }
  *seen = result == PC_OK && sighting.seen;
  if (*seen) {
    pc_draft_copy(&shrinking->draft, &shrinking->candidate);
    shrinking->sighting = sighting;
    shrinking->shown = *plan;
  } else {
    pc_draft_copy(&shrinking->candidate, &shrinking->draft);
  }
  return result;
}

/* Classes up to `highest` of those that the plan has. */
static struct pc_power_plan plan_up_to(const struct pc_shrinking *shrinking, uint32_t depth, enum pc_fault highest) {
  struct pc_power_plan plan = shrinking->whole;
  plan.depth = depth;
  plan.aftermath = shrinking->search.aftermath;
  for (enum pc_fault fault = highest + 1; fault < PC_FAULT_COUNT; fault++) {
    plan.faults[fault] = false;
  }
  return plan;
}

/* The highest class that it may take. What an aftermath shows may hang on the cuts in it, which may be of any. */
static enum pc_fault highest_class(const struct pc_shrinking *shrinking, const struct pc_cut_path *path) {
  enum pc_fault highest = shrinking->search.aftermath > 0 ? PC_FAULT_COUNT - 1 : PC_FAULT_BETWEEN_OPS;
  for (uint32_t i = 0; i < path->depth; i++) {
    highest = path->cuts[i].fault > highest ? path->cuts[i].fault : highest;
  }
  return highest;
}

enum pc_result pc_shrink_path(struct pc_shrinking *shrinking, bool *seen, struct pc_error *error) {
  const struct pc_cut_path path = shrinking->sighting.violation.path;
  enum pc_result result = PC_OK;
  *seen = false;
  for (uint32_t depth = 1; result == PC_OK && !*seen && depth <= path.depth; depth++) {
    for (enum pc_fault fault = 0; result == PC_OK && !*seen && fault <= highest_class(shrinking, &path); fault++) {
      if (shrinking->whole.faults[fault]) {
        struct pc_power_plan plan = plan_up_to(shrinking, depth, fault);
        result = pc_shrinking_try(shrinking, &plan, seen, error);
      }
    }
  }
  return result;
}

/* Finds a plan that the violation shows by, and that makes an attempt cheap. */
static enum pc_result choose_search(struct pc_shrinking *shrinking, bool *seen, struct pc_error *error) {
  shrinking->search = shrinking->whole;
  if (shrinking->order->path->depth == 0) {
    return pc_shrinking_try(shrinking, &shrinking->search, seen, error);
  }
  shrinking->search.aftermath = 0;
  enum pc_result result = pc_shrink_path(shrinking, seen, error);
  if (result == PC_OK && !*seen && shrinking->whole.aftermath > 0) {
    shrinking->search.aftermath = 1; /* after each recovery: a smaller workload leaves other states */
    result = pc_shrink_path(shrinking, seen, error);
  }
  if (result != PC_OK || !*seen) {
    return result;
  }
  shrinking->search = shrinking->shown;
  struct pc_power_plan fewer = shrinking->shown;
  bool enough;
  fewer.limit = fewer.limit < FEW_TEARS ? fewer.limit : FEW_TEARS;
  fewer.samples = fewer.samples < FEW_TEARS ? fewer.samples : FEW_TEARS;
  result = pc_shrinking_try(shrinking, &fewer, &enough, error);
  if (enough) {
    shrinking->search = fewer;
  }
  return result;
}

/* What is left is tried with more tears. */
static enum pc_result shrink_with_more(struct pc_shrinking *shrinking, struct pc_error *error) {
  if (shrinking->order->path->depth == 0) {
    return PC_OK;
  }
  shrinking->search = shrinking->shown;
  shrinking->search.limit = MANY_TEARS;
  shrinking->search.samples = MANY_TEARS;
  return pc_shrink_operations(shrinking, error);
}

enum pc_result pc_shrink_rest(struct pc_shrinking *shrinking, struct pc_error *error) {
  uint32_t operation = shrinking->sighting.violation.operation;
  bool seen;
  if (operation + 1 >= shrinking->draft.count) {
    return PC_OK;
  }
  pc_draft_drop(&shrinking->candidate, operation + 1, shrinking->candidate.count);
  return pc_shrinking_try(shrinking, &shrinking->shown, &seen, error);
}

static enum pc_result take_steps(struct pc_shrinking *shrinking, struct pc_error *error) {
  bool seen = false;
  if (shrinking->draft.cuts != NULL) {
    return pc_shrink_life(shrinking, error);
  }
  enum pc_result result = choose_search(shrinking, &seen, error);
  if (result != PC_OK || !seen) {
    return result;
  }
  result = pc_shrink_rest(shrinking, error);
  if (result == PC_OK) {
    result = pc_shrink_by_growing(shrinking, error);
  }
  if (result == PC_OK) {
    result = pc_shrink_operations(shrinking, error);
  }
  if (result == PC_OK) {
    result = shrink_with_more(shrinking, error);
  }
  if (result == PC_OK) {
    result = pc_shrink_texts(shrinking, error);
  }
  if (result == PC_OK && shrinking->draft.count > PC_FEW_OPERATIONS) {
    result = pc_shrink_to_puts(shrinking, error);
  }
  if (result == PC_OK) {
    result = pc_shrink_operations(shrinking, error); /* a short value may do what it took two operations to do */
  }
  if (result == PC_OK && shrinking->order->path->depth > 0) {
    result = pc_shrink_path(shrinking, &seen, error);
  }
  return result == PC_OK ? pc_shrink_rest(shrinking, error) : result;
}

/* What the order's path shows, by the operations up to the one that it cuts. */
static enum pc_result see_first(struct pc_shrinking *shrinking, struct pc_error *error) {
  const struct pc_shrink_order *order = shrinking->order;
  enum pc_result result =
      attempt(shrinking, order->workload, &shrinking->whole, order->path, &shrinking->sighting, error);
  if (result != PC_OK || !shrinking->sighting.seen) {
    return result;
  }
  uint32_t operation = shrinking->sighting.violation.operation;
  if (operation < shrinking->candidate.count) {
    pc_draft_drop(&shrinking->candidate, operation + 1, shrinking->candidate.count);
    pc_draft_copy(&shrinking->draft, &shrinking->candidate);
  }
  return PC_OK;
}

struct pc_power_plan pc_shrinking_plan(const struct pc_shrinking *shrinking) {
  const struct pc_cut_path *path = &shrinking->sighting.violation.path;
  struct pc_power_plan plan = shrinking->whole;
  plan.limit = shrinking->shown.limit;
  plan.samples = shrinking->shown.samples;
  plan.listed = shrinking->draft.cuts;
  plan.count = shrinking->draft.cut_count;
  plan.aftermath = shrinking->shown.aftermath;
  if (path->depth > 0) {
    plan.depth = path->depth;
  }
  if (plan.aftermath > 0) { /* which draws cuts of all of them */
    memcpy(plan.faults, shrinking->shown.faults, sizeof plan.faults);
    return plan;
  }
  if (path->depth > 0) {
    memset(plan.faults, 0, sizeof plan.faults);
  }
  for (uint32_t i = 0; i < plan.count; i++) {
    plan.faults[plan.listed[i].cut.fault] = true;
  }
  for (uint32_t i = 0; i < path->depth; i++) {
    plan.faults[path->cuts[i].fault] = true;
  }
  return plan;
}

/* The plan's list becomes the result's own. */
static enum pc_result own_list(struct pc_shrunk *shrunk, struct pc_error *error) {
  size_t size = shrunk->plan.count * sizeof *shrunk->listed;
  shrunk->listed = malloc(size);
  if (shrunk->listed == NULL) {
    return pc_fail_memory(error);
  }
  memcpy(shrunk->listed, shrunk->plan.listed, size);
  shrunk->plan.listed = shrunk->listed;
  return PC_OK;
}

/* Hands the draft over, if its path, followed alone and with all patience, shows the violation. */
static enum pc_result hand_over(struct pc_shrinking *shrinking, struct pc_shrunk *shrunk, struct pc_error *error) {
  struct pc_sighting sighting = {0};
  pc_workload_free(&shrunk->workload);
  enum pc_result result = pc_draft_build(&shrinking->draft, &shrunk->workload, error);
  if (result != PC_OK) {
    return result;
  }
  shrunk->plan = pc_shrinking_plan(shrinking);
  result = attempt(shrinking, &shrunk->workload, &shrunk->plan, &shrinking->sighting.violation.path, &sighting, error);
  if (result == PC_OK && shrunk->plan.listed != NULL) {
    result = own_list(shrunk, error);
  }
  shrunk->shown = sighting.seen && sighting.end == shrinking->sighting.end;
  shrunk->violation = sighting.violation;
  shrunk->violation.key.data = shrunk->key;
  memcpy(shrunk->key, sighting.key, sizeof shrunk->key);
  return result;
}

static enum pc_result shrink(struct pc_shrinking *shrinking, struct pc_shrunk *shrunk, struct pc_error *error) {
  bool soaked = shrinking->order->plan->cuts == PC_CUTS_SOAK;
  enum pc_result result = soaked ? pc_shrink_see_soaked(shrinking, error) : see_first(shrinking, error);
  if (result == PC_OK && soaked && !shrinking->sighting.seen) {
    result = pc_shrink_see_life(shrinking, error);
  }
  struct pc_sighting first = shrinking->sighting;
  if (result != PC_OK || !first.seen) {
    return result;
  }
  result = take_steps(shrinking, error);
  if (result == PC_OK && shrinking->shown.aftermath > 0) {
    result = pc_shrink_aftermath(shrinking, error);
  }
  shrunk->complete = !pc_shrinking_is_over(shrinking);
  if (result == PC_OK && !shrinking->interrupted) {
    result = hand_over(shrinking, shrunk, error);
  }
  if (result != PC_OK || shrunk->shown || shrinking->interrupted || soaked) {
    return result;
  }
  /* What was made of it isn't the same each time: the whole is what there is. */
  pc_draft_free(&shrinking->draft);
  result = pc_draft_open(&shrinking->draft, shrinking->order->workload, error);
  if (result == PC_OK) {
    shrinking->sighting = first;
    shrinking->shown = shrinking->whole;
    shrunk->complete = false;
    result = hand_over(shrinking, shrunk, error);
  }
  return result;
}

/* The plan, but that it cuts everywhere: a path that was drawn, or at a place that was named, is to be found again in
   another workload. */
static struct pc_power_plan whole_plan(const struct pc_power_plan *plan) {
  struct pc_power_plan whole = *plan;
  whole.cuts = PC_CUTS_EVERY_WRITE;
  whole.count = 0;
  whole.listed = NULL;
  whole.places = NULL;
  whole.place_count = 0;
  return whole;
}

enum pc_result pc_shrink(const struct pc_shrink_order *order, struct pc_shrunk *shrunk, struct pc_error *error) {
  *shrunk = (struct pc_shrunk){0};
  struct pc_shrinking *shrinking = calloc(1, sizeof *shrinking);
  if (shrinking == NULL) {
    return pc_fail_memory(error);
  }
  shrinking->order = order;
  shrinking->whole = whole_plan(order->plan);
  shrinking->shown = shrinking->whole;
  shrinking->first = PC_LAST_OPERATION;
  enum pc_result result = pc_draft_open(&shrinking->draft, order->workload, error);
  if (result == PC_OK) {
    result = pc_draft_open(&shrinking->candidate, order->workload, error);
  }
  if (result == PC_OK) {
    result = shrink(shrinking, shrunk, error);
  }
  shrunk->attempts = shrinking->attempts;
  shrunk->interrupted = shrinking->interrupted;
  memcpy(shrunk->texts, shrinking->texts, sizeof shrunk->texts);
  shrunk->long_values = shrinking->long_values;
  shrunk->life = shrinking->life;
  pc_draft_free(&shrinking->candidate);
  pc_draft_free(&shrinking->draft);
  free(shrinking);
  if (result != PC_OK) {
    pc_shrunk_free(shrunk);
  }
  return result;
}

void pc_shrunk_free(struct pc_shrunk *shrunk) {
  pc_workload_free(&shrunk->workload);
  free(shrunk->texts[0]);
  free(shrunk->texts[1]);
  free(shrunk->long_values);
  free(shrunk->listed);
  pc_life_close(shrunk->life);
  *shrunk = (struct pc_shrunk){0};
}
