/* A bench: a store on a small device, with the model and the checks beside it, without exploring. */
#ifndef TEST_MODEL_HELP_H
#define TEST_MODEL_HELP_H

#include <criterion/criterion.h>
#include <string.h>

#include "powercut/model.h"
#include "test_explore_help.h"

struct bench {
  struct lab lab; /* what is tried: its device, store and workload */
  struct pc_device *device;
  struct pc_target target;
  struct pc_model model;
  struct pc_checker *checker;
  struct pc_report report; /* of what was done last */
};

/* On `sectors` of 128 bytes. The bench must stay where it is. The store isn't started. */
static inline void bench_open(struct bench *bench, const struct pc_store *store, uint32_t sectors, const char *trace) {
  struct pc_error error = {{0}};
  memset(bench, 0, sizeof *bench);
  lab_open(&bench->lab, store, sectors, trace);
  cr_assert_eq(pc_device_create(&bench->device, &bench->lab.profile, sectors, &error), PC_OK, "%s", error.message);
  cr_assert_eq(pc_target_open(&bench->target, store, bench->device, bench->lab.parameters, store->parameter_count,
                              bench->lab.workload.key_count + 1, &error),
               PC_OK, "%s", error.message);
  cr_assert_eq(pc_model_open(&bench->model, &bench->lab.workload, &bench->target, &error), PC_OK);
  cr_assert_eq(pc_checker_open(&bench->checker, &bench->target, &bench->lab.workload, &error), PC_OK, "%s",
               error.message);
}

static inline void bench_close(struct bench *bench) {
  pc_checker_close(bench->checker);
  pc_model_close(&bench->model);
  pc_target_close(&bench->target);
  pc_device_destroy(bench->device);
  lab_close(&bench->lab);
}

/* Runs operation `index`; the report is of it. */
static inline enum pc_status bench_run(struct bench *bench, uint32_t index) {
  const struct pc_operation *operation = &bench->lab.workload.operations[index];
  struct pc_error error;
  pc_report_clear(&bench->report);
  cr_assert_eq(pc_run_operation(bench->checker, &bench->model, operation, &bench->report, &error), PC_OK);
  return bench->report.answer;
}

static inline void bench_start(struct bench *bench) {
  cr_assert_eq(pc_target_start(&bench->target), PC_STATUS_OK);
}

/* Starts, and runs all of the workload, which must be without a violation. */
static inline void bench_run_all(struct bench *bench) {
  bench_start(bench);
  for (uint32_t i = 0; i < bench->lab.workload.operation_count; i++) {
    (void)bench_run(bench, i);
    cr_assert_not(pc_report_failed(&bench->report), "operation %u", i);
  }
}

/* A recovery with nothing in flight; the report is of it. */
static inline void bench_recover(struct bench *bench) {
  struct pc_expectation expectation = {.model = &bench->model};
  struct pc_error error;
  size_t recovered;
  pc_report_clear(&bench->report);
  cr_assert_eq(pc_check_recovery(bench->checker, &expectation, &bench->report, &recovered, &error), PC_OK);
}

/* Expects the evidence of an invariant. `key` NULL: of no key. */
static inline void bench_expect(const struct bench *bench, enum pc_invariant invariant, const char *key,
                                const char *expected, const char *actual) {
  const struct pc_violation *violation = &bench->report.violations[invariant];
  cr_assert(bench->report.failed[invariant], "%s held", pc_invariant_info(invariant)->name);
  cr_expect(bench->report.checked[invariant]);
  cr_expect_eq(violation->invariant, invariant);
  cr_expect_eq(violation->has_key, key != NULL);
  if (key != NULL) {
    cr_expect(pc_bytes_equal(violation->key, (struct pc_bytes){(const uint8_t *)key, strlen(key)}), "key %.*s",
              (int)violation->key.size, (const char *)violation->key.data);
  }
  cr_expect_str_eq(violation->expected, expected);
  cr_expect_str_eq(violation->actual, actual);
}

#endif
