/* Updates in the field: each start takes the parameters of its time, and the checks hold it to what it promises then.
 */
#include <stdio.h>
#include <string.h>

#include "powercut/shrink.h"
#include "test_explore_help.h"

#define FEW_PUTS "put a 01\nput b 0202\nput a 03\nput c 040404\n"

static void open_norkv(struct lab *lab, const struct pc_store *store, const char *trace) {
  lab_open(lab, store, 6, trace);
  lab->plan.faults[PC_FAULT_BETWEEN_OPS] = lab->plan.faults[PC_FAULT_PREFIX] = true;
  lab->plan.faults[PC_FAULT_TWO_PHASE_ERASE] = true;
  lab->plan.depth = 2;
  lab->plan.aftermath = 8;
}

static const struct pc_store *norkv(void) {
  return pc_store_named("norkv");
}

static void explore(const struct lab *lab, struct lab_run *run) {
  *run = (struct lab_run){.jobs = 2};
  lab_explore(lab, run);
  cr_assert_eq(run->outcome, PC_OK, "%s", run->error.message);
}

static void expect_held(const char *trace) {
  struct lab lab;
  struct lab_run run;
  open_norkv(&lab, norkv(), trace);
  explore(&lab, &run);
  cr_expect_eq(run.result.violations, 0, "%s: %s", trace, run.violations[0].violation.actual);
  cr_expect_gt(run.result.recoveries, 50);
  cr_expect_gt(run.result.aftermaths, 0);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(explore_updates, a_store_that_keeps_its_promises_over_an_update_holds) {
  expect_held(FEW_PUTS "update redundancy=2\nput a 05\ndelete b\nput d 0606\n");
  expect_held(FEW_PUTS "update alignment=64\nput a 05\ndelete b\nput d 0606\nmaintain heavy\nput b 07\n");
  expect_held(FEW_PUTS "update alignment=32 redundancy=3 policy=circular\nput a 05\nupdate redundancy=1\nput d 06\n");
  expect_held(FEW_PUTS "update max_keys=60 recovery=lazy\nput a 05\nupdate recovery=immediate\nput d 06\n");
}

#define OLD "0x6B76C32C:crc32c"
#define NEW "0x11111111:crc32c"

/* Cuts before it are recovered by the old parameters, and cuts from its own start on by the new ones. */
Test(explore_updates, what_the_new_version_cannot_read_is_lost_from_the_update_on) {
  static const char forgets[] = FEW_PUTS "update formats=" NEW "\nput d 05\n";
  static const char keeps[] = FEW_PUTS "update formats=" NEW "," OLD "\nput a 05\nput d 06\n";
  struct lab lab;
  struct lab_run run;
  open_norkv(&lab, norkv(), forgets);
  explore(&lab, &run);
  cr_expect_gt(run.result.baseline[PC_DURABLE].failures, 0);
  for (size_t i = 0; i < run.violation_count; i++) {
    cr_expect_geq(run.violations[i].violation.operation, 4, "%s", run.violations[i].violation.actual);
  }
  lab_run_free(&run);
  lab_close(&lab);
  expect_held(keeps);
}

/* norkv that goes on with one copy, whatever it promises. */
static enum pc_status start_with_one_copy(void *memory, const struct pc_store_setup *setup) {
  struct pc_parameter parameters[LAB_MAX_PARAMETERS];
  struct pc_store_setup one = *setup;
  cr_assert_leq(setup->parameter_count, LAB_MAX_PARAMETERS);
  for (size_t i = 0; i < setup->parameter_count; i++) {
    parameters[i] = setup->parameters[i];
    if (strcmp(parameters[i].name, "redundancy") == 0) {
      parameters[i].value = "1";
    }
  }
  one.parameters = parameters;
  return norkv()->start(memory, &one);
}

static void open_lazy(struct lab *lab, struct pc_store *store, const char *trace) {
  *store = *norkv();
  store->start = start_with_one_copy;
  open_norkv(lab, store, trace);
  lab->plan.depth = 1;
}

Test(explore_updates, the_copies_that_are_promised_from_then_on_are_asked_for) {
  struct pc_store store;
  struct lab lab;
  struct lab_run run;
  open_lazy(&lab, &store, FEW_PUTS "update redundancy=2\nput d 05\n");
  explore(&lab, &run);
  cr_expect_gt(lab_failures(&run, PC_REDUNDANT), 0);
  cr_assert_gt(run.violation_count, 0);
  for (size_t i = 0; i < run.violation_count; i++) {
    cr_expect_geq(run.violations[i].violation.operation, 4, "%s", run.violations[i].violation.actual);
    cr_expect(lab_replay(&lab, &run.violations[i].violation.path) & 1u << run.violations[i].violation.invariant);
  }
  lab_run_free(&run);
  lab_close(&lab);
}

/* Where no room is promised for all copies, they are asked for once maintenance says that it has worked. */
static uint64_t failures_in_a_full_store(const char *rest) {
  struct pc_store store;
  struct lab lab;
  struct lab_run run;
  char trace[4096];
  (void)snprintf(trace, sizeof trace, "put k0 %0120d\nput k1 %0120d\nput k2 %0120d\nput k3 %0120d\n%s", 0, 0, 0, 0,
                 rest);
  open_lazy(&lab, &store, trace);
  lab.plan.aftermath = 0;
  explore(&lab, &run);
  uint64_t failures = 0;
  for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
    failures += run.result.checks[fault][0][PC_REDUNDANT].failures;
  }
  cr_expect_eq(failures > 0, run.result.baseline[PC_REDUNDANT].failures > 0, "with the power on, too");
  lab_run_free(&run);
  lab_close(&lab);
  return failures;
}

Test(explore_updates, copies_without_room_are_asked_for_after_maintenance) {
  cr_expect_eq(failures_in_a_full_store("update redundancy=3\nget k0\n"), 0);
  cr_expect_gt(failures_in_a_full_store("update redundancy=3\nmaintain full\nget k0\n"), 0);
  cr_expect_eq(failures_in_a_full_store("maintain full\nupdate redundancy=3\nget k0\n"), 0);
}

/* Rot after a cut: failures to keep what was acknowledged, and the first operation that one is in. */
static uint64_t losses_by_rot(const struct pc_store *store, const char *trace, uint32_t *first) {
  struct lab lab;
  struct lab_run run;
  lab_open(&lab, store, 6, trace);
  lab.plan.faults[PC_FAULT_BIT_ROT] = true;
  lab.plan.samples = 100;
  explore(&lab, &run);
  uint64_t failures = run.result.checks[PC_FAULT_BIT_ROT][0][PC_DURABLE].failures;
  *first = UINT32_MAX;
  for (size_t i = 0; i < run.violation_count; i++) {
    const struct pc_violation *violation = &run.violations[i].violation;
    *first = violation->invariant == PC_DURABLE && violation->operation < *first ? violation->operation : *first;
  }
  lab_run_free(&run);
  lab_close(&lab);
  return failures;
}

Test(explore_updates, what_rots_before_it_has_its_copies_may_be_lost) {
  static const char trace[] = FEW_PUTS "update redundancy=2\nget a\nmaintain full\nput d 05\nreboot\n";
  struct pc_store store = *norkv();
  uint32_t first;
  cr_expect_eq(losses_by_rot(norkv(), trace, &first), 0);
  store.start = start_with_one_copy;
  cr_expect_gt(losses_by_rot(&store, trace, &first), 0, "a store that makes no copies is found once it has maintained");
  cr_expect_gt(first, 6);
}

Test(explore_updates, what_rotted_before_it_may_be_lost) {
  static const struct pc_scheduled_fault rot = {
      .fault = {.kind = PC_ARMED_BIT_ROT, .address = 18, .size = 1, .bits = 0xFE}, .operation = 2};
  struct lab lab;
  struct lab_run run;
  open_norkv(&lab, norkv(), "put a 01\nput b 02\nput c 03\nupdate redundancy=2\nmaintain full\nget a\nreboot\n");
  lab.subject.faults = &rot;
  lab.subject.fault_count = 1;
  explore(&lab, &run);
  cr_expect_eq(run.result.violations, 0, "%s", run.violations[0].violation.actual);
  cr_expect_gt(run.result.baseline[PC_DETECTED].checks, 0, "it did rot");
  lab_run_free(&run);
  lab_close(&lab);
}

Test(explore_updates, the_same_on_any_number_of_workers) {
  struct lab lab;
  struct lab_run one = {.jobs = 1}, three = {.jobs = 3};
  open_norkv(&lab, norkv(), FEW_PUTS FEW_PUTS "update formats=" NEW "\n" FEW_PUTS "update redundancy=2\n" FEW_PUTS);
  lab_explore(&lab, &one);
  lab_explore(&lab, &three);
  cr_expect_gt(one.result.violations, 0);
  lab_expect_same(&one, &three);
  lab_run_free(&one);
  lab_run_free(&three);
  lab_close(&lab);
}

Test(explore_updates, the_update_stays_when_its_violation_is_made_small) {
  struct pc_store store;
  struct lab lab;
  struct lab_run run;
  struct pc_shrunk shrunk;
  struct pc_error error;
  open_lazy(&lab, &store, FEW_PUTS "update policy=circular\nupdate redundancy=2\nput d 05\nput a 06\n");
  explore(&lab, &run);
  const struct pc_violation *violation = NULL;
  for (size_t i = 0; violation == NULL && i < run.violation_count; i++) {
    const struct pc_violation *each = &run.violations[i].violation;
    violation = each->invariant == PC_REDUNDANT && each->path.depth > 0 ? each : NULL;
  }
  cr_assert_not_null(violation);
  const struct pc_shrink_order order = {.subject = &lab.subject,
                                        .workload = &lab.workload,
                                        .plan = &lab.plan,
                                        .path = &violation->path,
                                        .invariant = PC_REDUNDANT};
  cr_assert_eq(pc_shrink(&order, &shrunk, &error), PC_OK, "%s", error.message);
  cr_assert(shrunk.shown);
  uint32_t updates = 0;
  for (uint32_t i = 0; i < shrunk.workload.operation_count; i++) {
    const struct pc_update *update = shrunk.workload.operations[i].update;
    updates += update != NULL;
    cr_expect(update == NULL || strcmp(update->changes[0].name, "redundancy") == 0);
  }
  cr_expect_eq(updates, 1);
  cr_expect_leq(shrunk.workload.operation_count, 3);
  pc_shrunk_free(&shrunk);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(explore_updates, a_soak_goes_through_its_updates_again_and_again) {
  struct lab lab;
  struct lab_run run;
  open_norkv(&lab, norkv(), FEW_PUTS "update alignment=32\nput a 05\nupdate redundancy=2\nput d 06\nmaintain full\n");
  lab.plan.cuts = PC_CUTS_SOAK;
  lab.plan.count = 3000;
  lab.plan.consecutive = 2;
  explore(&lab, &run);
  cr_expect_eq(run.result.violations, 0, "%s", run.violations[0].violation.actual);
  cr_expect_geq(run.result.cuts, 3000);
  lab_run_free(&run);
  lab_close(&lab);
}

Test(explore_updates, an_update_that_the_store_refuses_is_bad_input) {
  struct lab lab;
  struct lab_run run = {.jobs = 1};
  open_norkv(&lab, norkv(), "put a 01\nupdate redundancy=99\nput b 02\n");
  lab_explore(&lab, &run);
  cr_expect_eq(run.outcome, PC_BAD_INPUT);
  cr_expect_not_null(strstr(run.error.message, "norkv refuses its setup: '99' is no value of redundancy"), "%s",
                     run.error.message);
  lab_run_free(&run);
  lab_close(&lab);
}
