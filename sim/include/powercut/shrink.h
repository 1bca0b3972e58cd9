/*
 * Shrinking: makes of a cut path that violates an invariant a smaller one that violates the same invariant.
 *
 * First the cut path is made as simple as it gets, then operations are dropped, values and keys are made short and
 * plain, and at last the path again: as few cuts as show it, of the lowest fault classes, in the first flash operation
 * of the last operation that does, in its lowest variant. A store that brings its process down is held to doing that
 * again, in the same way (by crashing or by hanging): another violation of `mountable` may have another cause.
 *
 * What a soak found is looked for without the cuts that came before, by one or two cuts anywhere in the workload, which
 * is run once or a few times over. What takes more of them is made small in the life that found it: the operations and
 * the cuts up to there are written down one by one, and left out in runs of half of them, a quarter and so on to single
 * ones, until each that is left is needed; then each cut becomes one of the lowest class and variant that does.
 *
 * Each attempt runs in a process of its own. What is tried next depends on what was seen, never on time: the same order
 * gives the same result.
 */
#ifndef POWERCUT_SHRINK_H
#define POWERCUT_SHRINK_H

#include "powercut/explore.h"

struct pc_life;

/* How much is tried at most: attempts, of which one that hangs counts as PC_SHRINK_HANG, and cuts in all of them. */
#define PC_SHRINK_ATTEMPTS 800u
#define PC_SHRINK_HANG 20u
#define PC_SHRINK_CUTS 200000u
#define PC_SHRINK_AFTERMATH 32u /* cuts that what follows a recovery counts as: it takes so much longer, or more */
#define PC_SHRINK_CUTS_AT_ONCE 10000u /* in one attempt */

struct pc_shrink_order {
  const struct pc_subject *subject;
  const struct pc_workload *workload; /* must stay valid as long as the result */
  const struct pc_power_plan *plan;
  const struct pc_cut_path *path;
  enum pc_invariant invariant;
  const struct pc_observer *observer; /* its `stop` is asked; may be NULL */
};

struct pc_shrunk {
  bool shown; /* the order's path shows its violation: else the store is not the same each time, or was mended, or it
                 is at the end of a life that is too long to be written down; then nothing below is set */
  bool interrupted; /* it was stopped early */
  bool complete;    /* nothing smaller shows it by the steps above; false: the attempts were used up */
  uint32_t attempts;
  struct pc_workload workload;   /* its operations end with the one that is cut, or that shows it without a cut */
  struct pc_power_plan plan;     /* that the path's variants are counted by; its depth is the path's, at least 1 */
  struct pc_violation violation; /* with the path; its key's bytes are in `key` */
  uint8_t key[PC_MAX_KEY_SIZE];
  uint8_t *texts[2];            /* values and keys of the workload that are not the order's */
  uint8_t *long_values;         /* the same */
  struct pc_life *life;         /* the same; NULL where there was none */
  struct pc_listed_cut *listed; /* the plan's, if any are */
};

/* PC_BAD_INPUT: the path names what isn't there, or the subject is out of range; PC_ENVIRONMENT. The
   result must stay where it is; free it with pc_shrunk_free. */
enum pc_result pc_shrink(const struct pc_shrink_order *order, struct pc_shrunk *shrunk, struct pc_error *error);
void pc_shrunk_free(struct pc_shrunk *shrunk);

#endif
