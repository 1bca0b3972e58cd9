#include "run_group.h"

#include <inttypes.h>
#include <stdlib.h>

#include "guarantees.h"
#include "interrupt.h"
#include "output.h"
#include "powercut/ledger_gate.h"

struct group {
  const struct pc_run_plan *plan;
  struct pc_matrix matrix;
  struct pc_override *settings; /* of the combination at hand */
  struct pc_ledger *ledger;
  int64_t id; /* 0: no run was made yet */
  struct pc_guarantee_table guarantees;
  json_t *list;
  size_t done, violated; /* combinations */
  bool interrupted;
};

/* A group of one run prints all of it. */
static bool is_single(const struct group *group) {
  return group->matrix.combinations == 1;
}

static struct pc_run run_of(const struct group *group, size_t index) {
  pc_matrix_combination(&group->matrix, index, group->settings);
  return (struct pc_run){.plan = group->plan,
                         .settings = group->settings,
                         .setting_count = group->matrix.variation_count,
                         .ledger = group->ledger,
                         .members = group->matrix.combinations,
                         .group = group->id};
}

static enum pc_result check_all(const struct group *group, struct pc_error *error) {
  enum pc_result err = PC_OK;
  for (size_t i = 0; !err && i < group->matrix.combinations; i++) {
    struct pc_run run = run_of(group, i);
    err = pc_run_open(&run, error);
    if (!err) {
      pc_run_close(&run);
    }
  }
  return err;
}

static const char *verdict_of(const struct pc_exploration_result *result) {
  return result->violations > 0 ? "VIOLATED" : result->interrupted ? "INTERRUPTED" : "HELD";
}

static void print_line_heading(void) {
  (void)printf("%6s  %-11s  %12s  %12s  %10s  %9s  %s\n", "run", "verdict", "cuts", "recoveries", "violations",
               "seconds", "combination");
}

/* The invariants that failed, and where the first of them is replayed. */
static void add_findings(const struct pc_run *run, struct pc_buffer *text) {
  const char *file = NULL;
  pc_buffer_print(text, "        ");
  for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
    const struct pc_finding *finding = &run->findings.first[i];
    if (finding->found) {
      pc_buffer_print(text, "%s ", pc_invariant_info((enum pc_invariant)i)->name);
      file = file == NULL ? finding->file : file;
    }
  }
  if (file != NULL) {
    pc_buffer_print(text, "(powercut replay ");
    pc_buffer_text(text, file);
    pc_buffer_print(text, ")");
  }
  pc_buffer_print(text, "\n");
}

/* One line for one of several runs, and one for what failed in it. */
static enum pc_result print_line(const struct pc_run *run, struct pc_error *error) {
  const struct pc_exploration_result *result = &run->result;
  struct pc_buffer text = {0};
  pc_buffer_print(&text, "%6" PRId64 "  %-11s  %12" PRIu64 "  %12" PRIu64 "  %10" PRIu64 "  %9.2f  ",
                  run->findings.run_id, verdict_of(result), result->cuts, result->recoveries, result->violations,
                  run->seconds);
  pc_run_settings_text(run->settings, run->setting_count, &text);
  pc_buffer_print(&text, "\n");
  if (run->findings.count > 0) {
    add_findings(run, &text);
  }
  enum pc_result err = pc_output_buffer(stdout, &text, error);
  (void)fflush(stdout); /* the next one takes its time; errors are told at exit */
  return err;
}

static json_t *json_of_settings(const struct pc_run *run) {
  json_t *settings = json_object();
  int failed = 0;
  for (size_t i = 0; i < run->setting_count; i++) {
    failed |= json_object_set_new(settings, run->settings[i].path, pc_json_text(run->settings[i].value));
  }
  return pc_json_complete(settings, failed);
}

static json_t *json_of_guarantees(const struct pc_exploration_result *result) {
  json_t *list = json_array();
  int failed = 0;
  for (size_t i = 0; i < (size_t)PC_FAULT_COUNT * PC_MAX_DEPTH; i++) {
    const struct pc_guarantee *cell = &result->guarantees[i / PC_MAX_DEPTH][i % PC_MAX_DEPTH];
    if (cell->held + cell->detected + cell->lost > 0) {
      const char *verdict = cell->lost > 0 ? "lost" : cell->detected > 0 ? "detected" : "holds";
      failed |= json_array_append_new(
          list,
          json_pack("{s:s, s:i, s:s, s:o, s:o, s:o}", "fault", pc_fault_class((enum pc_fault)(i / PC_MAX_DEPTH))->name,
                    "depth", (int)(i % PC_MAX_DEPTH) + 1, "verdict", verdict, "held", pc_json_count(cell->held),
                    "detected", pc_json_count(cell->detected), "lost", pc_json_count(cell->lost)));
    }
  }
  return pc_json_complete(list, failed);
}

static enum pc_result add_json(struct group *group, const struct pc_run *run, struct pc_error *error) {
  const struct pc_run_report report = pc_run_report(run);
  json_t *object = pc_run_json(&report);
  if (object == NULL) {
    return pc_fail_memory(error);
  }
  int failed = json_object_set_new(object, "group_id", json_integer((json_int_t)group->id));
  failed |= json_object_set_new(object, "settings", json_of_settings(run));
  failed |= json_object_set_new(object, "guarantees", json_of_guarantees(&run->result));
  failed |= json_array_append_new(group->list, pc_json_complete(object, failed));
  return failed == 0 ? PC_OK : pc_fail_memory(error);
}

static enum pc_result print_run(struct group *group, const struct pc_run *run, struct pc_error *error) {
  const struct pc_run_report report = pc_run_report(run);
  if (group->matrix.variation_count == 0 && group->plan->json) {
    return pc_output_json(pc_run_json(&report), error);
  }
  if (group->plan->json) {
    return add_json(group, run, error);
  }
  return is_single(group) ? pc_run_print_text(&report, error) : print_line(run, error);
}

static enum pc_result run_one(struct group *group, size_t index, struct pc_error *error) {
  struct pc_run run = run_of(group, index);
  enum pc_result err = pc_run_open(&run, error);
  if (err) {
    return err;
  }
  err = pc_run_explore(&run, error);
  if (group->id == 0) {
    group->id = run.group != 0 ? run.group : run.findings.run_id;
  }
  if (!err) {
    group->done++;
    group->violated += run.result.violations > 0;
    group->interrupted |= run.result.interrupted;
    err = print_run(group, &run, error);
  }
  if (!err) {
    err = pc_guarantees_add(&group->guarantees, run.settings, run.setting_count, &run.result, error);
  }
  pc_run_close(&run);
  return err;
}

static enum pc_result print_end(const struct group *group, struct pc_error *error) {
  size_t all = group->matrix.combinations;
  enum pc_result err = pc_guarantees_print(&group->guarantees, error);
  (void)printf("\nThe runs are group %" PRId64 " of the database: views v_guarantees and v_run_settings.\n", group->id);
  if (group->interrupted) {
    (void)printf("INTERRUPTED: %zu of %zu combinations were begun; what was done is kept.\n", group->done, all);
  }
  if (group->violated > 0) {
    (void)printf("VIOLATED: in %zu of %zu combinations\n", group->violated, all);
  } else if (!group->interrupted) {
    (void)printf("HELD: every invariant, in all of %zu combinations.\n", all);
  }
  return err;
}

static enum pc_result run_all(struct group *group, struct pc_error *error) {
  bool lines = !is_single(group) && !group->plan->json;
  enum pc_result err = PC_OK;
  if (lines) {
    print_line_heading();
  }
  for (size_t i = 0; !err && i < group->matrix.combinations && !group->interrupted; i++) {
    err = run_one(group, i, error);
    group->interrupted |= pc_interrupted() && i + 1 < group->matrix.combinations;
  }
  if (!err && lines) {
    err = print_end(group, error);
  }
  if (!err && group->plan->json && group->matrix.variation_count > 0) {
    err = pc_output_json(json_incref(group->list), error);
  }
  return err;
}

static enum pc_result run_in_ledger(struct group *group, struct pc_error *error) {
  enum pc_result err = check_all(group, error);
  if (!err) {
    const char *database = group->plan->given.database;
    err = group->plan->resume ? pc_ledger_open_filled(&group->ledger, database, error)
                              : pc_ledger_open(&group->ledger, database, error);
  }
  if (!err) {
    err = run_all(group, error);
  }
  pc_ledger_close(group->ledger);
  return err;
}

enum pc_result pc_run_group(const struct pc_run_plan *plan, enum pc_exit *status, struct pc_error *error) {
  static const struct pc_vary none = {0};
  struct group group = {.plan = plan, .list = json_array()};
  if (group.list == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result err = pc_matrix_load(plan->given.scenario, &plan->given.options, &none, &group.matrix, error);
  if (!err) {
    group.settings = calloc(group.matrix.variation_count + 1, sizeof *group.settings);
    err = group.settings == NULL ? pc_fail_memory(error) : run_in_ledger(&group, error);
  }
  *status = group.violated > 0 ? PC_EXIT_VIOLATED : group.interrupted ? PC_EXIT_ENVIRONMENT : PC_EXIT_HELD;
  pc_guarantees_free(&group.guarantees);
  json_decref(group.list);
  free(group.settings);
  pc_matrix_free(&group.matrix);
  return err;
}
