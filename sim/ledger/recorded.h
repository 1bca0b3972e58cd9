/* What is recorded of a run, read back. */
#ifndef PC_LEDGER_RECORDED_H
#define PC_LEDGER_RECORDED_H

#include "database.h"
#include "powercut/ledger.h"

/* The counts of its segments, into a checkpoint that is zeroed. PC_BAD_INPUT: the rows are not powercut's. */
enum pc_result pc_recorded_counts(const struct pc_database *database, int64_t run_id, struct pc_checkpoint *checkpoint,
                                  struct pc_error *error);

/* Hands its violations over, in order. PC_BAD_INPUT: the rows are not powercut's. */
enum pc_result pc_recorded_violations(const struct pc_database *database, int64_t run_id,
                                      pc_violation_function function, void *context, struct pc_error *error);

#endif
