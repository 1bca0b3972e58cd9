/* A gate's decision for people, for machines and for CI. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gate.h"
#include "markup.h"
#include "output.h"
#include "table.h"

static const char *shown_verdict(enum pc_verdict verdict) {
  return verdict == PC_PASSED ? "passed" : verdict == PC_FAILED ? "FAILED" : "NOT EVALUATED";
}

static enum pc_result print_table(const struct pc_gate *gate, struct pc_error *error) {
  static const char *const headings[] = {"verdict", "rule", "scenario", "required", "measured"};
  struct pc_table table = {.columns = 5};
  for (size_t i = 0; i < 5; i++) {
    pc_table_text(&table, headings[i]);
  }
  for (size_t i = 0; i < gate->result_count; i++) {
    const struct pc_gate_result *result = &gate->results[i];
    pc_table_text(&table, shown_verdict(result->verdict));
    pc_table_text(&table, result->rule);
    pc_table_text(&table, result->scenario == NULL ? "-" : result->scenario);
    pc_table_text(&table, result->required);
    pc_table_text(&table, result->measured);
  }
  return pc_table_print(&table, stdout, 2, error);
}

/* How to see what failed. */
static void print_repros(const struct pc_gate *gate) {
  for (size_t i = 0; i < gate->policy->scenario_count; i++) {
    const struct pc_gate_scenario *scenario = &gate->scenarios[i];
    if (scenario->repro != NULL) {
      (void)fputs("  ", stdout);
      pc_output_text(stdout, scenario->policy->name);
      (void)fputs(": powercut replay ", stdout);
      pc_output_text(stdout, scenario->repro);
      (void)fputs("\n", stdout);
    }
  }
}

enum pc_result pc_gate_print_text(const struct pc_gate *gate, struct pc_error *error) {
  struct pc_buffer heading = {0};
  pc_buffer_text(&heading, gate->policy->name);
  pc_buffer_print(&heading, "\n");
  enum pc_result err = pc_output_buffer(stdout, &heading, error);
  if (!err) {
    err = print_table(gate, error);
  }
  if (err) {
    return err;
  }
  size_t failures = pc_gate_failures(gate);
  if (failures == 0) {
    (void)printf("PASSED: every rule, %zu of %zu.\n", gate->result_count, gate->result_count);
    return PC_OK;
  }
  print_repros(gate);
  (void)printf("FAILED: %zu of %zu rules:", failures, gate->result_count);
  const char *last = "";
  for (size_t i = 0; i < gate->result_count; i++) {
    const struct pc_gate_result *result = &gate->results[i];
    if (result->verdict != PC_PASSED && strcmp(last, result->rule) != 0) {
      (void)printf(" %s", result->rule);
      last = result->rule;
    }
  }
  (void)printf("\n");
  return PC_OK;
}

static json_t *json_of_number(double number) {
  return isnan(number) ? json_null() : json_real(number);
}

static json_t *json_of_result(const struct pc_gate_result *result) {
  return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "rule", result->rule, "scenario",
                   result->scenario == NULL ? json_null() : pc_json_text(result->scenario), "run_id",
                   result->run_id == 0 ? json_null() : json_integer(result->run_id), "required",
                   pc_json_text(result->required), "measured", pc_json_text(result->measured), "bound",
                   json_of_number(result->bound), "value", json_of_number(result->value), "verdict",
                   pc_verdict_name(result->verdict));
}

enum pc_result pc_gate_print_json(const struct pc_gate *gate, int64_t gate_id, struct pc_error *error) {
  json_t *rules = json_array();
  int failed = 0;
  for (size_t i = 0; i < gate->result_count; i++) {
    failed |= json_array_append_new(rules, json_of_result(&gate->results[i]));
  }
  json_t *object = json_pack("{s:I, s:o, s:b, s:f, s:o, s:o, s:o}", "gate_id", (json_int_t)gate_id, "policy",
                             pc_json_text(gate->policy->name), "passed", pc_gate_failures(gate) == 0, "seconds",
                             gate->seconds, "database", pc_json_text(gate->database), "baseline",
                             gate->baseline_path == NULL ? json_null() : pc_json_text(gate->baseline_path), "rules",
                             pc_json_complete(rules, failed));
  return pc_output_json(object, error);
}

/* A rule that could not be evaluated is an error, as JUnit calls what is no verdict; CI counts both. */
static void write_case(struct pc_markup *xml, const struct pc_gate *gate, const struct pc_gate_result *result) {
  pc_markup_open(xml, "testcase");
  pc_markup_attribute(xml, "classname", "%s.%s", gate->policy->name,
                      result->scenario == NULL ? "gate" : result->scenario);
  pc_markup_attribute(xml, "name", "%s", result->rule);
  pc_markup_attribute(xml, "time", "0");
  if (result->verdict != PC_PASSED) {
    pc_markup_open(xml, result->verdict == PC_FAILED ? "failure" : "error");
    pc_markup_attribute(xml, "type", "%s", pc_verdict_name(result->verdict));
    pc_markup_attribute(xml, "message", "required %s; measured: %s", result->required, result->measured);
    pc_markup_print(xml, "rule     %s\nrequired %s\nmeasured %s\n", result->rule, result->required, result->measured);
    pc_markup_close(xml);
  } else {
    pc_markup_open(xml, "system-out");
    pc_markup_print(xml, "required %s; measured: %s", result->required, result->measured);
    pc_markup_close(xml);
  }
  pc_markup_close(xml);
}

static void write_counts(struct pc_markup *xml, const struct pc_gate *gate) {
  size_t failed = 0;
  for (size_t i = 0; i < gate->result_count; i++) {
    failed += gate->results[i].verdict == PC_FAILED;
  }
  pc_markup_attribute(xml, "name", "%s", gate->policy->name);
  pc_markup_attribute(xml, "tests", "%zu", gate->result_count);
  pc_markup_attribute(xml, "failures", "%zu", failed);
  pc_markup_attribute(xml, "errors", "%zu", pc_gate_failures(gate) - failed);
  pc_markup_attribute(xml, "time", "%.3f", gate->seconds);
}

enum pc_result pc_gate_write_junit(const struct pc_gate *gate, const char *path, struct pc_error *error) {
  struct pc_markup xml;
  pc_markup_begin(&xml, true);
  pc_markup_open(&xml, "testsuites");
  write_counts(&xml, gate);
  pc_markup_open(&xml, "testsuite");
  write_counts(&xml, gate);
  for (size_t i = 0; i < gate->result_count; i++) {
    write_case(&xml, gate, &gate->results[i]);
  }
  pc_markup_close(&xml);
  pc_markup_close(&xml);
  return pc_markup_write(&xml, path, error);
}
