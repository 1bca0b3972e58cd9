#include "output.h"
#include "run_report.h"

double pc_run_rate(const struct pc_run_report *report) {
  return report->seconds > 0 ? (double)report->result->recoveries / report->seconds : 0;
}

bool pc_run_is_drawn(const struct pc_run_report *report) {
  enum pc_cuts cuts = report->scenario->plan.cuts;
  return cuts == PC_CUTS_SAMPLE || cuts == PC_CUTS_BY_TIME;
}

/* What v_draws has of a run. */
static json_t *json_of_draws(const struct pc_run_report *report) {
  const struct pc_exploration_result *result = report->result;
  struct pc_failure_rate rate = pc_failure_rate(result);
  return json_pack("{s:s, s:o, s:o, s:o, s:f, s:f, s:f}", "drawing",
                   report->scenario->plan.cuts == PC_CUTS_SAMPLE ? "sample" : "by_time", "population",
                   pc_json_count(result->population), "drawn", pc_json_count(result->drawn), "failed",
                   pc_json_count(result->failed_draws), "failure_rate", rate.rate, "rate_low", rate.low, "rate_high",
                   rate.high);
}

/* A key as a trace writes it, or null. */
static json_t *json_of_key(const struct pc_violation *violation) {
  if (!violation->has_key) {
    return json_null();
  }
  struct pc_buffer text = {0};
  pc_buffer_key(&text, violation->key);
  json_t *key = text.failed ? NULL : json_string((const char *)text.data);
  pc_buffer_free(&text);
  return key;
}

static int add_check(json_t *checks, enum pc_invariant invariant, const char *fault, int depth,
                     const struct pc_check_count *count) {
  if (count->checks == 0) {
    return 0;
  }
  return json_array_append_new(
      checks,
      json_pack("{s:s, s:s, s:i, s:o, s:o}", "invariant", pc_invariant_info(invariant)->name, "fault", fault, "depth",
                depth, "checks", pc_json_count(count->checks), "failures", pc_json_count(count->failures)));
}

static json_t *json_of_checks(const struct pc_exploration_result *result) {
  json_t *checks = json_array();
  int failed = 0;
  for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
    failed |= add_check(checks, (enum pc_invariant)i, PC_BASELINE, 0, &result->baseline[i]);
    for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
      for (size_t depth = 0; depth < PC_MAX_DEPTH; depth++) {
        failed |= add_check(checks, (enum pc_invariant)i, pc_fault_class((enum pc_fault)fault)->name, (int)depth + 1,
                            &result->checks[fault][depth][i]);
      }
    }
  }
  return pc_json_complete(checks, failed);
}

/* Of a repro; null where it was not shrunk. */
static json_t *json_of_operations(uint32_t operations) {
  return operations > 0 ? pc_json_count(operations) : json_null();
}

static json_t *json_of_finding(const struct pc_finding *finding) {
  const struct pc_violation *violation = &finding->violation;
  const bool cut = violation->path.depth > 0;
  return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "invariant",
                   pc_invariant_info(violation->invariant)->name, "fault",
                   cut ? pc_fault_class(violation->fault)->name : PC_BASELINE, "depth",
                   pc_json_count(violation->path.depth), "operation", pc_json_count(violation->operation),
                   "flash_operation", cut ? pc_json_count(violation->path.cuts[0].flash_operation) : json_null(), "key",
                   json_of_key(violation), "count", pc_json_count(violation->count), "expected",
                   pc_json_text(violation->expected), "actual", pc_json_text(violation->actual), "repro_file",
                   finding->file != NULL ? pc_json_text(finding->file) : json_null(), "operations_found",
                   json_of_operations(finding->operations_before), "operations_shrunk",
                   json_of_operations(finding->operations));
}

static json_t *json_of_findings(const struct pc_run_findings *findings) {
  json_t *list = json_array();
  int failed = 0;
  for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
    if (findings->first[i].found) {
      failed |= json_array_append_new(list, json_of_finding(&findings->first[i]));
    }
  }
  return pc_json_complete(list, failed);
}

static json_t *json_of_wear(const struct pc_exploration_result *result) {
  json_t *wear = json_array();
  int failed = 0;
  for (uint32_t i = 0; i < result->wear_count; i++) {
    failed |= json_array_append_new(
        wear, json_pack("{s:o, s:o, s:o}", "sector", pc_json_count(i), "erases", pc_json_count(result->wear[i].erases),
                        "programmed_bytes", pc_json_count(result->wear[i].programmed_bytes)));
  }
  return pc_json_complete(wear, failed);
}

/* A time that isn't known is null. */
static json_t *json_of_time(double microseconds) {
  return microseconds < 0 ? json_null() : json_real(microseconds);
}

static json_t *json_of_latencies(const struct pc_exploration_result *result) {
  json_t *latencies = json_array();
  int failed = 0;
  for (size_t i = 0; i < PC_LATENCY_COUNT; i++) {
    const struct pc_latency *latency = &result->latencies[i];
    if (latency->calls > 0) {
      failed |= json_array_append_new(
          latencies, json_pack("{s:s, s:o, s:o}", "operation", pc_latency_name((enum pc_latency_kind)i), "calls",
                               pc_json_count(latency->calls), "worst_us", json_of_time(latency->worst_us)));
    }
  }
  return pc_json_complete(latencies, failed);
}

static json_t *json_of_subject(const struct pc_subject *subject,
                               void (*describe)(const struct pc_subject *subject, struct pc_buffer *text)) {
  struct pc_buffer text = {0};
  describe(subject, &text);
  json_t *string = text.failed ? NULL : pc_json_text((const char *)text.data);
  pc_buffer_free(&text);
  return string;
}

json_t *pc_run_json(const struct pc_run_report *report) {
  const struct pc_exploration_result *result = report->result;
  json_t *object = json_pack(
      "{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:o, s:b, s:o}", "run_id",
      (json_int_t)report->run_id, "scenario", pc_json_text(report->scenario->name), "device",
      json_of_subject(report->subject, pc_subject_device), "store", json_of_subject(report->subject, pc_subject_store),
      "seed", pc_json_count(report->scenario->plan.seed), "operations", pc_json_count(result->operations),
      "flash_operations", pc_json_count(result->flash_operations), "cuts", pc_json_count(result->cuts), "recoveries",
      pc_json_count(result->recoveries), "deduplicated", pc_json_count(result->deduplicated), "violations",
      pc_json_count(result->violations), "seconds", report->seconds, "recoveries_per_second", pc_run_rate(report),
      "aftermaths", pc_json_count(result->aftermaths), "interrupted", (int)result->interrupted, "database",
      pc_json_text(report->database));
  if (object == NULL) {
    return NULL;
  }
  int failed = json_object_set_new(object, "checks", json_of_checks(result));
  failed |= json_object_set_new(object, "first_violations", json_of_findings(report->findings));
  if (report->scenario->plan.cuts == PC_CUTS_SOAK) {
    failed |= json_object_set_new(object, "soaked", pc_json_count(result->soaked));
  }
  if (pc_run_is_drawn(report)) {
    failed |= json_object_set_new(object, "draws", json_of_draws(report));
  }
  failed |= json_object_set_new(object, "wear", json_of_wear(result));
  failed |= json_object_set_new(object, "latency", json_of_latencies(result));
  failed |=
      json_object_set_new(object, "erasing_share",
                          result->typical_us > 0 ? json_real(result->erasing_us / result->typical_us) : json_null());
  return pc_json_complete(object, failed);
}
