#include "findings.h"

#include <string.h>

void pc_findings_next_place(struct pc_findings *findings) {
  memset(findings->here, 0, sizeof findings->here);
}

/* Whether this is to be handed on: new in this place, and not one of too many. */
static bool is_news(struct pc_findings *findings, size_t fault, enum pc_invariant invariant) {
  if (findings->here[fault][invariant] || findings->handed_on[fault][invariant] == PC_MAX_SAME_VIOLATIONS) {
    return false;
  }
  findings->here[fault][invariant] = true;
  findings->handed_on[fault][invariant]++;
  return true;
}

enum pc_result pc_findings_add(struct pc_findings *findings, struct pc_report *report, const struct pc_cut_path *path,
                               uint32_t operation, struct pc_error *error) {
  size_t fault = path->depth == 0 ? PC_FAULT_COUNT : (size_t)path->cuts[path->depth - 1].fault;
  struct pc_check_count *counts =
      path->depth == 0 ? findings->result->baseline : findings->result->checks[fault][path->depth - 1];
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    counts[invariant].checks += report->checked[invariant];
    if (!report->failed[invariant]) {
      continue;
    }
    counts[invariant].failures++;
    findings->result->violations++;
    if (is_news(findings, fault, invariant) && findings->observer->violation != NULL) {
      struct pc_violation *violation = &report->violations[invariant];
      violation->operation = operation;
      violation->path = *path;
      enum pc_result result = findings->observer->violation(findings->observer->context, violation, error);
      if (result != PC_OK) {
        return result;
      }
    }
  }
  return PC_OK;
}
