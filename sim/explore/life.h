/*
 * A life that is written down: the operations that ran one after another, and the cuts in them, whoever chose these. It
 * can then be lived again from the list, with less of it. It lies in memory that outlives the process that lives it.
 */
#ifndef PC_EXPLORE_LIFE_H
#define PC_EXPLORE_LIFE_H

#include "powercut/error.h"
#include "powercut/violation.h"
#include "powercut/workload.h"

/* A longer one isn't written down to its end. */
#define PC_LIFE_OPERATIONS 131072u
#define PC_LIFE_CUTS 4096u
#define PC_LIFE_BYTES (16u << 20) /* of all values */

struct pc_life {
  bool too_long;
  uint32_t operation_count, cut_count;
  size_t byte_count;
  struct pc_operation operations[PC_LIFE_OPERATIONS]; /* their values are in `bytes` */
  struct pc_listed_cut cuts[PC_LIFE_CUTS];            /* of the operations above */
  uint8_t bytes[PC_LIFE_BYTES];
};

/* An empty one; PC_ENVIRONMENT: no memory. */
enum pc_result pc_life_open(struct pc_life **life, struct pc_error *error);
void pc_life_close(struct pc_life *life); /* NULL is fine */

/* Adds an operation to the end. */
void pc_life_add(struct pc_life *life, const struct pc_operation *operation);
/* Adds a cut in the last operation, or, after another cut of that, in the recovery from it. One in the first start, of
   which a list can't tell, is left out: most of what is found later doesn't need it. */
void pc_life_add_cut(struct pc_life *life, const struct pc_cut *cut, uint64_t seed);

#endif
