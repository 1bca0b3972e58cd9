/* The first thing that a report says: whether it ships. */
#include <inttypes.h>
#include <stdlib.h>

#include "output.h"
#include "report.h"

/* The columns of the query. */
enum {
  CONFIGURATIONS,
  RUNS,
  UNFINISHED,
  CUTS,
  RECOVERIES,
  CHECKS,
  VIOLATIONS,
  VIOLATED,
  CAMPAIGNS,
  CRASHES,
  GATE,
  POLICY,
  PASSED,
  FAILED_RULES,
  RULES,
  DECIDED,
  NEWER_RUNS,
};

static void print_count(struct pc_markup *page, const struct pc_value *value, const char *words) {
  struct pc_buffer text = {0};
  pc_report_value(&text, "", value);
  pc_markup_print(page, "%s %s", text.failed ? "?" : (const char *)text.data, words);
  pc_buffer_free(&text);
}

static void write_gate(struct pc_report *report, const struct pc_row *row, const char *policy, const char *decided) {
  bool passed = row->values[PASSED].integer != 0;
  struct pc_markup *page = &report->page;
  pc_markup_open(page, "div");
  pc_markup_attribute(page, "class", "verdict %s", passed ? "good" : "bad");
  pc_markup_open(page, "strong");
  pc_markup_print(page, "%s: %s", passed ? "PASSED" : "FAILED", policy);
  pc_markup_close(page);
  pc_markup_open(page, "p");
  if (passed) {
    pc_markup_print(page, "Every one of %" PRId64 " rules passed; decided %s.", row->values[RULES].integer, decided);
  } else {
    pc_markup_print(page, "%" PRId64 " of %" PRId64 " rules did not pass; decided %s.",
                    row->values[FAILED_RULES].integer, row->values[RULES].integer, decided);
  }
  if (row->values[NEWER_RUNS].integer != 0) {
    pc_markup_text(page, " There are runs that are newer than this decision.");
  }
  pc_markup_close(page);
  pc_markup_close(page);
}

static void write_counts(struct pc_report *report, const struct pc_row *row) {
  struct pc_markup *page = &report->page;
  const struct pc_value *values = row->values;
  pc_markup_open(page, "p");
  print_count(page, &values[CUTS], "cuts, ");
  print_count(page, &values[RECOVERIES], "recoveries, ");
  print_count(page, &values[CHECKS], "checks in ");
  print_count(page, &values[CONFIGURATIONS], "configurations, the newest run of each (");
  print_count(page, &values[RUNS], "runs in the database). ");
  print_count(page, &values[CAMPAIGNS], "fuzzing campaigns, ");
  print_count(page, &values[CRASHES], "distinct crashes.");
  pc_markup_close(page);
}

static void write_explored(struct pc_report *report, const struct pc_row *row) {
  struct pc_markup *page = &report->page;
  const struct pc_value *values = row->values;
  int64_t violations = values[VIOLATIONS].integer, unfinished = values[UNFINISHED].integer;
  const char *class = violations > 0 || values[CRASHES].integer > 0 ? "bad" : unfinished > 0 ? "warn" : "good";
  pc_markup_open(page, "div");
  pc_markup_attribute(page, "class", "verdict %s", values[CONFIGURATIONS].integer == 0 ? "warn" : class);
  pc_markup_open(page, "strong");
  if (values[CONFIGURATIONS].integer == 0) {
    pc_markup_text(page, "NOTHING EXPLORED: the database holds no run");
  } else if (violations > 0) {
    pc_markup_text(page, "VIOLATED: ");
    print_count(page, &values[VIOLATIONS], "checks failed, in ");
    print_count(page, &values[VIOLATED], "of ");
    print_count(page, &values[CONFIGURATIONS], "configurations");
  } else {
    pc_markup_text(page, "HELD: every invariant, at every cut that was tried");
  }
  pc_markup_close(page);
  write_counts(report, row);
  if (unfinished > 0) {
    pc_report_paragraph(report, NULL, "%" PRId64 " of the runs did not get to the end, or is a part of one.",
                        unfinished);
  }
  pc_markup_close(page);
}

static enum pc_result write_verdict(void *context, const struct pc_row *row, struct pc_error *error) {
  struct pc_report *report = context;
  char *policy = pc_report_text(&row->values[POLICY]);
  char *decided = pc_report_text(&row->values[DECIDED]);
  bool complete = policy != NULL && decided != NULL;
  if (complete && row->values[GATE].kind != PC_VALUE_NULL) {
    write_gate(report, row, policy, decided);
  }
  free(policy);
  free(decided);
  write_explored(report, row);
  return complete ? PC_OK : pc_fail_memory(error);
}

enum pc_result pc_report_verdict(struct pc_report *report, struct pc_error *error) {
  pc_report_open_section(report, "verdict", "Verdict");
  const struct pc_query query = {.name = "verdict"};
  enum pc_result err = pc_ledger_query(report->ledger, &query, write_verdict, report, error);
  if (!err) {
    const struct pc_report_table rules = {
        .query = {.name = "gate_rules"},
        .caption = "The last decision of the gate, rule by rule",
        .empty = "No gate has decided yet: `powercut gate POLICY.yaml' does, and keeps its decision here.",
    };
    err = pc_report_table(report, &rules, NULL, error);
  }
  pc_report_close_section(report);
  return err;
}
