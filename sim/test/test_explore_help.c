#include "test_explore_help.h"

#include <stdlib.h>
#include <string.h>

static void open_subject(struct lab *lab, const struct pc_store *store, uint32_t sectors) {
  memset(lab, 0, sizeof *lab);
  lab->profile = (struct pc_profile){.name = "lab", .sector_size = 128, .program_unit = 1};
  lab->subject = (struct pc_subject){.profile = &lab->profile,
                                     .sectors = sectors,
                                     .store = store,
                                     .parameters = lab->parameters,
                                     .parameter_count = store->parameter_count};
  cr_assert_leq(store->parameter_count, LAB_MAX_PARAMETERS);
  for (size_t i = 0; i < store->parameter_count; i++) {
    lab->parameters[i] =
        (struct pc_parameter){.name = store->parameters[i].name, .value = store->parameters[i].fallback};
  }
  lab->plan = (struct pc_power_plan){.depth = 1, .samples = 2, .limit = 8, .seed = 1};
}

void lab_open(struct lab *lab, const struct pc_store *store, uint32_t sectors, const char *trace) {
  struct pc_error error = {{0}};
  open_subject(lab, store, sectors);
  struct pc_bytes text = {.data = (const uint8_t *)trace, .size = strlen(trace)};
  cr_assert_eq(pc_trace_parse("lab", text, &lab->workload, &error), PC_OK, "%s", error.message);
}

void lab_open_generated(struct lab *lab, const struct pc_store *store, uint32_t sectors, uint32_t operations,
                        uint64_t seed) {
  struct pc_error error = {{0}};
  struct pc_generator generator = {
      .operations = operations,
      .keys = 3,
      .key_size_min = 1,
      .key_size_max = 3,
      .value_size_max = 20,
      .mix = {[PC_PUT] = 70, [PC_DELETE] = 14, [PC_GET] = 6, [PC_MAINTAIN] = 5, [PC_REBOOT] = 5},
  };
  open_subject(lab, store, sectors);
  cr_assert_eq(pc_workload_generate(&generator, seed, &lab->workload, &error), PC_OK, "%s", error.message);
}

void lab_close(struct lab *lab) {
  pc_workload_free(&lab->workload);
}

void lab_set(struct lab *lab, const char *name, const char *value) {
  for (size_t i = 0; i < lab->subject.parameter_count; i++) {
    if (strcmp(lab->parameters[i].name, name) == 0) {
      lab->parameters[i].value = value;
      return;
    }
  }
  cr_assert_fail("the store takes no %s", name);
}

static enum pc_result keep(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct lab_run *run = context;
  if (run->violation_count + 1 == run->fail_after) {
    return pc_fail(error, PC_ENVIRONMENT, "enough");
  }
  run->violations = reallocarray(run->violations, run->violation_count + 1, sizeof *run->violations);
  cr_assert_not_null(run->violations);
  struct lab_violation *kept = &run->violations[run->violation_count++];
  memset(kept, 0, sizeof *kept);
  kept->violation = *violation;
  if (violation->has_key) {
    cr_assert_leq(violation->key.size, sizeof kept->key);
    memcpy(kept->key, violation->key.data, violation->key.size);
  }
  kept->violation.key.data = NULL;
  return PC_OK;
}

static void note_progress(void *context, uint64_t done, uint64_t total) {
  struct lab_run *run = context;
  run->went_back = run->went_back || done < run->done || (run->progress_count > 0 && total != run->total);
  run->done = done;
  run->total = total;
  run->progress_count++;
}

static bool should_stop(void *context) {
  const struct lab_run *run = context;
  return run->stop_after > 0 && run->progress_count >= run->stop_after;
}

void lab_explore(const struct lab *lab, struct lab_run *run) {
  struct pc_observer observer = {
      .jobs = run->jobs, .context = run, .violation = keep, .progress = note_progress, .stop = should_stop};
  run->outcome = pc_explore(&lab->subject, &lab->workload, &lab->plan, &observer, &run->result, &run->error);
}

void lab_run_free(struct lab_run *run) {
  free(run->violations);
  pc_exploration_free(&run->result);
  *run = (struct lab_run){0};
}

static void expect_same_counts(const struct pc_exploration_result *a, const struct pc_exploration_result *b) {
  cr_expect_eq(a->operations, b->operations);
  cr_expect_eq(a->flash_operations, b->flash_operations);
  cr_expect_eq(a->cuts, b->cuts, "%lu and %lu cuts", a->cuts, b->cuts);
  cr_expect_eq(a->recoveries, b->recoveries, "%lu and %lu recoveries", a->recoveries, b->recoveries);
  cr_expect_eq(a->aftermaths, b->aftermaths);
  cr_expect_eq(a->deduplicated, b->deduplicated);
  cr_expect_eq(a->violations, b->violations, "%lu and %lu violations", a->violations, b->violations);
  cr_expect_eq(a->put_bytes, b->put_bytes);
  cr_expect_eq(a->interrupted, b->interrupted);
  cr_expect_arr_eq(a->baseline, b->baseline, sizeof a->baseline);
  cr_expect_arr_eq(a->checks, b->checks, sizeof a->checks);
  cr_assert_eq(a->wear_count, b->wear_count);
  for (uint32_t i = 0; i < a->wear_count; i++) {
    cr_expect_eq(a->wear[i].erases, b->wear[i].erases);
    cr_expect_eq(a->wear[i].programmed_bytes, b->wear[i].programmed_bytes);
  }
}

void lab_expect_same_violation(const struct lab_violation *a, const struct lab_violation *b) {
  const struct pc_violation *left = &a->violation, *right = &b->violation;
  cr_expect_eq(left->invariant, right->invariant);
  cr_expect_eq(left->operation, right->operation);
  cr_expect_eq(left->path.depth, right->path.depth);
  cr_expect_arr_eq(left->path.cuts, right->path.cuts, left->path.depth * sizeof left->path.cuts[0]);
  cr_expect_str_eq(left->expected, right->expected);
  cr_expect_str_eq(left->actual, right->actual);
  cr_expect_eq(left->has_key, right->has_key);
  cr_expect_eq(left->key.size, right->key.size);
  cr_expect_arr_eq(a->key, b->key, sizeof a->key);
}

void lab_expect_same(const struct lab_run *a, const struct lab_run *b) {
  cr_expect_eq(a->outcome, b->outcome);
  expect_same_counts(&a->result, &b->result);
  cr_assert_eq(a->violation_count, b->violation_count, "%zu and %zu violations", a->violation_count,
               b->violation_count);
  for (size_t i = 0; i < a->violation_count; i++) {
    lab_expect_same_violation(&a->violations[i], &b->violations[i]);
    cr_expect_eq(a->violations[i].violation.count, b->violations[i].violation.count);
  }
}

uint64_t lab_failures(const struct lab_run *run, enum pc_invariant invariant) {
  uint64_t failures = run->result.baseline[invariant].failures;
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    for (size_t depth = 0; depth < PC_MAX_DEPTH; depth++) {
      failures += run->result.checks[fault][depth][invariant].failures;
    }
  }
  return failures;
}

static void note_failure(void *context, const struct pc_step *step) {
  uint32_t *failed = context;
  if (step->kind == PC_STEP_VIOLATION) {
    *failed |= 1u << step->violation->invariant;
  }
}

uint32_t lab_replay(const struct lab *lab, const struct pc_cut_path *path) {
  uint32_t failed = 0, violations = 0;
  struct pc_error error = {{0}};
  cr_assert_eq(pc_replay(&lab->subject, &lab->workload, &lab->plan, path, note_failure, &failed, &violations, &error),
               PC_OK, "%s", error.message);
  cr_expect_geq(violations, (uint32_t)__builtin_popcount(failed));
  return failed;
}
