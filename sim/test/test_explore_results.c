/* Results: the same whoever comes to them, told in order, and complete or marked as not. */
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "plugins/wrapped.h"
#include "test_explore_help.h"
#include "test_explore_stores.h"

static void set_all_faults(struct lab *lab) {
  for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
    lab->plan.faults[fault] = true;
  }
}

/* norkv without checksums: violations in plenty, of more than one invariant. */
static void open_violated_for(struct lab *lab, uint32_t operations) {
  lab_open_generated(lab, pc_store_named("norkv"), 4, operations, 7);
  lab_set(lab, "checksum", "none");
  set_all_faults(lab);
  lab->plan.aftermath = 8;
}

static void open_violated(struct lab *lab) {
  open_violated_for(lab, 60);
}

static struct lab_run explore(const struct lab *lab, uint32_t jobs) {
  struct lab_run run = {.jobs = jobs};
  lab_explore(lab, &run);
  cr_assert_eq(run.outcome, PC_OK, "%s", run.error.message);
  return run;
}

Test(explore_results, are_the_same_for_any_number_of_workers) {
  struct lab lab;
  open_violated(&lab);
  struct lab_run first = explore(&lab, 1);
  cr_expect_gt(first.violation_count, 20);
  cr_expect_gt(first.result.deduplicated, 0);
  cr_expect_gt(first.result.aftermaths, 0);
  static const uint32_t jobs[] = {1, 2, 5, 64, 0};
  for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
    struct lab_run run = explore(&lab, jobs[i]);
    lab_expect_same(&first, &run);
    lab_run_free(&run);
  }
  lab_run_free(&first);
  lab_close(&lab);
}

Test(explore_results, differ_with_the_seed) {
  struct lab lab;
  open_violated(&lab);
  struct lab_run one = explore(&lab, 2);
  lab.plan.seed = 2;
  struct lab_run two = explore(&lab, 2);
  cr_expect_eq(one.result.operations, two.result.operations);
  cr_expect_eq(one.result.flash_operations, two.result.flash_operations);
  cr_expect_neq(memcmp(one.result.checks, two.result.checks, sizeof one.result.checks), 0);
  lab_run_free(&one);
  lab_run_free(&two);
  lab_close(&lab);
}

/* Of a kind of which each place is handed on, the counts make up what failed. */
Test(explore_results, count_what_failed_again_in_the_same_place) {
  struct lab lab;
  open_violated(&lab);
  struct lab_run run = explore(&lab, 2);
  uint64_t counted[PC_FAULT_COUNT][PC_INVARIANT_COUNT] = {0}, whole = 0;
  uint32_t places[PC_FAULT_COUNT][PC_INVARIANT_COUNT] = {0};
  for (size_t i = 0; i < run.violation_count; i++) {
    const struct pc_violation *violation = &run.violations[i].violation;
    cr_assert_eq(violation->path.depth, 1);
    counted[violation->fault][violation->invariant] += violation->count;
    places[violation->fault][violation->invariant]++;
    cr_expect_gt(violation->count, 0);
  }
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    for (size_t invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
      uint64_t failures = run.result.checks[fault][0][invariant].failures;
      if (places[fault][invariant] < PC_MAX_SAME_VIOLATIONS) {
        cr_expect_eq(counted[fault][invariant], failures);
        whole += counted[fault][invariant] > places[fault][invariant];
      } else {
        cr_expect_leq(counted[fault][invariant], failures);
      }
    }
  }
  cr_expect_gt(whole, 0, "no kind with repetitions is handed on whole");
  lab_run_free(&run);
  lab_close(&lab);
}

/* Each violation that is handed on shows again when its path is replayed. */
static void expect_replayed(const struct lab *lab, size_t least) {
  struct lab_run run = explore(lab, 2);
  cr_expect_geq(run.violation_count, least);
  for (size_t i = 0; i < run.violation_count; i++) {
    const struct pc_violation *violation = &run.violations[i].violation;
    cr_expect(lab_replay(lab, &violation->path) & 1u << violation->invariant, "%zu: %s, %s", i,
              pc_invariant_info(violation->invariant)->name, violation->actual);
  }
  lab_run_free(&run);
}

Test(explore_results, show_again_when_they_are_replayed) {
  struct lab lab;
  open_violated(&lab);
  lab.plan.depth = 2;
  lab.plan.limit = 2;
  expect_replayed(&lab, 30);
  lab_close(&lab);
}

Test(explore_results, of_spoilt_stores_show_again_when_they_are_replayed) {
  static const char *const spoils[] = {"crashes", "exits", "forgets"};
  for (size_t i = 0; i < sizeof spoils / sizeof spoils[0]; i++) {
    struct lab lab;
    lab_open_generated(&lab, &lab_spoilt, 4, 20, 1);
    lab_set(&lab, "does", spoils[i]);
    lab.plan.faults[PC_FAULT_PREFIX] = true;
    lab.plan.limit = 2;
    expect_replayed(&lab, 2);
    lab_close(&lab);
  }
}

/* What is handed on: each place once, in order, and no more than so many of a kind. */
Test(explore_results, tell_each_place_once_and_in_order) {
  struct lab lab;
  open_violated(&lab);
  struct lab_run run = explore(&lab, 3);
  uint32_t kinds[PC_FAULT_COUNT][PC_INVARIANT_COUNT] = {{0}};
  for (size_t i = 0; i < run.violation_count; i++) {
    const struct pc_violation *violation = &run.violations[i].violation;
    cr_assert_eq(violation->path.depth, 1);
    cr_expect(i == 0 || violation->operation >= run.violations[i - 1].violation.operation);
    kinds[violation->fault][violation->invariant]++;
    for (size_t j = 0; j < i; j++) {
      const struct pc_violation *other = &run.violations[j].violation;
      cr_expect_not(violation->operation == other->operation && violation->invariant == other->invariant &&
                    violation->fault == other->fault);
    }
  }
  uint32_t most = 0;
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    for (size_t invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
      most = kinds[fault][invariant] > most ? kinds[fault][invariant] : most;
    }
  }
  cr_expect_eq(most, PC_MAX_SAME_VIOLATIONS);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(explore_results, come_with_progress_that_ends_at_the_total) {
  static const uint32_t operations[] = {1, 15, 16, 17, 32, 60};
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
    struct lab lab;
    lab_open_generated(&lab, pc_store_named("norkv"), 4, operations[i], 3);
    lab.plan.faults[PC_FAULT_BETWEEN_OPS] = true;
    struct lab_run run = explore(&lab, 2);
    cr_expect_eq(run.progress_count, operations[i] / 16 + 1);
    cr_expect_not(run.went_back);
    cr_expect_eq(run.done, run.total);
    cr_expect_eq(run.total, run.result.flash_operations);
    /* Every flash operation, and the end. */
    cr_expect_eq(run.result.cuts, run.result.flash_operations + 1);
    lab_run_free(&run);
    lab_close(&lab);
  }
}

Test(explore_results, of_a_run_that_is_stopped_are_those_of_its_beginning) {
  struct lab lab;
  open_violated_for(&lab, 320); /* long enough to be stopped in, also by a process that has to wait for its turn */
  struct lab_run whole = explore(&lab, 2);
  struct lab_run run = {.jobs = 2, .stop_after = 2};
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_OK, "%s", run.error.message);
  cr_expect(run.result.interrupted);
  cr_expect_geq(run.progress_count, 2);
  cr_expect_lt(run.progress_count, whole.progress_count);
  cr_expect_gt(run.result.recoveries, 0);
  cr_expect_lt(run.result.recoveries, whole.result.recoveries);
  cr_expect_eq(run.result.cuts, run.result.recoveries + run.result.deduplicated);
  cr_expect_eq(run.result.flash_operations, whole.result.flash_operations);
  cr_assert_gt(run.violation_count, 0);
  cr_assert_leq(run.violation_count, whole.violation_count);
  for (size_t i = 0; i < run.violation_count; i++) {
    lab_expect_same_violation(&run.violations[i], &whole.violations[i]);
  }
  lab_run_free(&run);
  lab_run_free(&whole);
  lab_close(&lab);
}

/* Stopped before anything was merged: in the baseline, or soon after. */
static bool stop_at_once(void *context) {
  (void)context;
  return true;
}

Test(explore_results, of_a_run_that_is_stopped_at_once_are_of_its_baseline) {
  struct lab lab;
  struct pc_exploration_result result;
  struct pc_error error;
  open_violated(&lab);
  struct pc_observer observer = {.jobs = 1, .stop = stop_at_once};
  cr_expect_eq(pc_explore(&lab.subject, &lab.workload, &lab.plan, &observer, &result, &error), PC_OK);
  cr_expect(result.interrupted);
  cr_expect_eq(result.cuts, 0);
  cr_expect_leq(result.operations, 60);
  cr_expect_eq(result.wear_count, 4);
  cr_expect(result.operations > 0 || result.flash_operations <= 8);
  pc_exploration_free(&result);
  lab_close(&lab);
}

Test(explore_results, end_with_the_error_of_whom_they_are_told) {
  struct lab lab;
  open_violated(&lab);
  struct lab_run run = {.jobs = 2, .fail_after = 3};
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_ENVIRONMENT);
  cr_expect_str_eq(run.error.message, "enough");
  cr_expect_eq(run.violation_count, 2);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(explore_results, need_nobody_to_be_told) {
  struct lab lab;
  struct pc_exploration_result result;
  struct pc_error error;
  open_violated(&lab);
  struct pc_observer observer = {.jobs = 1};
  struct lab_run run = explore(&lab, 1);
  cr_expect_eq(pc_explore(&lab.subject, &lab.workload, &lab.plan, &observer, &result, &error), PC_OK);
  cr_expect_eq(result.violations, run.result.violations);
  lab_run_free(&run);
  pc_exploration_free(&result);
  lab_close(&lab);
}

/* Depth 0: the baseline alone. */
Test(explore_results, of_depth_0_are_of_the_baseline) {
  struct lab lab;
  open_violated(&lab);
  lab.plan.depth = 0;
  struct lab_run run = explore(&lab, 1);
  cr_expect_eq(run.result.cuts, 0);
  cr_expect_eq(run.result.operations, 60);
  cr_expect_gt(run.result.baseline[PC_WRITABLE].checks, 0);
  uint64_t put_bytes = 0;
  for (uint32_t i = 0; i < lab.workload.operation_count; i++) {
    const struct pc_operation *operation = &lab.workload.operations[i];
    put_bytes += operation->kind == PC_PUT ? lab.workload.keys[operation->key].size + operation->value.size : 0;
  }
  cr_expect_eq(run.result.put_bytes, put_bytes);
  lab_run_free(&run);
  lab_close(&lab);
}

/* A workload of which the baseline finds the same in two operations: both are told. */
static enum pc_status refusing_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  return key.data[0] == 'x' ? PC_STATUS_FAILED : lab_naive.put(memory, key, value);
}

Test(explore_results, of_the_baseline_are_told_for_each_operation) {
  struct lab lab;
  struct pc_store store = lab_naive;
  store.put = refusing_put;
  lab_open(&lab, &store, 2, "put a 01\nput x 02\nput b 03\nput x 04\n");
  struct lab_run run = explore(&lab, 1);
  cr_assert_eq(run.violation_count, 2);
  cr_expect_eq(run.violations[0].violation.operation, 1);
  cr_expect_eq(run.violations[1].violation.operation, 3);
  cr_expect_str_eq(run.violations[1].violation.actual, "it answers FAILED");
  cr_expect_eq(run.violations[1].key[0], 'x');
  cr_expect_eq(lab_replay(&lab, &run.violations[0].violation.path), 1u << PC_WRITABLE);
  lab_run_free(&run);
  lab_close(&lab);
}

/* A store that doesn't come up: from then on it isn't called. */
static uint32_t good_starts;

static enum pc_status tired_start(void *memory, const struct pc_store_setup *setup) {
  static uint32_t starts;
  static pid_t pid;
  starts = pid == getpid() ? starts + 1 : 1;
  pid = getpid();
  return starts <= good_starts ? lab_naive.start(memory, setup) : PC_STATUS_DATA_LOSS;
}

static enum pc_status wary_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  static const uint8_t off[64] = {0xA5, 0xA5, 0xA5, 0xA5};
  if (memcmp(memory, off, 4) == 0) {
    abort();
  }
  return lab_naive.put(memory, key, value);
}

static void expect_ended(uint32_t starts, uint32_t operation, uint64_t operations) {
  struct lab lab;
  struct pc_store store = lab_naive;
  store.start = tired_start;
  store.put = wary_put;
  good_starts = starts;
  lab_open(&lab, &store, 2, "put a 01\nreboot\nput b 02\n");
  lab.plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  struct lab_run run = explore(&lab, 1);
  cr_expect_eq(run.result.cuts, 0);
  cr_expect_eq(run.result.operations, operations);
  cr_assert_eq(run.violation_count, 1);
  cr_expect_eq(run.violations[0].violation.operation, operation);
  cr_expect_eq(run.violations[0].violation.invariant, PC_MOUNTABLE);
  cr_expect_str_eq(run.violations[0].violation.actual, "it answers DATA_LOSS");
  cr_expect_eq(lab_replay(&lab, &run.violations[0].violation.path), 1u << PC_MOUNTABLE);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(explore_results, of_a_store_that_never_comes_up_are_that) {
  expect_ended(0, 0, 0);
}

Test(explore_results, of_a_store_that_does_not_come_up_again_end_there) {
  /* A reboot is checked like a recovery, and then starts the store once more. */
  expect_ended(2, 1, 2);
}

/* Errors. */
static void expect_error(const struct lab *lab, const struct lab_run *with, enum pc_result outcome,
                         const char *message) {
  struct lab_run run = *with;
  lab_explore(lab, &run);
  cr_expect_eq(run.outcome, outcome);
  cr_expect_str_eq(run.error.message, message);
  cr_expect_eq(run.result.cuts, 0);
  lab_run_free(&run);
}

Test(explore_results, are_none_where_the_plan_is_out_of_range) {
  struct lab lab;
  const struct lab_run one = {.jobs = 1}, many = {.jobs = PC_MAX_JOBS + 1};
  open_violated(&lab);
  lab.plan.depth = PC_MAX_DEPTH + 1;
  expect_error(&lab, &one, PC_BAD_INPUT, "a depth of 9 is more than 8");
  lab.plan.depth = 1;
  lab.plan.samples = PC_MAX_VARIANTS + 1;
  expect_error(&lab, &one, PC_BAD_INPUT, "1000001 samples and a limit of 8: neither may be more than 1000000");
  lab.plan.samples = 0;
  lab.plan.limit = PC_MAX_VARIANTS + 1;
  expect_error(&lab, &one, PC_BAD_INPUT, "0 samples and a limit of 1000001: neither may be more than 1000000");
  lab.plan.limit = 0;
  expect_error(&lab, &many, PC_BAD_INPUT, "257 jobs are more than 256");
  lab.workload.operation_count = 0;
  expect_error(&lab, &one, PC_BAD_INPUT, "the workload has no operations");
  lab_close(&lab);
}

Test(explore_results, are_none_where_the_store_or_the_device_is_refused) {
  struct lab lab;
  const struct lab_run one = {.jobs = 1};
  lab_open_generated(&lab, &lab_spoilt, 4, 20, 1);
  lab_set(&lab, "does", "refuses");
  expect_error(&lab, &one, PC_BAD_INPUT, "spoilt refuses its setup: it takes nothing today");
  lab.subject.sectors = 0;
  struct lab_run run = {.jobs = 1};
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_BAD_INPUT);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(explore_results, are_none_where_there_are_no_processes_to_be_had) {
  struct lab lab;
  struct rlimit files;
  struct lab_run run = {.jobs = 4};
  open_violated(&lab);
  cr_assert_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
  int next = dup(STDIN_FILENO);
  cr_assert_geq(next, 0);
  (void)close(next);
  for (rlim_t more = 0; more < 3; more++) {
    files.rlim_cur = (rlim_t)next + more;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    lab_explore(&lab, &run);
    cr_expect_eq(run.outcome, PC_ENVIRONMENT);
    cr_expect_not_null(strstr(run.error.message, "a worker"), "%s", run.error.message);
    lab_run_free(&run);
    run.jobs = 4;
  }
  lab_close(&lab);
}

Test(explore_results, cannot_be_replayed_where_the_path_names_what_is_not_there) {
  struct lab lab;
  uint32_t violations;
  struct pc_error error;
  open_violated(&lab);
  static const struct {
    struct pc_cut_path path;
    const char *message;
  } paths[] = {
      {{.depth = 1, .cuts = {{4000, PC_FAULT_PREFIX, 0}}}, "the cut path names flash operation 4000, there are only "},
      {{.depth = 1, .cuts = {{3, PC_FAULT_PREFIX, 4000}}},
       "the cut path names variant 4000 of prefix, flash operation "},
      {{.depth = 2, .cuts = {{3, PC_FAULT_BETWEEN_OPS, 0}, {7, PC_FAULT_BETWEEN_OPS, 0}}},
       "the cut path names flash operation 7, there are only 0"},
      {{.depth = 1, .cuts = {{3, PC_FAULT_BETWEEN_OPS, 1}}}, "the cut path names variant 1 of between_ops, flash"},
  };
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    cr_expect_eq(pc_replay(&lab.subject, &lab.workload, &lab.plan, &paths[i].path, NULL, NULL, &violations, &error),
                 PC_BAD_INPUT);
    cr_expect_eq(strncmp(error.message, paths[i].message, strlen(paths[i].message)), 0, "%s", error.message);
  }
  lab.subject.sectors = 0;
  cr_expect_eq(pc_replay(&lab.subject, &lab.workload, &lab.plan, &paths[0].path, NULL, NULL, &violations, &error),
               PC_BAD_INPUT);
  lab_close(&lab);
}
