/*
 * The database file: opening, making and refusing it, and running statements with their errors turned into values.
 *
 * It is kept in SQLite's rollback-journal mode, the default, rather than with a write-ahead log. Users copy and mail
 * one file, and between transactions this mode has everything in it, also after a kill; a log would leave the newest
 * results in a second file. A kill inside a transaction leaves a journal with which the next reader undoes that
 * transaction. Readers at the same time are safe: our transactions are short, and each side waits for the other.
 */
#ifndef PC_LEDGER_DATABASE_H
#define PC_LEDGER_DATABASE_H

#include <sqlite3.h>
#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/error.h"
#include "powercut/query.h"

struct pc_database {
  sqlite3 *connection;
  char *path; /* as the user gave it, for messages */
};

/* Opens the database at `path`, or makes it, as pc_ledger_open says. On failure nothing is left to close. */
enum pc_result pc_database_open(struct pc_database *database, const char *path, struct pc_error *error);
/* For a database that is there to be read. PC_BAD_INPUT if there is no regular file at `path`, or an empty one, of
   which pc_database_open would make a database. */
enum pc_result pc_database_expect_filled(const char *path, struct pc_error *error);
void pc_database_close(struct pc_database *database);

/* PC_ENVIRONMENT with the connection's last error and the file's name. */
enum pc_result pc_database_fail(const struct pc_database *database, struct pc_error *error);

/* Runs statements without parameters or results. */
enum pc_result pc_database_run(const struct pc_database *database, const char *sql, struct pc_error *error);

/* Begins a transaction that writes, and ends one that came to `err` so far: as a whole, or not at all. */
enum pc_result pc_database_begin(const struct pc_database *database, struct pc_error *error);
enum pc_result pc_database_end(const struct pc_database *database, enum pc_result err, struct pc_error *error);

/* A prepared statement that is run once for each row of values. Finalize it with sqlite3_finalize. */
enum pc_result pc_database_prepare(const struct pc_database *database, const char *sql, sqlite3_stmt **statement,
                                   struct pc_error *error);
enum pc_result pc_database_bind(const struct pc_database *database, sqlite3_stmt *statement, int index,
                                const struct pc_value *value, struct pc_error *error); /* the first index is 1 */
enum pc_result pc_database_put(const struct pc_database *database, sqlite3_stmt *statement,
                               const struct pc_value *values, int count, struct pc_error *error);

/* Prepare, put and finalize. */
enum pc_result pc_database_put_one(const struct pc_database *database, const char *sql, const struct pc_value *values,
                                   int count, struct pc_error *error);

#endif
