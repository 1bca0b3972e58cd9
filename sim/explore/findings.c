#include "findings.h"

#include <string.h>

void pc_findings_next_place(struct pc_findings *findings) {
  memset(findings->here, 0, sizeof findings->here);
}

void pc_findings_next_segment(struct pc_findings *findings) {
  memset(findings->handed_on, 0, sizeof findings->handed_on);
  pc_findings_next_place(findings);
}

/* The class of the last cut. */
static size_t fault_of(const struct pc_cut_path *path) {
  return path->depth == 0 ? PC_FAULT_COUNT : (size_t)path->cuts[path->depth - 1].fault;
}

enum pc_result pc_findings_hand_on(struct pc_findings *findings, const struct pc_violation *violation,
                                   struct pc_error *error) {
  uint32_t *handed_on = &findings->handed_on[fault_of(&violation->path)][violation->invariant];
  if (*handed_on == PC_MAX_SAME_VIOLATIONS || findings->observer->violation == NULL) {
    return PC_OK;
  }
  (*handed_on)++;
  return findings->observer->violation(findings->observer->context, violation, error);
}

enum pc_result pc_findings_add(struct pc_findings *findings, struct pc_report *report, const struct pc_cut_path *path,
                               uint32_t operation, struct pc_error *error) {
  size_t fault = fault_of(path);
  struct pc_check_count *counts =
      path->depth == 0 ? findings->result->baseline : findings->result->checks[fault][path->depth - 1];
  enum pc_result result = PC_OK;
  for (enum pc_invariant invariant = 0; result == PC_OK && invariant < PC_INVARIANT_COUNT; invariant++) {
    counts[invariant].checks += report->checked[invariant];
    if (!report->failed[invariant]) {
      continue;
    }
    counts[invariant].failures++;
    findings->result->violations++;
    if (!findings->here[fault][invariant]) {
      findings->here[fault][invariant] = true;
      struct pc_violation *violation = &report->violations[invariant];
      violation->operation = operation;
      violation->path = *path;
      result = pc_findings_hand_on(findings, violation, error);
    }
  }
  return result;
}
