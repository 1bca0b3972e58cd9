/*
 * Which first cuts a plan asks for. Where not every cut of the workload is tried, each worker first walks through the
 * tape and counts the cuts that there are (the census), and then draws by the plan's seed how many of them to try at
 * each flash operation; so all come to the same.
 *
 * - `sample`: every first cut is as likely as any other, and none is drawn twice before each was drawn once. In each
 *   recovery on the way to the depth, one of the cuts that there are in it, each as likely as the others.
 * - `by_time`: moments, each as likely as any other while the flash is busy by the part's typical times; so an erase is
 *   hit far more often than a program. At each moment one of the plan's fault classes that can strike there, and one of
 *   its variants, each as likely as the others.
 */
#ifndef PC_EXPLORE_ALLOTMENT_H
#define PC_EXPLORE_ALLOTMENT_H

#include "walk.h"

struct pc_allotment {
  const struct pc_power_plan *power;
  uint32_t count;  /* flash operations, the moment after the last included */
  uint32_t *cuts;  /* of each, how many there are */
  uint32_t *draws; /* of each, how many to try */
  double *ends;    /* of each, when it ends, in microseconds of flash time; of by_time alone */
};

/* Whether the plan needs one. */
bool pc_allotment_is_needed(const struct pc_power_plan *power);

/* Walks through the plan's tape. */
enum pc_result pc_allotment_make(struct pc_allotment *allotment, const struct pc_walk_plan *plan,
                                 struct pc_error *error);
void pc_allotment_free(struct pc_allotment *allotment);

#endif
