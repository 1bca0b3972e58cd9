/* Fuzzing campaigns. */
#include "ledger.h"
#include "powercut/ledger_campaign.h"
#include "rows.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

enum pc_result pc_ledger_begin_campaign(struct pc_ledger *ledger, const char *harness, const char *fuzzer,
                                        int64_t *campaign_id, struct pc_error *error) {
  const struct pc_value values[] = {pc_text(fuzzer), pc_text(harness)};
  enum pc_result err =
      pc_database_put_one(&ledger->database,
                          "INSERT INTO campaigns (fuzzer, harness, seconds, executions, edges, corpus) "
                          "VALUES (?, ?, 0, 0, 0, 0)",
                          values, COUNT(values), error);
  *campaign_id = sqlite3_last_insert_rowid(ledger->database.connection);
  return err;
}

static enum pc_result expect_campaign(const struct pc_database *database, int64_t campaign_id, struct pc_error *error) {
  const struct pc_value values[] = {pc_integer((uint64_t)campaign_id)};
  int64_t count = 0;
  enum pc_result err = pc_rows_read(database, "SELECT count(*) FROM campaigns WHERE campaign_id = ?", values,
                                    COUNT(values), pc_rows_take_integer, &count, error);
  if (!err && count == 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s: there is no campaign %lld", database->path, (long long)campaign_id);
  }
  return err;
}

static enum pc_result put_progress(const struct pc_database *database, const struct pc_campaign_progress *progress,
                                   struct pc_error *error) {
  const struct pc_value values[] = {pc_integer((uint64_t)progress->campaign_id), pc_integer(progress->second),
                                    pc_integer(progress->executions), pc_integer(progress->edges),
                                    pc_integer(progress->corpus)};
  enum pc_result err = expect_campaign(database, progress->campaign_id, error);
  if (!err) {
    err = pc_database_put_one(database,
                              "UPDATE campaigns SET seconds = ?2, executions = ?3, edges = ?4, corpus = ?5 "
                              "WHERE campaign_id = ?1",
                              values, COUNT(values), error);
  }
  return err ? err
             : pc_database_put_one(database,
                                   "INSERT OR REPLACE INTO campaign_progress (campaign_id, second, executions, edges, "
                                   "corpus) VALUES (?, ?, ?, ?, ?)",
                                   values, COUNT(values), error);
}

enum pc_result pc_ledger_note_progress(struct pc_ledger *ledger, const struct pc_campaign_progress *progress,
                                       struct pc_error *error) {
  enum pc_result err = pc_database_begin(&ledger->database, error);
  return err ? err : pc_database_end(&ledger->database, put_progress(&ledger->database, progress, error), error);
}

/* Whether no campaign of this one's harness has the signature. */
static enum pc_result is_unknown(const struct pc_database *database, const struct pc_crash *crash, bool *is_new,
                                 struct pc_error *error) {
  const struct pc_value values[] = {pc_integer((uint64_t)crash->campaign_id), pc_text(crash->signature)};
  int64_t count = 0;
  enum pc_result err = pc_rows_read(database,
                                    "SELECT count(*) FROM crashes JOIN campaigns USING (campaign_id) WHERE harness = "
                                    "(SELECT harness FROM campaigns WHERE campaign_id = ?1) AND signature = ?2",
                                    values, COUNT(values), pc_rows_take_integer, &count, error);
  *is_new = count == 0;
  return err;
}

/* Any bytes: an empty blob is one, too. */
static int bind_bytes(sqlite3_stmt *statement, int index, struct pc_bytes bytes) {
  return sqlite3_bind_blob64(statement, index, bytes.size == 0 ? (const void *)"" : bytes.data, bytes.size,
                             SQLITE_STATIC);
}

static enum pc_result put_crash(const struct pc_database *database, const struct pc_crash *crash,
                                struct pc_error *error) {
  const struct pc_value values[] = {pc_integer((uint64_t)crash->campaign_id), pc_text(crash->signature)};
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(database,
                                           "INSERT OR IGNORE INTO crashes (campaign_id, signature, input, minimized) "
                                           "VALUES (?, ?, ?, ?)",
                                           &statement, error);
  if (err) {
    return err;
  }
  /* What isn't bound is NULL. */
  if (bind_bytes(statement, 3, crash->input) != SQLITE_OK ||
      (crash->minimized.size > 0 && bind_bytes(statement, 4, crash->minimized) != SQLITE_OK)) {
    err = pc_database_fail(database, error);
  } else {
    err = pc_database_put(database, statement, values, COUNT(values), error);
  }
  (void)sqlite3_finalize(statement); /* tells the step's error once more */
  return err;
}

enum pc_result pc_ledger_add_crash(struct pc_ledger *ledger, const struct pc_crash *crash, bool *is_new,
                                   struct pc_error *error) {
  const struct pc_database *database = &ledger->database;
  enum pc_result err = pc_database_begin(database, error);
  if (err) {
    return err;
  }
  err = expect_campaign(database, crash->campaign_id, error);
  if (!err) {
    err = is_unknown(database, crash, is_new, error);
  }
  if (!err) {
    err = put_crash(database, crash, error);
  }
  return pc_database_end(database, err, error);
}

static enum pc_result put_coverage(const struct pc_database *database, const struct pc_corpus_coverage *coverage,
                                   struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(database,
                                           "INSERT OR REPLACE INTO corpus_coverage (measured_at, harness, file, "
                                           "inputs, lines, lines_reached, branches, branches_reached) "
                                           "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                                           &statement, error);
  for (size_t i = 0; !err && i < coverage->file_count; i++) {
    const struct pc_coverage_counts *file = &coverage->files[i];
    const struct pc_value values[] = {
        pc_text(coverage->measured_at), pc_text(coverage->harness),        pc_text(file->file),
        pc_integer(coverage->inputs),   pc_integer(file->lines),           pc_integer(file->lines_reached),
        pc_integer(file->branches),     pc_integer(file->branches_reached)};
    err = pc_database_put(database, statement, values, COUNT(values), error);
  }
  (void)sqlite3_finalize(statement);
  return err;
}

enum pc_result pc_ledger_add_coverage(struct pc_ledger *ledger, const struct pc_corpus_coverage *coverage,
                                      struct pc_error *error) {
  enum pc_result err = pc_database_begin(&ledger->database, error);
  return err ? err : pc_database_end(&ledger->database, put_coverage(&ledger->database, coverage, error), error);
}
