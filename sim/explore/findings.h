/* Counting what checks found, and handing on each kind of violation once for each place, with how often it was found.
 */
#ifndef PC_EXPLORE_FINDINGS_H
#define PC_EXPLORE_FINDINGS_H

#include "powercut/explore.h"
#include "powercut/model.h"

/* A violation of the current place: the first of its kind, which counts the others. */
struct pc_held {
  struct pc_violation violation;
  uint8_t key[PC_MAX_KEY_SIZE]; /* its key's bytes */
};

/* Kinds of violations: class PC_FAULT_COUNT stands for the baseline run, without a cut. */
#define PC_FINDING_FAULTS (PC_FAULT_COUNT + 1u)
#define PC_FINDING_KINDS (PC_FINDING_FAULTS * PC_INVARIANT_COUNT)

/* Zero it, but for the pointers, to begin. */
struct pc_findings {
  const struct pc_observer *observer;
  struct pc_exploration_result *result;
  struct pc_held held[PC_FINDING_KINDS]; /* of the current place, in order of their first failure */
  uint32_t held_count;
  pc_handed_on handed_on; /* in all */
};

/* Another segment begins: its counts are its own. */
void pc_findings_next_segment(struct pc_findings *findings);

/* Hands on a violation that another process found and counted, unless there were too many of its kind. */
enum pc_result pc_findings_hand_on(struct pc_findings *findings, const struct pc_violation *violation,
                                   struct pc_error *error);

/* Counts the report of a round of checks after the cut path (depth 0: of the baseline run), in `operation`, and holds
   its violations until the place ends. */
void pc_findings_add(struct pc_findings *findings, const struct pc_report *report, const struct pc_cut_path *path,
                     uint32_t operation);

/* The operation ends: hands on what was held. What fails from here on is news again. */
enum pc_result pc_findings_end_place(struct pc_findings *findings, struct pc_error *error);

/* Adds what a part of the exploration counted to the result. */
void pc_findings_count(struct pc_findings *findings, const struct pc_exploration_result *part);

/* Tells the observer that a part is complete. */
enum pc_result pc_findings_tell_part(const struct pc_findings *findings, const struct pc_part *part,
                                     struct pc_error *error);

#endif
