#include "powercut/explore.h"

#include <stdlib.h>
#include <string.h>

#include "allotment.h"
#include "baseline.h"
#include "findings.h"
#include "pool.h"
#include "soak.h"

static enum pc_result check(const struct pc_workload *workload, const struct pc_power_plan *plan,
                            const struct pc_observer *observer, struct pc_error *error) {
  if (workload->operation_count == 0) {
    return pc_fail(error, PC_BAD_INPUT, "the workload has no operations");
  }
  if (plan->depth > PC_MAX_DEPTH) {
    return pc_fail(error, PC_BAD_INPUT, "a depth of %u is more than %u", plan->depth, PC_MAX_DEPTH);
  }
  if (plan->samples > PC_MAX_VARIANTS || plan->limit > PC_MAX_VARIANTS) {
    return pc_fail(error, PC_BAD_INPUT, "%u samples and a limit of %u: neither may be more than %u", plan->samples,
                   plan->limit, PC_MAX_VARIANTS);
  }
  bool is_counted = pc_allotment_is_needed(plan) || plan->cuts == PC_CUTS_SOAK;
  if (is_counted && (plan->count == 0 || plan->count > PC_MAX_DRAWS)) {
    return pc_fail(error, PC_BAD_INPUT, "%u cuts: there must be 1 to %u", plan->count, PC_MAX_DRAWS);
  }
  if (observer->jobs > PC_MAX_JOBS) {
    return pc_fail(error, PC_BAD_INPUT, "%u jobs are more than %u", observer->jobs, PC_MAX_JOBS);
  }
  if (observer->shards > PC_MAX_SHARDS || observer->shard >= (observer->shards > 0 ? observer->shards : 1)) {
    return pc_fail(error, PC_BAD_INPUT, "there is no shard %u of %u", observer->shard, observer->shards);
  }
  return PC_OK;
}

static enum pc_result tell_baseline(const struct pc_findings *findings, const struct pc_share *share,
                                    struct pc_error *error) {
  const struct pc_part part = {
      .is_baseline = true, .segments = share->count, .counts = findings->result, .sum = findings->result};
  return pc_findings_tell_part(findings, &part, error);
}

/* What of the plan can only be checked once the workload's flash operations are known. */
static enum pc_result check_places(const struct pc_power_plan *plan, const struct pc_baseline *baseline,
                                   struct pc_error *error) {
  for (uint32_t i = 0; plan->cuts == PC_CUTS_AT && baseline->usable && i < plan->place_count; i++) {
    if (plan->places[i] > baseline->tape.count) {
      return pc_fail(error, PC_BAD_INPUT,
                     "can't cut at flash operation %u: the workload has %zu, and %zu is after the last",
                     plan->places[i], baseline->tape.count, baseline->tape.count);
    }
  }
  return PC_OK;
}

/* A store that takes nothing has nothing to lose, and holding to that is no result. */
static enum pc_result check_taken(const struct pc_subject *subject, const struct pc_exploration_result *result,
                                  struct pc_error *error) {
  const struct pc_acceptance *acceptance = &result->acceptance;
  if (acceptance->puts == 0 || acceptance->refused < acceptance->puts || result->violations > 0) {
    return PC_OK;
  }
  return pc_fail(error, PC_BAD_INPUT,
                 "%s takes none of the workload's %llu puts (the last is answered %s), so that there is nothing to "
                 "check: it states keys of at most %zu bytes and values of at most %zu; see workload.key_size and "
                 "workload.value_size",
                 subject->store->name, (unsigned long long)acceptance->puts, pc_status_text(acceptance->refusal),
                 acceptance->max_key_size, acceptance->max_value_size);
}

static uint32_t count_segments(const struct pc_walk_plan *walk) {
  return walk->power->cuts == PC_CUTS_SOAK ? pc_soak_lives(walk->power)
                                           : pc_segment_count(walk->workload->operation_count, walk->power->depth);
}

/* The baseline run and what an earlier exploration found behind it: all before the first segment that is left. */
static enum pc_result begin(struct pc_walk_plan *walk, struct pc_baseline *baseline, struct pc_error *error) {
  const struct pc_observer *observer = walk->findings->observer;
  const struct pc_checkpoint *checkpoint = observer->checkpoint;
  struct pc_observer quiet = *observer;
  if (checkpoint != NULL) {
    quiet.violation = NULL; /* they were handed on then */
  }
  walk->findings->observer = &quiet;
  enum pc_result outcome = pc_baseline_record(baseline, walk->subject, walk->workload, walk->findings, error);
  walk->findings->observer = observer;
  if (outcome != PC_OK || walk->findings->result->interrupted) {
    return outcome;
  }
  outcome = check_places(walk->power, baseline, error);
  if (outcome == PC_OK) {
    outcome = check_taken(walk->subject, walk->findings->result, error);
  }
  if (outcome != PC_OK) {
    return outcome;
  }
  bool has_cuts = baseline->usable && walk->power->depth > 0;
  walk->share = pc_share_of(observer, has_cuts ? count_segments(walk) : 0);
  if (checkpoint == NULL) {
    return tell_baseline(walk->findings, &walk->share, error);
  }
  if (walk->share.done > walk->share.count) {
    return pc_fail(error, PC_BAD_INPUT, "the checkpoint is of another exploration: it has %u segments of %u",
                   walk->share.done, walk->share.count);
  }
  pc_findings_count(walk->findings, &checkpoint->counts);
  memcpy(walk->findings->handed_on, checkpoint->handed_on, sizeof checkpoint->handed_on);
  return PC_OK;
}

enum pc_result pc_explore(const struct pc_subject *subject, const struct pc_workload *workload,
                          const struct pc_power_plan *plan, const struct pc_observer *observer,
                          struct pc_exploration_result *result, struct pc_error *error) {
  *result = (struct pc_exploration_result){0};
  enum pc_result outcome = check(workload, plan, observer, error);
  if (outcome != PC_OK) {
    return outcome;
  }
  struct pc_findings findings = {.observer = observer, .result = result};
  struct pc_baseline baseline = {0};
  struct pc_walk_plan walk = {
      .subject = subject, .workload = workload, .power = plan, .baseline = &baseline, .findings = &findings};
  outcome = begin(&walk, &baseline, error);
  if (outcome == PC_OK && walk.share.done < walk.share.count) {
    outcome = pc_pool_explore(&walk, error);
  }
  pc_baseline_free(&baseline);
  return outcome;
}

void pc_exploration_free(struct pc_exploration_result *result) {
  free(result->wear);
  *result = (struct pc_exploration_result){0};
}
