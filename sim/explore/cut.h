/* The cuts of a walk, at the place where it is. */
#ifndef PC_EXPLORE_CUT_H
#define PC_EXPLORE_CUT_H

#include "alike.h"
#include "powercut/random.h"
#include "powercut/tape.h"
#include "rig.h"
#include "seen.h"
#include "walk.h"

/* The memory of one level of a cut path. */
struct pc_level {
  struct pc_tape recovery;       /* what the recovery from this level's cut did */
  struct pc_fault_memory memory; /* for what this level's cut leaves */
  struct pc_torn place;          /* what was torn */
  uint64_t course;               /* of the recovery from it, 0 where it has none: see alike.h */
  struct pc_alike alike;         /* the recoveries from cuts in the same flash operation */
};

struct pc_walk {
  struct pc_walk_plan plan;
  struct pc_rig rig;
  struct pc_report report;
  struct pc_seen seen;
  struct pc_level levels[PC_MAX_DEPTH];

  uint32_t crash_count; /* of the plan's crashes that are known */

  uint32_t operation;       /* where the walk is: the model and the device are before it */
  uint32_t keys_used;       /* keys that the operations up to this one name: the first so many */
  uint32_t flash_operation; /* the next one on the baseline's tape */

  struct pc_cut_path path; /* the cuts that led here */
  struct pc_random draws;  /* of the cuts in recoveries, where these are drawn */
  struct pc_expectation expectation;
  uint64_t allowed; /* a hash of what the store may contain */
};

/* Cuts at one flash operation, the next one, with each variant of each class. `index` is its number in the workload,
   `seed` that of its tears. */
enum pc_result pc_cut_at(struct pc_walk *walk, const struct pc_flash_operation *operation, uint32_t index,
                         uint64_t seed, struct pc_error *error);

/* What each of those cuts is given. */
struct pc_fault_input pc_cut_input(const struct pc_walk *walk, const struct pc_flash_operation *operation,
                                   uint64_t seed);
/* One of those cuts. The device is left as it was found. */
enum pc_result pc_cut_with(struct pc_walk *walk, const struct pc_fault_input *input, const struct pc_cut *cut,
                           struct pc_error *error);
/* Each of those cuts, from `first` on. */
enum pc_result pc_cut_from(struct pc_walk *walk, const struct pc_fault_input *input, const struct pc_cut *first,
                           struct pc_error *error);

/* Cuts after the last flash operation. The device is left as it was found. */
enum pc_result pc_cut_after(struct pc_walk *walk, const struct pc_cut *cut, uint64_t seed, struct pc_error *error);

/* The power is cut and the device is as the cut left it, whose recovery has this seed: recovers, checks, and cuts again
   in the recovery. */
enum pc_result pc_cut_explore(struct pc_walk *walk, uint64_t seed, struct pc_error *error);

/* Whether the exploration is to end early. */
bool pc_cut_should_stop(struct pc_walk *walk);

#endif
