/*
 * Where starts have been on their way, behind their last look at what a cut tore, and what they came to from there.
 * What is compared are bytes: nothing hangs on a hash but for the flash operations up to there.
 */
#ifndef PC_MODEL_LANDMARKS_H
#define PC_MODEL_LANDMARKS_H

#include "powercut/tape.h"
#include "powercut/target.h"
#include "side_stack.h"

/* A start that stands still before a call of the port. Beside its place on the stack and the store's memory, what it
   will do is decided by the flash, which is what it was before the cut but for these. */
struct pc_bearings {
  const struct pc_side_stack *stack;
  const struct pc_target *target;
  const struct pc_port_call *call;
  size_t begin;    /* the journal's mark as it began */
  uint64_t course; /* a hash of its flash operations up to now */
};

struct pc_landmarks;
struct pc_landmark;

/* For a store with as much memory. NULL: there is no room for them, as it has more than 800 KiB, or no memory. */
struct pc_landmarks *pc_landmarks_open(size_t memory_size);
void pc_landmarks_close(struct pc_landmarks *landmarks);
void pc_landmarks_forget(struct pc_landmarks *landmarks);

/* Whether there may be one at such a call: it is worth to stand still. */
bool pc_landmarks_may_be_at(const struct pc_landmarks *landmarks, const struct pc_port_call *call);

/* The one where the start is, if one from there ended well; or NULL. */
const struct pc_landmark *pc_landmarks_find(const struct pc_landmarks *landmarks, const struct pc_bearings *bearings);

/* The start that runs was here; and it wasn't anywhere yet. */
void pc_landmarks_pass(struct pc_landmarks *landmarks, const struct pc_bearings *bearings);
void pc_landmarks_pass_none(struct pc_landmarks *landmarks);

/* The start has ended well: where it was leads there. */
void pc_landmarks_arrive(struct pc_landmarks *landmarks, const struct pc_target *target, size_t begin);

/* Leaves the memory, the flash and the device's counts as the one that was there before left them. */
void pc_landmarks_follow(const struct pc_landmarks *landmarks, const struct pc_landmark *landmark,
                         const struct pc_target *target);

#endif
