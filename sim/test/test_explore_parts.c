/* Explorations in parts: gone on with from any segment, and in shards. */
#include <stdlib.h>
#include <string.h>

#include "test_explore_help.h"

#define MOST_PARTS 64u

/* An exploration, and where it was after each part. */
struct parts {
  struct lab_run run;
  uint32_t segments; /* parts so far, without the baseline run */
  bool has_baseline;
  struct pc_exploration_result counts[MOST_PARTS]; /* of the segments up to each */
  size_t violations[MOST_PARTS + 1];               /* that were handed on before each, the baseline's first */
  uint32_t numbers[MOST_PARTS];
};

static enum pc_result count_violation(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct parts *parts = context;
  (void)error;
  parts->run.violations =
      reallocarray(parts->run.violations, parts->run.violation_count + 1, sizeof *parts->run.violations);
  cr_assert_not_null(parts->run.violations);
  parts->run.violations[parts->run.violation_count++] = (struct lab_violation){.violation = *violation};
  return PC_OK;
}

static enum pc_result take_part(void *context, const struct pc_part *part, struct pc_error *error) {
  struct parts *parts = context;
  (void)error;
  if (part->is_baseline) {
    cr_expect(!parts->has_baseline && parts->segments == 0, "the baseline run comes first, and once");
    parts->has_baseline = true;
    parts->violations[0] = parts->run.violation_count;
    return PC_OK;
  }
  cr_assert_lt(parts->segments, MOST_PARTS);
  struct pc_exploration_result *sum = &parts->counts[parts->segments];
  *sum = parts->segments == 0 ? (struct pc_exploration_result){0} : parts->counts[parts->segments - 1];
  sum->cuts += part->counts->cuts;
  sum->recoveries += part->counts->recoveries;
  sum->aftermaths += part->counts->aftermaths;
  sum->deduplicated += part->counts->deduplicated;
  sum->violations += part->counts->violations;
  memcpy(sum->checks, part->sum->checks, sizeof sum->checks);
  memcpy(sum->guarantees, part->sum->guarantees, sizeof sum->guarantees);
  parts->numbers[parts->segments] = part->segment;
  parts->violations[++parts->segments] = parts->run.violation_count;
  return PC_OK;
}

static void explore(const struct lab *lab, struct parts *parts, const struct pc_checkpoint *checkpoint, uint32_t shard,
                    uint32_t shards) {
  const struct pc_observer observer = {.jobs = 2,
                                       .shard = shard,
                                       .shards = shards,
                                       .checkpoint = checkpoint,
                                       .context = parts,
                                       .violation = count_violation,
                                       .part = take_part};
  enum pc_result err =
      pc_explore(&lab->subject, &lab->workload, &lab->plan, &observer, &parts->run.result, &parts->run.error);
  cr_assert_eq(err, PC_OK, "%s", parts->run.error.message);
}

static void open_lab(struct lab *lab) {
  lab_open_generated(lab, pc_store_named("norkv"), 6, 100, 5);
  lab_set(lab, "checksum", "none");
  lab->plan.faults[PC_FAULT_BETWEEN_OPS] = lab->plan.faults[PC_FAULT_PREFIX] = true;
}

Test(explore_parts, goes_on_from_any_segment_to_the_same_end) {
  struct lab lab;
  struct parts *whole = calloc(1, sizeof *whole);
  open_lab(&lab);
  explore(&lab, whole, NULL, 0, 0);
  cr_assert(whole->has_baseline && whole->segments == 7 && whole->run.result.violations > 20);
  for (uint32_t done = 0; done <= whole->segments; done++) {
    struct parts *rest = calloc(1, sizeof *rest);
    struct pc_checkpoint checkpoint = {.segments = done};
    if (done > 0) {
      checkpoint.counts = whole->counts[done - 1];
    }
    size_t before = whole->violations[done];
    for (size_t i = 0; i < before; i++) {
      const struct pc_violation *violation = &whole->run.violations[i].violation;
      size_t fault = violation->path.depth == 0 ? PC_FAULT_COUNT : (size_t)violation->path.cuts[0].fault;
      checkpoint.handed_on[fault][violation->invariant]++;
    }
    explore(&lab, rest, &checkpoint, 0, 0);
    const struct pc_exploration_result *a = &whole->run.result, *b = &rest->run.result;
    cr_expect_not(rest->has_baseline, "it was told before");
    cr_expect_eq(rest->segments, whole->segments - done);
    cr_expect(a->cuts == b->cuts && a->recoveries == b->recoveries && a->deduplicated == b->deduplicated &&
                  a->violations == b->violations && a->aftermaths == b->aftermaths,
              "from segment %u", done);
    cr_expect_arr_eq(a->checks, b->checks, sizeof a->checks);
    cr_expect_arr_eq(a->baseline, b->baseline, sizeof a->baseline);
    cr_expect_eq(rest->run.violation_count, whole->run.violation_count - before, "from segment %u", done);
    lab_run_free(&rest->run);
    free(rest);
  }
  lab_run_free(&whole->run);
  free(whole);
  lab_close(&lab);
}

Test(explore_parts, shards_take_every_segment_once) {
  struct lab lab;
  struct parts *whole = calloc(1, sizeof *whole);
  open_lab(&lab);
  explore(&lab, whole, NULL, 0, 0);
  for (uint32_t shards = 1; shards <= 9; shards++) {
    uint64_t cuts = 0, violations = whole->run.result.violations;
    uint32_t segments = 0;
    for (uint32_t shard = 0; shard < shards; shard++) {
      struct parts *part = calloc(1, sizeof *part);
      explore(&lab, part, NULL, shard, shards);
      for (uint32_t i = 0; i < part->segments; i++) {
        cr_expect_eq(part->numbers[i], shard + i * shards);
        violations -= part->counts[i].violations - (i > 0 ? part->counts[i - 1].violations : 0);
      }
      cuts += part->run.result.cuts;
      segments += part->segments;
      lab_run_free(&part->run);
      free(part);
    }
    cr_expect_eq(segments, whole->segments, "%u shards", shards);
    cr_expect_eq(cuts, whole->run.result.cuts, "%u shards", shards);
    uint64_t of_baseline = 0;
    for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
      of_baseline += whole->run.result.baseline[i].failures;
    }
    cr_expect_eq(violations, of_baseline, "%u shards", shards);
  }
  lab_run_free(&whole->run);
  free(whole);
  lab_close(&lab);
}

Test(explore_parts, refuses_shards_and_checkpoints_that_can_not_be) {
  struct lab lab;
  struct pc_exploration_result result;
  struct pc_error error;
  const struct pc_checkpoint checkpoint = {.segments = 8};
  const struct pc_observer wrong[] = {
      {.shard = 3, .shards = 3}, {.shard = 1}, {.shards = PC_MAX_SHARDS + 1}, {.checkpoint = &checkpoint}};
  open_lab(&lab);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    cr_expect_eq(pc_explore(&lab.subject, &lab.workload, &lab.plan, &wrong[i], &result, &error), PC_BAD_INPUT, "%zu",
                 i);
    pc_exploration_free(&result);
  }
  lab_close(&lab);
}
