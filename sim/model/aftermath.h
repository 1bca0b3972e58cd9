/* What goes on after a recovery, in steps that are operations like any other. */
#ifndef PC_MODEL_AFTERMATH_H
#define PC_MODEL_AFTERMATH_H

#include "checker.h"
#include "powercut/strike.h"

struct pc_aftermath {
  struct pc_checker *checker;
  struct pc_model model; /* its contents are the checker's */
  struct pc_report *report;
  uint32_t key_count; /* of the workload's keys, the first ones that are put and deleted */
  uint32_t steps;     /* operations so far */
  size_t largest;     /* bytes: the largest value that the store was found to take; of pc_aftermath_crowd */

  struct pc_random random;   /* what is drawn: a function of where the aftermath began */
  uint32_t first;            /* of the keys, the one that comes first */
  struct pc_striker striker; /* without a class where the power isn't cut again */
  uint32_t before_cut;       /* operations that come before the next one that is cut */
  uint32_t cuts;             /* so far */
  struct pc_struck last;     /* the last of them */
};

/* The next operation. */
typedef struct pc_operation (*pc_aftermath_choose)(const struct pc_aftermath *aftermath);

/* Runs what is chosen until as much was programmed as the partition holds, something failed, or nothing is taken any
   more. The store starts again after each sector's worth: what a start finds differs as the sectors fill up. */
enum pc_result pc_aftermath_go_on(struct pc_aftermath *aftermath, pc_aftermath_choose choose, struct pc_error *error);

/* Runs an operation, unless something failed. Now and then it is cut first, and run when the store has come up again.
 */
enum pc_result pc_aftermath_step(struct pc_aftermath *aftermath, const struct pc_operation *operation,
                                 struct pc_error *error);

/* Starts the store, and reads all of its contents, unless something failed. */
enum pc_result pc_aftermath_restart(struct pc_aftermath *aftermath, struct pc_error *error);

/* Has the power cut somewhere in an operation, and again in the recovery from that now and then; then the store starts
   again, with the contents that it was found to have. An operation that does nothing to the flash just runs. */
enum pc_result pc_aftermath_cut(struct pc_aftermath *aftermath, const struct pc_operation *operation,
                                struct pc_error *error);

/* Takes a store without a room promise to its limits, which may lie anywhere: the largest value that it takes is looked
   for, and values up to that are put, updated and deleted until it is full, and on. */
enum pc_result pc_aftermath_crowd(struct pc_aftermath *aftermath, struct pc_error *error);

/* Takes the store to its limits: it is emptied, takes the largest value, and is filled to the edge of its room promise
   again and again. One without a room promise is crowded. */
enum pc_result pc_aftermath_fill(struct pc_aftermath *aftermath, struct pc_error *error);

#endif
