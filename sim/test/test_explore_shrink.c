/* Shrinking: to the smallest that is known, for the same invariant, and for stores that bring their process down. */
#include <string.h>

#include "powercut/shrink.h"
#include "test_explore_help.h"
#include "test_explore_stores.h"

/* The workload as a trace. */
static const char *trace_of(const struct pc_workload *workload) {
  static struct pc_buffer text;
  pc_buffer_free(&text);
  pc_trace_write(workload, 0, workload->operation_count, &text);
  pc_buffer_append(&text, "", 1);
  cr_assert_not(text.failed);
  return (const char *)text.data;
}

static struct pc_shrink_order order_of(const struct lab *lab, const struct pc_violation *violation) {
  return (struct pc_shrink_order){.subject = &lab->subject,
                                  .workload = &lab->workload,
                                  .plan = &lab->plan,
                                  .path = &violation->path,
                                  .invariant = violation->invariant};
}

static void shrink(const struct pc_shrink_order *order, struct pc_shrunk *shrunk) {
  struct pc_error error = {{0}};
  cr_assert_eq(pc_shrink(order, shrunk, &error), PC_OK, "%s", error.message);
}

/* The last violation of the invariant that exploring hands on: the farthest from what is small. */
static struct pc_violation last_violation(const struct lab *lab, enum pc_invariant invariant) {
  struct lab_run run = {.jobs = 2};
  struct pc_violation last = {0};
  bool found = false;
  lab_explore(lab, &run);
  cr_assert_eq(run.outcome, PC_OK, "%s", run.error.message);
  for (size_t i = 0; i < run.violation_count; i++) {
    if (run.violations[i].violation.invariant == invariant) {
      last = run.violations[i].violation;
      found = true;
    }
  }
  cr_assert(found, "no violation of %s", pc_invariant_info(invariant)->name);
  lab_run_free(&run);
  return last;
}

/* What was made of it, replayed alone, violates the same invariant. */
static void expect_shown(const struct lab *lab, const struct pc_shrunk *shrunk, enum pc_invariant invariant) {
  struct lab small = *lab;
  cr_assert(shrunk->shown);
  cr_expect(shrunk->complete);
  cr_expect_eq(shrunk->violation.invariant, invariant);
  cr_expect_leq(shrunk->attempts, PC_SHRINK_ATTEMPTS);
  small.workload = shrunk->workload;
  small.plan = shrunk->plan;
  small.subject.profile = &lab->profile;
  cr_expect(lab_replay(&small, &shrunk->violation.path) & 1u << invariant);
}

/* Expects the trace, and one cut of this class in its flash operation. */
static void expect_shrunk(const struct lab *lab, enum pc_invariant invariant, const char *trace, struct pc_cut cut) {
  struct pc_violation violation = last_violation(lab, invariant);
  struct pc_shrink_order order = order_of(lab, &violation);
  struct pc_shrunk shrunk;
  shrink(&order, &shrunk);
  expect_shown(lab, &shrunk, invariant);
  cr_expect_str_eq(trace_of(&shrunk.workload), trace);
  cr_assert_eq(shrunk.violation.path.depth, 1);
  cr_expect_eq(shrunk.violation.path.cuts[0].flash_operation, cut.flash_operation);
  cr_expect_eq(shrunk.violation.path.cuts[0].fault, cut.fault);
  cr_expect_eq(shrunk.violation.path.cuts[0].variant, cut.variant);
  pc_shrunk_free(&shrunk);
}

/* Without a checksum a torn entry is taken for a whole one: one put is enough. */
Test(explore_shrink, finds_the_one_operation_that_is_enough) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 4, 60, 7);
  lab_set(&lab, "checksum", "none");
  for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
    lab.plan.faults[fault] = true;
  }
  lab.plan.depth = 2;
  struct pc_violation violation = last_violation(&lab, PC_ATOMIC);
  cr_assert_gt(violation.operation, 0);
  struct pc_shrink_order order = order_of(&lab, &violation);
  struct pc_shrunk shrunk, again;
  shrink(&order, &shrunk);
  expect_shown(&lab, &shrunk, PC_ATOMIC);
  cr_expect_str_eq(trace_of(&shrunk.workload), "put a 01\n");
  cr_expect_eq(shrunk.violation.path.depth, 1);
  cr_expect_eq(shrunk.violation.path.cuts[0].flash_operation, 0);
  cr_expect_eq(shrunk.violation.path.cuts[0].fault, PC_FAULT_PREFIX);
  cr_expect_eq(shrunk.plan.depth, 1);
  shrink(&order, &again);
  cr_expect_eq(again.attempts, shrunk.attempts);
  cr_expect_arr_eq(again.violation.path.cuts, shrunk.violation.path.cuts, sizeof again.violation.path.cuts[0]);
  cr_expect_str_eq(again.violation.actual, shrunk.violation.actual);
  pc_shrunk_free(&again);
  pc_shrunk_free(&shrunk);
  lab_close(&lab);
}

/* The store does its worst while the key w has a value of one byte, and recovery has something to mend. */
static void open_w(struct lab *lab, const char *does) {
  lab_open(lab, &lab_spoilt, 4,
           "put k0 00\nput k1 01\nput w 010203\nreboot\nput k0 02\ndelete k1\nput w 77\nget k0\nput k2 0506\n"
           "maintain partial\nput k2 0708090a\nput k0 0b\n");
  lab->profile.program_unit = 16;
  lab->plan.faults[PC_FAULT_BETWEEN_OPS] = lab->plan.faults[PC_FAULT_PREFIX] = true;
  lab_set(lab, "does", does);
  lab_set(lab, "when", "w");
}

static void expect_w(const char *does, const char *trace, uint32_t flash_operation) {
  struct lab lab;
  open_w(&lab, does);
  expect_shrunk(&lab, PC_MOUNTABLE, trace,
                (struct pc_cut){.flash_operation = flash_operation, .fault = PC_FAULT_PREFIX});
  lab_close(&lab);
}

/* Two operations are needed, one key's name and one value's size; all else goes. */
Test(explore_shrink, shrinks_a_crash) {
  expect_w("crashes", "put w 01\nput k2 -\n", 1);
}

Test(explore_shrink, shrinks_an_exit) {
  expect_w("exits", "put w 01\nput k2 -\n", 1);
}

Test(explore_shrink, shrinks_a_hang) {
  expect_w("hangs", "put w 01\nput k2 -\n", 1);
}

Test(explore_shrink, shrinks_what_overruns_its_memory) {
  expect_w("overruns", "put w 01\nput k2 -\n", 1);
}

/* A put of 02 is acknowledged and not written: no cut is needed. */
Test(explore_shrink, shrinks_what_needs_no_cut) {
  struct lab lab;
  lab_open(&lab, &lab_single, 2, "put a 01\nput a 03\nget a\ndelete a\nput a 04\nput a 02\nget a\nput a 05\n");
  lab.plan.faults[PC_FAULT_BETWEEN_OPS] = true;
  struct pc_violation violation = last_violation(&lab, PC_DURABLE);
  violation.path.depth = 0;
  struct pc_shrink_order order = order_of(&lab, &violation);
  struct pc_shrunk shrunk;
  shrink(&order, &shrunk);
  expect_shown(&lab, &shrunk, PC_DURABLE);
  cr_expect_str_eq(trace_of(&shrunk.workload), "put a 02\n");
  cr_expect_eq(shrunk.violation.path.depth, 0);
  pc_shrunk_free(&shrunk);
  lab_close(&lab);
}

/* What shows only when the store goes on after the recovery: what it takes of that becomes part of the workload. */
Test(explore_shrink, shrinks_what_an_aftermath_found) {
  struct lab lab;
  lab_open(
      &lab, &lab_naive, 2,
      "put a 01\nput b 02\nput c 03\nput a 04\nput b 05\nput a 06\ndelete c\nput b 07\nput a 08\nput b 09\nput a 0a\n"
      "put b 0b\nput c 0c\nput a 0d\nput b 0e\ndelete c\nput a 0f\n");
  lab_set(&lab, "looks", "0");
  lab.plan.faults[PC_FAULT_PREFIX] = true;
  lab.plan.limit = 64;
  lab.plan.aftermath = 1;
  struct pc_violation violation = last_violation(&lab, PC_DEVICE_CONTRACT);
  struct pc_shrink_order order = order_of(&lab, &violation);
  struct pc_shrunk shrunk;
  shrink(&order, &shrunk);
  expect_shown(&lab, &shrunk, PC_DEVICE_CONTRACT);
  /* As many as fill a sector, whose erase is cut, and then the other one. */
  cr_expect_leq(shrunk.workload.operation_count, 24, "%s", trace_of(&shrunk.workload));
  cr_expect_eq(shrunk.plan.aftermath, 0);
  cr_expect_leq(shrunk.plan.count, 1);
  pc_shrunk_free(&shrunk);
  lab_close(&lab);
}

/* A path that was drawn, or at a place that was named, is looked for everywhere. */
Test(explore_shrink, shrinks_what_was_drawn_or_named) {
  struct lab lab;
  open_w(&lab, "crashes");
  struct pc_violation violation = last_violation(&lab, PC_MOUNTABLE);
  struct pc_shrink_order order = order_of(&lab, &violation);
  const uint32_t places[] = {violation.path.cuts[0].flash_operation};
  struct pc_shrunk shrunk;
  for (int i = 0; i < 2; i++) {
    lab.plan.cuts = i == 0 ? PC_CUTS_SAMPLE : PC_CUTS_AT;
    lab.plan.count = i == 0 ? 3 : 0;
    lab.plan.places = i == 0 ? NULL : places;
    lab.plan.place_count = i == 0 ? 0 : 1;
    shrink(&order, &shrunk);
    cr_assert(shrunk.shown);
    cr_expect_str_eq(trace_of(&shrunk.workload), "put w 01\nput k2 -\n");
    cr_expect_eq(shrunk.plan.cuts, PC_CUTS_EVERY_WRITE);
    pc_shrunk_free(&shrunk);
  }
  lab_close(&lab);
}

/* What a soak found after many cuts takes one only. */
Test(explore_shrink, leaves_out_the_cuts_of_a_soak) {
  struct lab lab;
  lab_open_generated(&lab, pc_store_named("norkv"), 4, 40, 9);
  lab_set(&lab, "checksum", "none");
  lab.plan.faults[PC_FAULT_PREFIX] = true;
  lab.plan.cuts = PC_CUTS_SOAK;
  lab.plan.count = 2000;
  lab.plan.consecutive = 1;
  struct pc_violation violation = last_violation(&lab, PC_ATOMIC);
  struct pc_shrink_order order = order_of(&lab, &violation);
  struct pc_shrunk shrunk;
  shrink(&order, &shrunk);
  expect_shown(&lab, &shrunk, PC_ATOMIC);
  cr_expect_eq(shrunk.plan.cuts, PC_CUTS_EVERY_WRITE);
  cr_expect_leq(shrunk.workload.operation_count, 2);
  cr_expect_eq(shrunk.violation.path.life, 0);
  pc_shrunk_free(&shrunk);
  lab_close(&lab);
}

/* The path is followed, and shows nothing. */
Test(explore_shrink, makes_nothing_of_what_shows_nothing) {
  struct lab lab;
  open_w(&lab, "nothing");
  struct pc_violation violation = {.invariant = PC_MOUNTABLE,
                                   .path = {.depth = 1, .cuts = {{.flash_operation = 1, .fault = PC_FAULT_PREFIX}}}};
  struct pc_shrink_order order = order_of(&lab, &violation);
  struct pc_shrunk shrunk;
  shrink(&order, &shrunk);
  cr_expect_not(shrunk.shown);
  cr_expect_eq(shrunk.attempts, 1);
  pc_shrunk_free(&shrunk);
  lab_close(&lab);
}

Test(explore_shrink, refuses_a_path_that_is_not_there) {
  struct lab lab;
  open_w(&lab, "nothing");
  struct pc_violation violation = {.path = {.depth = 1, .cuts = {{.flash_operation = 4000}}}};
  struct pc_shrink_order order = order_of(&lab, &violation);
  struct pc_shrunk shrunk;
  struct pc_error error = {{0}};
  cr_expect_eq(pc_shrink(&order, &shrunk, &error), PC_BAD_INPUT);
  cr_expect_not_null(strstr(error.message, "4000"), "%s", error.message);
  pc_shrunk_free(&shrunk);
  lab_close(&lab);
}

static bool stop_at_third(void *context) {
  uint32_t *asked = context;
  return ++*asked > 3;
}

Test(explore_shrink, can_be_stopped) {
  struct lab lab;
  open_w(&lab, "crashes");
  struct pc_violation violation = last_violation(&lab, PC_MOUNTABLE);
  uint32_t asked = 0;
  const struct pc_observer observer = {.context = &asked, .stop = stop_at_third};
  struct pc_shrink_order order = order_of(&lab, &violation);
  struct pc_shrunk shrunk;
  order.observer = &observer;
  shrink(&order, &shrunk);
  cr_expect(shrunk.interrupted);
  cr_expect_not(shrunk.shown);
  cr_expect_not(shrunk.complete);
  pc_shrunk_free(&shrunk);
  lab_close(&lab);
}
