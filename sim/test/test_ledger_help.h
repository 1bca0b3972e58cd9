/* A folder for each test's databases, exploration results to record, and queries whose rows come as text. */
#ifndef PC_TEST_LEDGER_HELP_H
#define PC_TEST_LEDGER_HELP_H

#include "powercut/ledger.h"

/* The test's own folder, made on the first call and removed by ledger_folder_remove, with what is in it. */
const char *ledger_folder(void);
void ledger_folder_remove(void);

/* The path of a file in that folder; valid until the next eight calls. */
const char *ledger_file(const char *name);

/* Asserts that it opens. */
struct pc_ledger *ledger_open(const char *path);

/* The rows that `sql` yields from the database at `path`: columns joined by '|', NULL as "NULL", each row ended by a
   newline. The text is valid until the next call. */
const char *ledger_query(const char *path, const char *sql);

/* Runs statements on a database of any kind, by a connection of its own. */
void ledger_sql(const char *path, const char *sql);

extern const struct pc_run_info ledger_info;
/* One with a key and a cut path of two, but for its texts. */
struct pc_violation ledger_violation(void);
/* Adds a violation and commits it. */
enum pc_result ledger_record(struct pc_ledger *ledger, int64_t run_id, const struct pc_violation *violation,
                             struct pc_bytes repro, struct pc_error *error);
/* Begins a run and asserts that this works. */
int64_t ledger_begin(struct pc_ledger *ledger);

#define LEDGER_CHECKS 4 /* rows of v_checks that ledger_result makes */
#define LEDGER_SECTORS 3
/* An exploration's outcome. `wear` has room for LEDGER_SECTORS and must stay as long as the result. */
struct pc_exploration_result ledger_result(struct pc_sector_wear *wear);

#endif
