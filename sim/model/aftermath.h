/* What goes on after a recovery, in steps that are operations like any other. */
#ifndef PC_MODEL_AFTERMATH_H
#define PC_MODEL_AFTERMATH_H

#include "checker.h"

struct pc_aftermath {
  struct pc_checker *checker;
  struct pc_model model; /* its contents are the checker's */
  struct pc_report *report;
  uint32_t key_count; /* of the workload's keys, the first ones that are put and deleted */
  uint32_t steps;     /* operations so far */
};

/* Runs an operation, unless something failed. */
enum pc_result pc_aftermath_step(struct pc_aftermath *aftermath, const struct pc_operation *operation,
                                 struct pc_error *error);

/* Starts the store, and reads all of its contents, unless something failed. */
enum pc_result pc_aftermath_restart(struct pc_aftermath *aftermath, struct pc_error *error);

/* Takes the store to its limits: it is emptied, takes the largest value, and is filled to the edge of its room promise
   again and again. */
enum pc_result pc_aftermath_fill(struct pc_aftermath *aftermath, struct pc_error *error);

#endif
