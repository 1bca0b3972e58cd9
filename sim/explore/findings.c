#include "findings.h"

#include <string.h>

#include "latency.h"

void pc_findings_next_segment(struct pc_findings *findings) {
  memset(findings->handed_on, 0, sizeof findings->handed_on);
  findings->held_count = 0;
}

enum pc_result pc_findings_hand_on(struct pc_findings *findings, const struct pc_violation *violation,
                                   struct pc_error *error) {
  uint32_t *handed_on = &findings->handed_on[violation->fault][violation->invariant];
  if (*handed_on == PC_MAX_SAME_VIOLATIONS || findings->observer->violation == NULL) {
    return PC_OK;
  }
  (*handed_on)++;
  return findings->observer->violation(findings->observer->context, violation, error);
}

/* Holds a violation, or counts it if one of its kind is held. */
static void hold(struct pc_findings *findings, const struct pc_violation *violation) {
  struct pc_held *held = findings->held;
  struct pc_held *end = held + findings->held_count;
  while (held < end &&
         (held->violation.invariant != violation->invariant || held->violation.fault != violation->fault)) {
    held++;
  }
  if (held < end) {
    held->violation.count++;
    return;
  }
  findings->held_count++;
  held->violation = *violation;
  held->violation.count = 1;
  if (violation->has_key) {
    memcpy(held->key, violation->key.data, violation->key.size);
    held->violation.key.data = held->key;
  }
}

static void count_outcome(struct pc_guarantee *guarantee, const struct pc_report *report) {
  if (!pc_report_failed(report)) {
    guarantee->held++;
  } else if (pc_report_silent(report)) {
    guarantee->lost++;
  } else {
    guarantee->detected++;
  }
}

void pc_findings_add(struct pc_findings *findings, const struct pc_report *report, const struct pc_cut_path *path,
                     uint32_t operation) {
  enum pc_fault fault = pc_report_fault(report, path);
  struct pc_check_count *counts =
      path->depth == 0 ? findings->result->baseline : findings->result->checks[fault][path->depth - 1];
  if (path->depth > 0) {
    count_outcome(&findings->result->guarantees[fault][path->depth - 1], report);
  }
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    counts[invariant].checks += report->checked[invariant];
    if (report->failed[invariant]) {
      struct pc_violation violation = report->violations[invariant];
      violation.operation = operation;
      violation.path = *path;
      violation.fault = fault;
      counts[invariant].failures++;
      findings->result->violations++;
      hold(findings, &violation);
    }
  }
}

enum pc_result pc_findings_end_place(struct pc_findings *findings, struct pc_error *error) {
  enum pc_result result = PC_OK;
  for (uint32_t i = 0; result == PC_OK && i < findings->held_count; i++) {
    result = pc_findings_hand_on(findings, &findings->held[i].violation, error);
  }
  findings->held_count = 0;
  return result;
}

static void add_checks(struct pc_exploration_result *sum, const struct pc_exploration_result *part) {
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    for (size_t depth = 0; depth < PC_MAX_DEPTH; depth++) {
      sum->guarantees[fault][depth].held += part->guarantees[fault][depth].held;
      sum->guarantees[fault][depth].detected += part->guarantees[fault][depth].detected;
      sum->guarantees[fault][depth].lost += part->guarantees[fault][depth].lost;
      for (size_t invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
        sum->checks[fault][depth][invariant].checks += part->checks[fault][depth][invariant].checks;
        sum->checks[fault][depth][invariant].failures += part->checks[fault][depth][invariant].failures;
      }
    }
  }
}

void pc_findings_count(struct pc_findings *findings, const struct pc_exploration_result *part) {
  struct pc_exploration_result *sum = findings->result;
  sum->cuts += part->cuts;
  sum->recoveries += part->recoveries;
  sum->aftermaths += part->aftermaths;
  sum->shared += part->shared;
  sum->deduplicated += part->deduplicated;
  sum->soaked += part->soaked;
  sum->population += part->population;
  sum->drawn += part->drawn;
  sum->failed_draws += part->failed_draws;
  sum->violations += part->violations;
  add_checks(sum, part);
  pc_latency_merge(sum, part);
}

enum pc_result pc_findings_tell_part(const struct pc_findings *findings, const struct pc_part *part,
                                     struct pc_error *error) {
  const struct pc_observer *observer = findings->observer;
  return observer->part == NULL ? PC_OK : observer->part(observer->context, part, error);
}
