/*
 * Stores that bring their process down, or never come back: each cut that they do it at is a violation of `mountable`,
 * the rest is explored, and the results are the same for any number of workers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "explore/segment.h"
#include "test_explore_help.h"
#include "test_explore_stores.h"

/* A put of which one tear is left: entries are two program units. The key w has a value of one byte while it is
   replaced, in the last operation of the first segment and nowhere else. */
static void open_one_tear(struct lab *lab, const char *does) {
  char trace[2048];
  size_t length = 0;
  for (unsigned i = 0; i < PC_SEGMENT_OPERATIONS - 2; i++) {
    length += (size_t)snprintf(trace + length, sizeof trace - length, "put k%u %02x\n", i % 3, i);
  }
  length += (size_t)snprintf(trace + length, sizeof trace - length, "put w 01\nput w 0102\n");
  for (unsigned i = 0; i < 2 * PC_SEGMENT_OPERATIONS; i++) {
    length += (size_t)snprintf(trace + length, sizeof trace - length, "put k%u %02x\n", i % 3, i);
  }
  lab_open(lab, &lab_spoilt, 4, trace);
  lab->profile.program_unit = 16;
  lab->plan.faults[PC_FAULT_BETWEEN_OPS] = lab->plan.faults[PC_FAULT_PREFIX] = true;
  lab_set(lab, "does", does);
  lab_set(lab, "when", "w");
}

static const struct pc_violation *only_violation(const struct lab_run *run) {
  cr_assert_eq(run->outcome, PC_OK, "%s", run->error.message);
  cr_assert_eq(run->result.violations, 1, "%lu violations", run->result.violations);
  cr_assert_eq(run->violation_count, 1);
  return &run->violations[0].violation;
}

/* Explores with several numbers of workers; the first run is given back. */
static struct lab_run explore_alike(const struct lab *lab) {
  struct lab_run first = {.jobs = 1};
  lab_explore(lab, &first);
  for (uint32_t jobs = 2; jobs <= 5; jobs += 3) {
    struct lab_run run = {.jobs = jobs};
    lab_explore(lab, &run);
    lab_expect_same(&first, &run);
    lab_run_free(&run);
  }
  return first;
}

/* The store does its worst at one cut; all else is as if it didn't. */
static void expect_one_finding(const char *does, const char *actual) {
  struct lab lab;
  struct lab_run sound = {.jobs = 2};
  open_one_tear(&lab, "nothing");
  lab_explore(&lab, &sound);
  cr_assert_eq(sound.result.violations, 0);
  lab_set(&lab, "does", does);
  struct lab_run run = explore_alike(&lab);
  const struct pc_violation *violation = only_violation(&run);
  cr_expect_eq(violation->invariant, PC_MOUNTABLE);
  cr_expect_eq(violation->operation, PC_SEGMENT_OPERATIONS - 1);
  cr_expect_eq(violation->path.depth, 1);
  cr_expect_eq(violation->path.cuts[0].fault, PC_FAULT_PREFIX);
  cr_expect_str_eq(violation->expected, "the store starts and works");
  cr_expect_str_eq(violation->actual, actual);
  cr_expect_eq(run.result.cuts, sound.result.cuts);
  cr_expect_eq(run.result.recoveries, sound.result.recoveries);
  cr_expect_eq(run.result.checks[PC_FAULT_PREFIX][0][PC_MOUNTABLE].checks,
               sound.result.checks[PC_FAULT_PREFIX][0][PC_MOUNTABLE].checks);
  cr_expect_eq(run.result.checks[PC_FAULT_PREFIX][0][PC_DURABLE].checks,
               sound.result.checks[PC_FAULT_PREFIX][0][PC_DURABLE].checks - 1);
  cr_expect_eq(lab_replay(&lab, &violation->path), 1u << PC_MOUNTABLE);
  lab_run_free(&sound);
  lab_run_free(&run);
  lab_close(&lab);
}

#if defined(__SANITIZE_ADDRESS__)
#define OVERRUN "the store ended its process with status 1"
#else
#define OVERRUN "the store brought its process down: Segmentation fault"
#endif

Test(explore_crashes, of_a_store_that_aborts_are_findings) {
  expect_one_finding("crashes", "the store brought its process down: Aborted");
}

Test(explore_crashes, of_a_store_that_exits_are_findings) {
  expect_one_finding("exits", "the store ended its process with status 3");
}

Test(explore_crashes, of_a_store_that_overruns_its_memory_are_findings) {
  expect_one_finding("overruns", OVERRUN);
}

Test(explore_crashes, of_a_store_that_runs_out_of_stack_are_findings) {
  expect_one_finding("recurses", OVERRUN);
}

Test(explore_crashes, are_told_from_a_store_that_hangs) {
  struct lab lab;
  struct lab_run one = {.jobs = 1}, two = {.jobs = 2};
  open_one_tear(&lab, "hangs");
  lab_explore(&lab, &one);
  const struct pc_violation *violation = only_violation(&one);
  cr_expect_str_eq(violation->actual, "the store never came back: its process was stopped");
  lab_explore(&lab, &two);
  lab_expect_same(&one, &two);
  lab_run_free(&one);
  lab_run_free(&two);
  lab_close(&lab);
}

static void set_all_faults(struct lab *lab) {
  for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
    lab->plan.faults[fault] = true;
  }
}

/* Too many in one segment: it is given up, the others are not. */
Test(explore_crashes, that_are_too_many_end_a_segment_but_not_the_run) {
  struct lab lab;
  lab_open_generated(&lab, &lab_spoilt, 4, 3 * PC_SEGMENT_OPERATIONS, 1);
  lab_set(&lab, "does", "crashes");
  set_all_faults(&lab);
  struct lab_run run = explore_alike(&lab);
  cr_expect_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(run.result.cuts, run.result.recoveries + run.result.deduplicated);
  /* The last segment is the moment after the end alone. */
  cr_expect_eq(run.result.violations, 3UL * PC_MAX_CRASHES);
  cr_expect_eq(lab_failures(&run, PC_MOUNTABLE), 3UL * PC_MAX_CRASHES);
  cr_expect_gt(run.violation_count, 3);
  for (size_t i = 0; i < run.violation_count; i++) {
    const struct pc_violation *violation = &run.violations[i].violation;
    cr_expect_str_eq(violation->actual,
                     "the store brought its process down: Aborted (one of too many: the rest of these operations was "
                     "not explored)");
    for (size_t j = 0; j < i; j++) {
      const struct pc_violation *other = &run.violations[j].violation;
      cr_expect(violation->operation != other->operation || violation->path.cuts[0].fault != other->path.cuts[0].fault,
                "the same place twice");
    }
  }
  lab_run_free(&run);
  lab_close(&lab);
}

/* In the recovery from a cut in a recovery. */
Test(explore_crashes, deep_in_a_cut_path_are_findings) {
  struct lab lab;
  open_one_tear(&lab, "crashes");
  lab.plan.depth = 3;
  struct lab_run run = explore_alike(&lab);
  cr_expect_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect_eq(run.result.cuts, run.result.recoveries + run.result.deduplicated);
  /* What crashes ends its path: there is nothing to cut further down. */
  cr_expect_eq(run.result.violations, 1);
  cr_expect_eq(run.violations[0].violation.path.depth, 1);
  lab_run_free(&run);
  lab_close(&lab);
}

/* Without any cut: at its third start. */
static enum pc_status start_thrice(void *memory, const struct pc_store_setup *setup) {
  static int starts;
  if (++starts == 3) {
    abort();
  }
  return lab_spoilt.start(memory, setup);
}

Test(explore_crashes, with_the_power_on_are_findings_of_the_baseline) {
  struct lab lab;
  struct pc_store store = lab_spoilt;
  store.start = start_thrice;
  lab_open(&lab, &store, 4, "put a 01\nput b 02\nreboot\nput a 03\nreboot\n");
  set_all_faults(&lab);
  struct lab_run run = {.jobs = 2};
  lab_explore(&lab, &run);
  const struct pc_violation *violation = only_violation(&run);
  cr_expect_eq(violation->invariant, PC_MOUNTABLE);
  cr_expect_eq(violation->operation, 2);
  cr_expect_eq(violation->path.depth, 0);
  cr_expect_str_eq(violation->actual, "the store brought its process down: Aborted");
  cr_expect_eq(run.result.cuts, 0);
  cr_expect_eq(run.result.baseline[PC_MOUNTABLE].failures, 1);
  cr_expect_eq(lab_replay(&lab, &violation->path), 1u << PC_MOUNTABLE);
  lab_run_free(&run);
  lab_close(&lab);
}
