/* Joining the shards of runs, in a database that has them all. */
#ifndef PC_LEDGER_JOIN_H
#define PC_LEDGER_JOIN_H

#include "database.h"

/* Where each run is from, for messages: a temporary table of the connection, to be filled before. */
#define PC_JOIN_ORIGINS "CREATE TEMP TABLE origins (run_id INTEGER PRIMARY KEY, path TEXT NOT NULL)"

/* Joins the shards of all runs, in a transaction; `command` becomes that of the joined runs. `*joined` is how many runs
   came of it. PC_BAD_INPUT: a shard is missing, there twice or not finished. */
enum pc_result pc_join_shards(const struct pc_database *database, const char *command, uint64_t *joined,
                              struct pc_error *error);

#endif
