/*
 * The ledger: results in SQLite. The only room that knows it.
 *
 * A run is recorded as it goes: it is there from its beginning, and what was recorded before a kill stays. Schema and
 * views are in reports/schema.sql; PRAGMA user_version tells the schema's version.
 */
#ifndef POWERCUT_LEDGER_H
#define POWERCUT_LEDGER_H

#include <stdint.h>

#include "powercut/error.h"
#include "powercut/explore.h"

#define PC_LEDGER_VERSION 4

struct pc_ledger;

/* Opens a database, or creates it where there is no file (or an empty one). One of an older version is brought to this
   one. PC_BAD_INPUT: not SQLite, not a powercut
   database, damaged, or a newer schema: the file is not touched. PC_ENVIRONMENT: can't be opened, locked, disk full.
   Waits up to 10 s for another writer, as does all below. */
enum pc_result pc_ledger_open(struct pc_ledger **ledger, const char *path, struct pc_error *error);
void pc_ledger_close(struct pc_ledger *ledger); /* NULL is fine */

/* What a run of a group has set differently from the others, as --set takes it. */
struct pc_run_setting {
  const char *path, *value;
};

struct pc_run_info {
  const char *scenario; /* its name */
  const char *device;   /* profile and sectors: "w25q128jv x 16" */
  const char *store;    /* name and parameters that differ from the fallbacks: "norkv redundancy=2" */
  uint64_t seed;
  uint32_t endurance;  /* erases a sector is specified for; 0: unlimited or not known */
  int64_t group;       /* the first run of those that one command makes; 0: it is the first, or the only one */
  const char *version; /* of powercut; NULL: not known */
  const char *command; /* that makes the run again, as a shell takes it; NULL: not known */
  const struct pc_run_setting *settings;
  size_t setting_count;
};

/* Begins a run; committed when it returns, whole or not at all. */
enum pc_result pc_ledger_begin_run(struct pc_ledger *ledger, const struct pc_run_info *info, int64_t *run_id,
                                   struct pc_error *error);

/* Records a violation with its repro (text); committed when it returns. */
enum pc_result pc_ledger_add_violation(struct pc_ledger *ledger, int64_t run_id, const struct pc_violation *violation,
                                       struct pc_bytes repro, struct pc_error *error);

/* Finds the next violation of a run that is the first of its invariant and last fault class and has no shrunk repro:
   from behind `*violation_id` (0: from the start) on, in the order of their recording. `*violation_id` becomes its
   number, 0 if there is none, and its repro is appended to `repro`. */
enum pc_result pc_ledger_next_unshrunk(struct pc_ledger *ledger, int64_t run_id, int64_t *violation_id,
                                       struct pc_buffer *repro, struct pc_error *error);

/* Records the shrunk repro (text) of a violation; committed when it returns. */
enum pc_result pc_ledger_add_shrunk(struct pc_ledger *ledger, int64_t violation_id, struct pc_bytes repro,
                                    struct pc_error *error);

/* Ends a run with its counts, checks, wear and times, in one transaction. `result->interrupted` is kept: the run is
   then marked as not finished. A run can be ended once; PC_ENVIRONMENT leaves it not ended, with its violations. */
enum pc_result pc_ledger_end_run(struct pc_ledger *ledger, int64_t run_id, const struct pc_exploration_result *result,
                                 double seconds, struct pc_error *error);

#endif
