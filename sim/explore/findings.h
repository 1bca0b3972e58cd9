/* Counting what checks found, and handing on each kind of violation the first time in each place. */
#ifndef PC_EXPLORE_FINDINGS_H
#define PC_EXPLORE_FINDINGS_H

#include "powercut/explore.h"
#include "powercut/model.h"

struct pc_findings {
  const struct pc_observer *observer;
  struct pc_exploration_result *result;
  /* Class PC_FAULT_COUNT stands for the baseline run, without a cut. */
  bool here[PC_FAULT_COUNT + 1][PC_INVARIANT_COUNT];          /* handed on in the current operation */
  uint32_t handed_on[PC_FAULT_COUNT + 1][PC_INVARIANT_COUNT]; /* in all */
};

/* Another operation begins: what fails there is news again. */
void pc_findings_next_place(struct pc_findings *findings);

/* Another segment begins: its counts are its own. */
void pc_findings_next_segment(struct pc_findings *findings);

/* Hands on a violation that another process found and counted, unless there were too many of its kind. */
enum pc_result pc_findings_hand_on(struct pc_findings *findings, const struct pc_violation *violation,
                                   struct pc_error *error);

/* Counts the report of a round of checks after the cut path (depth 0: of the baseline run), in `operation`, and hands
   its violations on. */
enum pc_result pc_findings_add(struct pc_findings *findings, struct pc_report *report, const struct pc_cut_path *path,
                               uint32_t operation, struct pc_error *error);

#endif
