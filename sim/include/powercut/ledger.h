/*
 * The ledger: results in SQLite. The only room that knows it.
 *
 * A run is recorded as it goes: it is there from its beginning, and what was committed before a kill stays. Schema and
 * views are in reports/schema.sql; PRAGMA user_version tells the schema's version.
 */
#ifndef POWERCUT_LEDGER_H
#define POWERCUT_LEDGER_H

#include <stdint.h>

#include "powercut/error.h"
#include "powercut/explore.h"
#include "powercut/wear.h"

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

#define PC_OPERATIONS_PER_DAY 1000u

struct pc_run_info {
  const char *scenario; /* its name */
  const char *device;   /* profile and sectors: "w25q128jv x 16" */
  const char *store;    /* name and parameters that differ from the fallbacks: "norkv redundancy=2" */
  uint64_t seed;
  uint32_t endurance;          /* erases a sector is specified for; 0: unlimited or not known */
  int64_t group;               /* the first run of those that one command makes; 0: it is the first, or the only one */
  const char *version;         /* of powercut; NULL: not known */
  const char *command;         /* that makes the run again, as a shell takes it; NULL: not known */
  uint64_t operations_per_day; /* assumed for the life of the part; 0: PC_OPERATIONS_PER_DAY */
  uint64_t memory_size;        /* bytes that the store asks for; 0: not known */
  const struct pc_run_setting *settings;
  size_t setting_count;
  const char *fingerprint; /* of all that decides what the run comes to; NULL: it can't be gone on with */
  const char *drawing; /* where not every cut is tried: as the scenario says it, "sample: 1000"; NULL: every one is */
  uint32_t shard, shards; /* of a part of a run: its number, from 1, and of how many; 0, 0: the whole */
};

/* Begins a run; committed when it returns, whole or not at all. */
enum pc_result pc_ledger_begin_run(struct pc_ledger *ledger, const struct pc_run_info *info, int64_t *run_id,
                                   struct pc_error *error);

/* Takes a run back that was begun and turned out to be bad input. */
enum pc_result pc_ledger_discard_run(struct pc_ledger *ledger, int64_t run_id, struct pc_error *error);

/* A run that was begun and not ended, and how far it was. */
struct pc_resumed {
  int64_t run_id;
  bool finished;       /* there is nothing left to explore, and it is not to be ended again */
  bool has_checkpoint; /* else the run was stopped before its baseline run was committed, and starts anew */
  struct pc_checkpoint checkpoint;
  double seconds; /* that it took so far */
};

/* Finds the last run of that fingerprint and shard that is not finished, and marks it as running. PC_BAD_INPUT: there
   is none, and the message says what there is instead. With a group, finds the group's run of that fingerprint instead,
   finished or not; `run_id` is 0 if it has none. */
enum pc_result pc_ledger_resume_run(struct pc_ledger *ledger, const struct pc_run_info *info,
                                    struct pc_resumed *resumed, struct pc_error *error);

/* Finds the last group whose first run has that fingerprint and shard. PC_BAD_INPUT: there is none, or `members` of its
   runs are finished, which are all. */
enum pc_result pc_ledger_resume_group(struct pc_ledger *ledger, const struct pc_run_info *info, size_t members,
                                      int64_t *group, struct pc_error *error);

/* Hands over the violations of a run that were committed, in order. A result other than PC_OK ends it with that. */
typedef enum pc_result (*pc_violation_function)(void *context, const struct pc_violation *violation,
                                                struct pc_error *error);
enum pc_result pc_ledger_read_violations(struct pc_ledger *ledger, int64_t run_id, pc_violation_function function,
                                         void *context, struct pc_error *error);

/* Takes a violation with its repro (text), or a part of the exploration (struct pc_observer), to be written with the
   next commit. Violations belong to the part that is taken next. PC_ENVIRONMENT: out of memory. */
enum pc_result pc_ledger_add_violation(struct pc_ledger *ledger, int64_t run_id, const struct pc_violation *violation,
                                       struct pc_bytes repro, struct pc_error *error);
enum pc_result pc_ledger_add_part(struct pc_ledger *ledger, const struct pc_part *part, struct pc_error *error);

/* A violation that is the first of its invariant and last fault class in its run, and has no shrunk repro. */
struct pc_unshrunk {
  int64_t violation_id; /* 0: there is none */
  uint64_t number;      /* of the run's violations, the first is 1 */
  struct pc_buffer repro;
};

/* Finds the next one of a run, in the order of their recording: behind `*unshrunk`, which is zeroed to begin. Its repro
   takes the place of what was there: free it when there are no more. */
enum pc_result pc_ledger_next_unshrunk(struct pc_ledger *ledger, int64_t run_id, struct pc_unshrunk *unshrunk,
                                       struct pc_error *error);

/* Records the shrunk repro (text) of a violation; committed when it returns. */
enum pc_result pc_ledger_add_shrunk(struct pc_ledger *ledger, int64_t violation_id, struct pc_bytes repro,
                                    struct pc_error *error);

/* Writes what was taken since the last commit, if anything, and the counts of all so far, in one transaction. `seconds`
   is what the run took so far. To be called when no part is half told. PC_ENVIRONMENT: nothing of it was written, or
   another process goes on with the same run. */
enum pc_result pc_ledger_commit(struct pc_ledger *ledger, int64_t run_id, double seconds, struct pc_error *error);

/* Ends a run with its counts, checks, wear and times and what was taken since the last commit, in one transaction.
   `result->interrupted` is kept: the run is then marked as not finished. A run can be ended once; PC_ENVIRONMENT leaves
   it not ended, as it was committed last. */
enum pc_result pc_ledger_end_run(struct pc_ledger *ledger, int64_t run_id, const struct pc_exploration_result *result,
                                 double seconds, struct pc_error *error);
/* The same for a wear run, with its samples. */
enum pc_result pc_ledger_end_wear(struct pc_ledger *ledger, int64_t run_id, const struct pc_wear_result *result,
                                  uint32_t cut_every, struct pc_error *error);

#endif
