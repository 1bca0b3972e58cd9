/*
 * Recoveries that are alike. Most cuts in one flash operation leave a torn entry that the store takes for nothing, and
 * the recoveries from them do the same: they read the same places in the same order, write the same, and end in the
 * same state. What they began with differs in the torn bytes alone, until the recovery erases them. Cutting each such
 * recovery in every way tries each pair of a first tear and a second one.
 *
 * Where the power plan says so, only the first of them is cut in every way. In each other one, every flash operation is
 * still cut before it, and from there the second recovery must again be like that of the first one; if a single one
 * isn't, or anything fails, that recovery is cut in every way too. What is left out are pairs of tears, and of these
 * some are drawn and tried at each flash operation. That is no proof: a store may go wrong with one content of the
 * first tear and only where a second flash operation is torn, too.
 */
#ifndef PC_EXPLORE_ALIKE_H
#define PC_EXPLORE_ALIKE_H

#include <stddef.h>
#include <stdint.h>

#include "powercut/tape.h"

struct pc_walk;

/* A recovery that was cut in every way. */
struct pc_alike_recovery {
  uint64_t course;
  size_t first; /* the courses of the recoveries from the cuts before each of its flash operations */
};

/* More are not remembered: they are cut in every way. */
#define PC_ALIKE_MOST 64u

/* Those from the cuts in one flash operation. Zero it to begin. */
struct pc_alike {
  struct pc_alike_recovery known[PC_ALIKE_MOST];
  size_t known_count;
  uint64_t *courses;
  size_t course_count, capacity;
};

void pc_alike_free(struct pc_alike *alike);
/* Keeps the memory. */
void pc_alike_forget(struct pc_alike *alike);

/* A hash of what the recovery that was just checked read and did, from the journal's mark `torn` to `recovered`, and of
   the state that it ended in; 0 where that is not asked for, or doesn't tell all. */
uint64_t pc_alike_course(const struct pc_walk *walk, size_t torn, size_t recovered);

/* Cuts in the recovery on `tape`, whose seed this is. The device is as it was before it, and is then as after it. */
enum pc_result pc_alike_cut(struct pc_walk *walk, const struct pc_tape *tape, uint64_t seed, struct pc_error *error);

#endif
