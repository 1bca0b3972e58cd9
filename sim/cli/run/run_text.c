/* The summary of a run for people, who may read it at 3 a.m.: the verdict is the last line. */
#include <inttypes.h>
#include <stdio.h>

#include "output.h"
#include "run_report.h"
#include "table.h"

/* A count and its noun: "1 violation", "2 violations". */
static void add_counted(struct pc_buffer *text, uint64_t count, const char *noun) {
  pc_buffer_count(text, count);
  pc_buffer_print(text, " %s%s", noun, count == 1 ? "" : "s");
}

static void add_power(const struct pc_run_report *report, struct pc_buffer *text) {
  const struct pc_power_plan *plan = &report->scenario->plan;
  if (plan->depth == 0) {
    pc_buffer_print(text, "never cut: the baseline run alone");
    return;
  }
  switch (plan->cuts) {
    case PC_CUTS_EVERY_WRITE:
      pc_buffer_print(text, "cut at every flash operation");
      break;
    case PC_CUTS_AT:
      pc_buffer_print(text, "cut at %u flash operation%s", plan->place_count, plan->place_count == 1 ? "" : "s");
      break;
    case PC_CUTS_SOAK:
      pc_buffer_count(text, plan->count);
      if (plan->listed != NULL) {
        pc_buffer_print(text, " cut%s that %s listed", plan->count == 1 ? "" : "s", plan->count == 1 ? "is" : "are");
      } else {
        pc_buffer_print(text, " cuts at random moments, %u in a row", plan->consecutive);
      }
      break;
    case PC_CUTS_SAMPLE:
    case PC_CUTS_BY_TIME:
      pc_buffer_print(text, "cut at ");
      pc_buffer_count(text, plan->count);
      pc_buffer_print(text,
                      plan->cuts == PC_CUTS_SAMPLE ? " cut paths drawn by the seed" : " moments drawn by the seed");
      break;
  }
  pc_buffer_print(text, ", depth %u:", plan->depth);
  for (size_t i = 0; i < PC_FAULT_COUNT; i++) {
    if (plan->faults[i]) {
      pc_buffer_print(text, " %s", pc_fault_class((enum pc_fault)i)->name);
    }
  }
}

static bool knows_a_latency(const struct pc_exploration_result *result) {
  for (size_t i = 0; i < PC_LATENCY_COUNT; i++) {
    if (result->latencies[i].worst_us > 0) {
      return true;
    }
  }
  return false;
}

static void add_latencies(const struct pc_exploration_result *result, struct pc_buffer *text) {
  if (!knows_a_latency(result)) {
    pc_buffer_print(text, "\n  latency     not known: the profile tells no times\n  time        ");
    return;
  }
  const char *separator = "\n  latency     ";
  for (size_t i = 0; i < PC_LATENCY_COUNT; i++) {
    if (result->latencies[i].calls > 0) {
      pc_buffer_print(text, "%s%s ", separator, pc_latency_name((enum pc_latency_kind)i));
      pc_buffer_time(text, result->latencies[i].worst_us);
      separator = ", ";
    }
  }
  pc_buffer_print(text, " (the worst, by the part's maximum times)\n  erasing     ");
  if (result->typical_us > 0) {
    pc_buffer_print(text, "%.1f %% of the baseline's flash time\n  time        ",
                    100 * result->erasing_us / result->typical_us);
  } else {
    pc_buffer_print(text, "not known\n  time        ");
  }
}

/* A share as a percentage, with as many digits as tell something of a rare one. */
static void add_share(struct pc_buffer *text, double share) {
  pc_buffer_print(text, "%.3g %%", 100 * share);
}

/* What the draws say of all cuts, or of all moments. */
static void add_draws(const struct pc_run_report *report, struct pc_buffer *text) {
  const struct pc_exploration_result *result = report->result;
  struct pc_failure_rate rate = pc_failure_rate(result);
  bool by_time = report->scenario->plan.cuts == PC_CUTS_BY_TIME;
  pc_buffer_print(text, "\n  drawn       ");
  pc_buffer_count(text, result->drawn);
  if (by_time) {
    pc_buffer_print(text, " moments while the flash is busy\n  failing     ");
  } else {
    uint64_t first = result->drawn < result->population ? result->drawn : result->population;
    pc_buffer_print(text, " cut paths, which begin with ");
    add_share(text, result->population == 0 ? 0 : (double)first / (double)result->population);
    pc_buffer_print(text, " of the ");
    pc_buffer_count(text, result->population);
    pc_buffer_print(text, " first cuts\n  failing     ");
  }
  add_share(text, rate.rate);
  pc_buffer_print(text, " (95 %% confidence: ");
  add_share(text, rate.low);
  pc_buffer_print(text, " to ");
  add_share(text, rate.high);
  pc_buffer_print(text, by_time ? ") of the power losses in the field that hit a busy flash" : ") of the cut paths");
}

static void add_updates(const struct pc_workload *workload, struct pc_buffer *text) {
  uint32_t updates = 0;
  for (uint32_t i = 0; i < workload->operation_count; i++) {
    updates += workload->operations[i].update != NULL;
  }
  if (updates > 0) {
    pc_buffer_print(text, ", ");
    add_counted(text, updates, "update");
    pc_buffer_print(text, " of the store");
  }
}

/* What was found on flash before the first operation. */
static void add_image(const struct pc_scenario *scenario, struct pc_buffer *text) {
  uint32_t live = 0;
  if (scenario->image == NULL) {
    return;
  }
  for (uint32_t i = 0; i < scenario->workload.initial_count; i++) {
    live += scenario->workload.initial[i].live;
  }
  pc_buffer_print(text, "\n  image       ");
  pc_buffer_text(text, scenario->image_path != NULL ? scenario->image_path : "of the scenario");
  pc_buffer_print(text, ": ");
  add_counted(text, live, "key");
}

static enum pc_result print_facts(const struct pc_run_report *report, struct pc_error *error) {
  const struct pc_exploration_result *result = report->result;
  struct pc_buffer text = {0};
  pc_buffer_text(&text, report->scenario->name);
  pc_buffer_print(&text, "\n  device      ");
  pc_subject_device(report->subject, &text);
  add_image(report->scenario, &text);
  pc_buffer_print(&text, "\n  store       ");
  pc_subject_store(report->subject, &text);
  pc_buffer_print(&text, "\n  seed        %" PRIu64, report->scenario->plan.seed);
  pc_buffer_print(&text, "\n  workload    ");
  add_counted(&text, result->operations, "operation");
  pc_buffer_print(&text, ", ");
  add_counted(&text, result->flash_operations, "flash operation");
  add_updates(&report->scenario->workload, &text);
  if (!result->interrupted && result->operations < report->scenario->workload.operation_count) {
    pc_buffer_print(&text, "\n  ended       there, of %u operations: the store did not start",
                    report->scenario->workload.operation_count);
  }
  pc_buffer_print(&text, "\n  power       ");
  add_power(report, &text);
  if (report->shard.count > 0) {
    pc_buffer_print(&text, "\n  shard       %u of %u: the figures of cuts are its own", report->shard.number,
                    report->shard.count);
  }
  pc_buffer_print(&text, "\n  cuts        ");
  pc_buffer_count(&text, result->cuts);
  pc_buffer_print(&text, ": ");
  pc_buffer_count(&text, result->recoveries);
  pc_buffer_print(&text, " recoveries checked, ");
  pc_buffer_count(&text, result->deduplicated);
  pc_buffer_print(&text, " deduplicated (%s)\n  aftermaths  ",
                  pc_run_is_drawn(report) ? "drawn once more" : "the same state had been explored");
  pc_buffer_count(&text, result->aftermaths);
  pc_buffer_print(&text, " recoveries were followed by more operations and checked again\n  violations  ");
  pc_buffer_count(&text, result->violations);
  if (pc_run_is_drawn(report)) {
    add_draws(report, &text);
  }
  if (report->scenario->plan.cuts == PC_CUTS_SOAK && report->scenario->plan.listed == NULL) {
    pc_buffer_print(&text, "\n  soaked      ");
    add_counted(&text, result->soaked, "operation");
    pc_buffer_print(&text, " in lives of %u cuts, each from %s on", PC_SOAK_CUTS,
                    report->scenario->image != NULL ? "the image" : "blank flash");
  }
  add_latencies(result, &text);
  pc_buffer_print(&text, "%.2f s, ", report->seconds);
  pc_buffer_count(&text, (uint64_t)pc_run_rate(report));
  pc_buffer_print(&text, " recoveries/s\n  database    ");
  pc_buffer_text(&text, report->database);
  pc_buffer_print(&text, ", run %" PRId64 "\n\n", report->run_id);
  return pc_output_buffer(stdout, &text, error);
}

static void add_check(struct pc_table *table, const struct pc_check_count *count) {
  if (count->checks == 0) {
    pc_table_cell(table, "-");
    return;
  }
  if (count->failures > 0) {
    pc_buffer_print(&table->cells, "FAILED ");
    pc_buffer_count(&table->cells, count->failures);
    pc_buffer_print(&table->cells, " of ");
  }
  pc_table_count(table, count->checks);
}

/* The checks of an invariant after cuts of one class, at any depth. */
static struct pc_check_count sum_depths(const struct pc_exploration_result *result, size_t fault, size_t invariant) {
  struct pc_check_count sum = {0};
  for (size_t depth = 0; depth < PC_MAX_DEPTH; depth++) {
    sum.checks += result->checks[fault][depth][invariant].checks;
    sum.failures += result->checks[fault][depth][invariant].failures;
  }
  return sum;
}

static enum pc_result print_checks(const struct pc_run_report *report, struct pc_error *error) {
  const struct pc_power_plan *plan = &report->scenario->plan;
  struct pc_table table = {.columns = 2, .right = ~1u};
  pc_table_cell(&table, "checks");
  pc_table_cell(&table, "baseline");
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    if (plan->depth > 0 && plan->faults[fault]) {
      pc_table_cell(&table, "%s", pc_fault_class((enum pc_fault)fault)->name);
      table.columns++;
    }
  }
  for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
    pc_table_cell(&table, "%s", pc_invariant_info((enum pc_invariant)i)->name);
    add_check(&table, &report->result->baseline[i]);
    for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
      if (plan->depth > 0 && plan->faults[fault]) {
        struct pc_check_count sum = sum_depths(report->result, fault, i);
        add_check(&table, &sum);
      }
    }
  }
  return pc_table_print(&table, stdout, 2, error);
}

static void add_place(struct pc_buffer *text, const struct pc_violation *violation, uint64_t operations) {
  if (violation->operation >= operations) {
    pc_buffer_print(text, "after the last operation");
  } else {
    pc_buffer_print(text, "operation %u", violation->operation);
  }
  if (violation->path.depth == 0) {
    pc_buffer_print(text, ", without a cut");
  }
  for (uint32_t i = 0; i < violation->path.depth; i++) {
    const struct pc_cut *cut = &violation->path.cuts[i];
    pc_buffer_print(text, ", %sflash operation %u%s cut (%s)", i == 0 ? "" : "then ", cut->flash_operation,
                    i == 0 ? "" : " of the recovery", pc_fault_class(cut->fault)->name);
  }
}

static void add_finding(struct pc_buffer *text, const struct pc_run_report *report, const struct pc_finding *finding) {
  const struct pc_violation *violation = &finding->violation;
  pc_buffer_print(text, "  %s: ", pc_invariant_info(violation->invariant)->name);
  add_place(text, violation, report->scenario->workload.operation_count);
  pc_buffer_print(text, ", ");
  add_counted(text, violation->count, "time");
  if (violation->has_key) {
    pc_buffer_print(text, "\n    key       ");
    pc_buffer_key(text, violation->key);
  }
  pc_buffer_print(text, "\n    expected  ");
  pc_buffer_text(text, violation->expected);
  pc_buffer_print(text, "\n    actual    ");
  pc_buffer_text(text, violation->actual);
  if (finding->file != NULL) {
    pc_buffer_print(text, "\n    powercut replay ");
    pc_buffer_text(text, finding->file);
  }
  if (finding->operations > finding->operations_before) { /* what it took was in the aftermath */
    pc_buffer_print(text, "\n    shrunk, with its aftermath, to ");
    add_counted(text, finding->operations, "operation");
  } else if (finding->operations > 0) {
    pc_buffer_print(text, "\n    shrunk from ");
    add_counted(text, finding->operations_before, "operation");
    pc_buffer_print(text, " to ");
    pc_buffer_count(text, finding->operations);
  }
  enum pc_invariant like = pc_run_findings_like(report->findings, violation->invariant);
  if (like != violation->invariant) {
    pc_buffer_print(text, ", the same as for %s", pc_invariant_info(like)->name);
  }
  pc_buffer_print(text, "\n");
}

static enum pc_result print_findings(const struct pc_run_report *report, struct pc_error *error) {
  const struct pc_run_findings *findings = report->findings;
  struct pc_buffer text = {0};
  if (findings->count > 0) {
    pc_buffer_print(&text, "\nThe first violation of each invariant, of ");
    pc_buffer_count(&text, findings->count);
    pc_buffer_print(&text, " in view v_violations:\n");
  }
  for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
    if (findings->first[i].found) {
      add_finding(&text, report, &findings->first[i]);
    }
  }
  return pc_output_buffer(stdout, &text, error);
}

static bool has_failed(const struct pc_exploration_result *result, size_t invariant) {
  uint64_t failures = result->baseline[invariant].failures;
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    failures += sum_depths(result, fault, invariant).failures;
  }
  return failures > 0;
}

static const char *where_it_held(const struct pc_run_report *report) {
  if (report->result->cuts == 0) {
    return "in the baseline run; the power was not cut.";
  }
  if (report->shard.count > 0) {
    return "at every cut of this shard.";
  }
  return report->scenario->plan.cuts == PC_CUTS_EVERY_WRITE ? "at every cut." : "at every cut that was tried.";
}

/* What a reader of the verdict must know that says less than it seems to. */
static enum pc_result print_notes(const struct pc_run_report *report, struct pc_error *error) {
  const struct pc_exploration_result *result = report->result;
  const struct pc_acceptance *acceptance = &result->acceptance;
  struct pc_buffer text = {0};
  uint64_t erases = 0;
  for (uint32_t i = 0; i < result->wear_count; i++) {
    erases += result->wear[i].erases;
  }
  if (acceptance->refused > 0) {
    pc_buffer_print(&text, "\nnote: the store refused ");
    pc_buffer_count(&text, acceptance->refused);
    pc_buffer_print(&text, " of ");
    add_counted(&text, acceptance->puts, "put");
    pc_buffer_print(&text,
                    " (the last with %s): those checked nothing. It states keys of at most %zu bytes, values of at "
                    "most %zu.\n",
                    pc_status_text(acceptance->refusal), acceptance->max_key_size, acceptance->max_value_size);
  }
  if (erases == 0 && result->flash_operations > 0 && result->cuts > 0) {
    pc_buffer_print(&text,
                    "\nnote: the workload erased nothing: if the store collects garbage, no cut was tried there. More "
                    "operations or fewer\n      sectors would bring it about.\n");
  }
  return pc_output_buffer(stdout, &text, error);
}

static enum pc_result print_verdict(const struct pc_run_report *report, struct pc_error *error) {
  const struct pc_exploration_result *result = report->result;
  struct pc_buffer text = {0};
  pc_buffer_print(&text, "\n");
  if (result->interrupted) {
    pc_buffer_print(&text, "INTERRUPTED: the figures are those of what was done, and are kept.\n");
  }
  if (result->violations > 0) {
    pc_buffer_print(&text, "VIOLATED:");
    for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
      if (has_failed(result, i)) {
        pc_buffer_print(&text, " %s", pc_invariant_info((enum pc_invariant)i)->name);
      }
    }
    pc_buffer_print(&text, "\n");
  } else if (!result->interrupted) {
    pc_buffer_print(&text, "HELD: every invariant, %s\n", where_it_held(report));
  }
  return pc_output_buffer(stdout, &text, error);
}

enum pc_result pc_run_print_text(const struct pc_run_report *report, struct pc_error *error) {
  enum pc_result err = print_facts(report, error);
  if (!err) {
    err = print_checks(report, error);
  }
  if (!err) {
    err = print_findings(report, error);
  }
  if (!err) {
    err = print_notes(report, error);
  }
  if (!err) {
    err = print_verdict(report, error);
  }
  return err;
}
