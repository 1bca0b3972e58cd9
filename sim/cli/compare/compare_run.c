/* Carrying out a comparison: every combination is checked, entered, run and kept. */
#include <stdlib.h>

#include "compare.h"
#include "interrupt.h"
#include "output.h"
#include "run_entry.h"

static enum pc_result open_one(const struct pc_comparison *comparison, struct pc_compared *run, size_t index,
                               struct pc_error *error) {
  run->settings = calloc(comparison->matrix.variation_count + 1, sizeof *run->settings);
  if (run->settings == NULL) {
    return pc_fail_memory(error);
  }
  pc_matrix_combination(&comparison->matrix, index, run->settings);
  struct pc_scenario_options options = comparison->plan->given.options;
  options.settings = run->settings;
  options.setting_count = comparison->matrix.variation_count;
  enum pc_result err = pc_scenario_load(comparison->plan->given.scenario, &options, &run->scenario, error);
  if (!err) {
    err = pc_subject_open(&run->opened, &run->scenario, error);
  }
  if (!err && comparison->plan->until_worn && run->scenario.profile.endurance == 0) {
    err = pc_fail(error, PC_BAD_INPUT, "%s: %s tells no endurance: nothing of it is ever worn", run->scenario.path,
                  run->scenario.profile.name);
  }
  if (!err && run->scenario.fault_count > 0) {
    err = pc_fail(error, PC_BAD_INPUT, "%s: a comparison has no faults without a cut: leave `faults' out",
                  run->scenario.path);
  }
  return pc_name_combination(run->settings, comparison->matrix.variation_count, err, error);
}

/* Every combination, before anything is written. */
static enum pc_result open_all(struct pc_comparison *comparison, struct pc_error *error) {
  size_t count = comparison->matrix.combinations;
  comparison->runs = calloc(count, sizeof *comparison->runs);
  if (comparison->runs == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result err = PC_OK;
  for (size_t i = 0; !err && i < count; i++) {
    comparison->opened++;
    err = open_one(comparison, &comparison->runs[i], i, error);
  }
  return err;
}

static void close_all(struct pc_comparison *comparison) {
  for (size_t i = 0; i < comparison->opened; i++) {
    struct pc_compared *run = &comparison->runs[i];
    pc_wear_free(&run->result);
    pc_subject_close(&run->opened);
    pc_scenario_free(&run->scenario);
    free(run->settings);
  }
  free(comparison->runs);
  pc_matrix_free(&comparison->matrix);
}

struct entering {
  struct pc_ledger *ledger;
  int64_t *run_id;
};

static enum pc_result enter(void *context, struct pc_run_info *info, struct pc_error *error) {
  const struct entering *entering = context;
  return pc_ledger_begin_run(entering->ledger, info, entering->run_id, error);
}

static enum pc_result enter_all(struct pc_comparison *comparison, struct pc_error *error) {
  enum pc_result err = PC_OK;
  for (size_t i = 0; !err && i < comparison->opened; i++) {
    struct pc_compared *run = &comparison->runs[i];
    struct entering entering = {.ledger = comparison->ledger, .run_id = &run->run_id};
    const struct pc_run_entry entry = {.scenario = &run->scenario,
                                       .opened = &run->opened,
                                       .group = i > 0 ? comparison->runs[0].run_id : 0,
                                       .command = comparison->plan->command,
                                       .settings = run->settings,
                                       .setting_count = comparison->matrix.variation_count,
                                       .enter = enter,
                                       .context = &entering};
    err = pc_run_enter(&entry, error);
  }
  return err;
}

static enum pc_result on_done(void *context, size_t index, struct pc_wear_result *result, struct pc_error *error) {
  struct pc_comparison *comparison = context;
  struct pc_compared *run = &comparison->runs[index];
  run->done = true;
  run->result = *result;
  comparison->interrupted |= result->counts.interrupted;
  return pc_ledger_end_wear(comparison->ledger, run->run_id, result, run->scenario.wear.cut_every, error);
}

static void on_progress(void *context, size_t done, uint64_t operations) {
  struct pc_comparison *comparison = context;
  pc_progress_compare(&comparison->progress, done, comparison->opened, operations);
}

static bool on_stop(void *context) {
  struct pc_comparison *comparison = context;
  comparison->interrupted |= pc_interrupted();
  return comparison->interrupted;
}

static uint64_t operations_of(const struct pc_comparison *comparison, const struct pc_scenario *scenario) {
  uint64_t first = scenario->generated ? scenario->generator.static_keys : 0;
  if (comparison->plan->operations > 0) {
    return first + comparison->plan->operations;
  }
  if (comparison->plan->until_worn) {
    return PC_WEAR_LONGEST;
  }
  return scenario->generated ? first + scenario->generator.operations : scenario->workload.operation_count;
}

static enum pc_result run_all(struct pc_comparison *comparison, struct pc_error *error) {
  struct pc_wear_job *jobs = calloc(comparison->opened, sizeof *jobs);
  if (jobs == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t i = 0; i < comparison->opened; i++) {
    const struct pc_compared *run = &comparison->runs[i];
    jobs[i] = (struct pc_wear_job){.subject = &run->opened.subject,
                                   .generator = run->scenario.generated ? &run->scenario.generator : NULL,
                                   .workload = &run->scenario.workload,
                                   .power = &run->scenario.plan,
                                   .operations = operations_of(comparison, &run->scenario),
                                   .until_worn = comparison->plan->until_worn,
                                   .cut_every = run->scenario.wear.cut_every};
  }
  const struct pc_wear_observer observer = {.jobs = comparison->plan->given.jobs,
                                            .context = comparison,
                                            .done = on_done,
                                            .progress = on_progress,
                                            .stop = on_stop};
  pc_progress_begin(&comparison->progress);
  enum pc_result err = pc_wear_run(jobs, comparison->opened, &observer, error);
  pc_progress_end(&comparison->progress);
  free(jobs);
  return err;
}

static enum pc_exit exit_of(const struct pc_comparison *comparison) {
  for (size_t i = 0; i < comparison->opened; i++) {
    if (comparison->runs[i].done && comparison->runs[i].result.failure.found) {
      return PC_EXIT_VIOLATED;
    }
  }
  return comparison->interrupted ? PC_EXIT_ENVIRONMENT : PC_EXIT_HELD;
}

static enum pc_result compare_in_ledger(struct pc_comparison *comparison, struct pc_error *error) {
  enum pc_result err = pc_ledger_open(&comparison->ledger, comparison->plan->given.database, error);
  if (err) {
    return err;
  }
  err = enter_all(comparison, error);
  if (!err) {
    err = run_all(comparison, error);
  }
  pc_ledger_close(comparison->ledger);
  if (!err) {
    err = comparison->plan->json ? pc_comparison_print_json(comparison, error)
                                 : pc_comparison_print_text(comparison, error);
  }
  return err;
}

enum pc_result pc_compare(const struct pc_compare_plan *plan, enum pc_exit *status, struct pc_error *error) {
  struct pc_comparison comparison = {.plan = plan};
  enum pc_result err =
      pc_matrix_load(plan->given.scenario, &plan->given.options, &plan->vary, &comparison.matrix, error);
  if (!err) {
    err = open_all(&comparison, error);
  }
  if (!err) {
    err = compare_in_ledger(&comparison, error);
  }
  *status = exit_of(&comparison);
  close_all(&comparison);
  return err;
}
