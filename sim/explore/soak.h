/*
 * Soaking: the workload runs over and over on one device, the power is cut at random moments, and the store goes on
 * from what each recovery left it. So mistakes that add up over many cuts come to light.
 *
 * A soak is made of lives, of PC_SOAK_CUTS cuts each, which are explored apart from each other like segments: each
 * begins on blank flash with a seed of its own, and ends early at its first violation, since the store and the model
 * have parted there. A cut comes after 0 to PC_SOAK_GAP - 1 flash operations, in the one that follows, by any of the
 * plan's classes that can strike there and any of its variants; one in PC_SOAK_RECOVERY recoveries that write is itself
 * cut. With `consecutive` cuts in a row, the operation that was cut is run again and cut again, anywhere in it, so
 * often or until it writes nothing.
 *
 * Where the cuts are listed there is one life, which runs the workload once and has the power cut where the list says.
 */
#ifndef PC_EXPLORE_SOAK_H
#define PC_EXPLORE_SOAK_H

#include "life.h"
#include "rig.h"
#include "walk.h"

#define PC_SOAK_GAP 64u
#define PC_SOAK_RECOVERY 4u

static inline uint32_t pc_soak_lives(const struct pc_power_plan *power) {
  return power->listed != NULL ? 1 : (power->count + PC_SOAK_CUTS - 1) / PC_SOAK_CUTS;
}

/* Lives one life, the first is 0. The first `crash_count` of the plan's crashes are known. */
enum pc_result pc_soak_live(const struct pc_walk_plan *plan, uint32_t life, uint32_t crash_count,
                            struct pc_error *error);

/* Follows a life to a cut and from there to the violation, or the next cut; tells from the cut before it on, or, where
   the cuts are listed, from the beginning. */
struct pc_soak_replay {
  void (*step)(void *context, const struct pc_step *step); /* may be NULL */
  void *context;
  const char *crash; /* how the store brings its process down there, or NULL: it does not */
  uint32_t violations;
  struct pc_life *life; /* what happens is written down there, in the process that runs it; may be NULL */
  /* The rig is there, and the store is about to be called upon: the next cut, if it is listed and in what is to run,
     comes at this mark of the device's journal, else PC_SOAK_NOWHERE. With the context above; NULL: not asked. */
  enum pc_result (*opened)(void *context, struct pc_rig *rig, struct pc_error *error);
  void (*called)(void *context, uint32_t cuts, size_t next);
};
#define PC_SOAK_NOWHERE SIZE_MAX

enum pc_result pc_soak_follow(const struct pc_walk_plan *plan, const struct pc_cut_path *path,
                              struct pc_soak_replay *replay, struct pc_error *error);

#endif
