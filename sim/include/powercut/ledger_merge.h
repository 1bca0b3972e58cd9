/* Joining the ledgers of many machines. */
#ifndef POWERCUT_LEDGER_MERGE_H
#define POWERCUT_LEDGER_MERGE_H

#include <stddef.h>
#include <stdint.h>

#include "powercut/error.h"

struct pc_merge {
  const char *path; /* of the new database: nothing may be there */
  const char *const *inputs;
  size_t input_count;
  const char *command; /* kept as the command that made the runs that are joined */
};

/* What the new database has. */
struct pc_merged {
  uint64_t runs, joined; /* runs, and those of them that were joined of shards */
  uint64_t campaigns;
};

/*
 * Copies all that the inputs hold, in their order and with new numbers, and joins the shards of a run to exactly the
 * rows of that run in one go, but for times. Inputs of an older version are brought to this one. The new database is
 * written beside its place and renamed once it is whole: on failure nothing is there. PC_BAD_INPUT: it exists, an input
 * is missing, empty, not one of powercut, newer or given twice, or a run lacks a shard, has one twice or one that is
 * not finished.
 */
enum pc_result pc_ledger_merge(const struct pc_merge *merge, struct pc_merged *merged, struct pc_error *error);

#endif
