/* Wear runs: their samples, and how they ended. */
#include "ledger.h"
#include "powercut/ledger.h"
#include "record.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static enum pc_result put_samples(const struct pc_database *database, int64_t run_id,
                                  const struct pc_wear_result *result, struct pc_error *error) {
  uint32_t sectors = result->counts.wear_count;
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(
      database, "INSERT INTO wear_samples (run_id, operation, sector, erases) VALUES (?, ?, ?, ?)", &statement, error);
  for (size_t i = 0; !err && i < (size_t)sectors * result->sample_count; i++) {
    const struct pc_value values[] = {pc_integer((uint64_t)run_id), pc_integer(result->sampled_at[i / sectors]),
                                      pc_integer(i % sectors), pc_integer(result->sampled_erases[i])};
    err = pc_database_put(database, statement, values, COUNT(values), error);
  }
  (void)sqlite3_finalize(statement);
  return err;
}

static enum pc_result put_wear_run(const struct pc_database *database, int64_t run_id,
                                   const struct pc_wear_result *result, uint32_t cut_every, struct pc_error *error) {
  const struct pc_value values[] = {
      pc_integer((uint64_t)run_id),
      pc_integer(cut_every),
      pc_integer(result->worn),
      pc_integer(result->refused),
      result->failure.found ? pc_text(result->failure.text) : pc_null(),
  };
  return pc_database_put_one(database,
                             "INSERT INTO wear_runs (run_id, cut_every, worn, refused, failure) VALUES (?, ?, ?, ?, ?)",
                             values, COUNT(values), error);
}

enum pc_result pc_ledger_end_wear(struct pc_ledger *ledger, int64_t run_id, const struct pc_wear_result *result,
                                  uint32_t cut_every, struct pc_error *error) {
  const struct pc_database *database = &ledger->database;
  const struct pc_record record = {.run_id = run_id,
                                   .result = &result->counts,
                                   .state = result->counts.interrupted ? "interrupted" : "finished",
                                   .seconds = result->seconds};
  enum pc_result err = pc_database_begin(database, error);
  if (err) {
    return err;
  }
  err = pc_record_counts(database, &record, error);
  if (!err) {
    err = pc_record_wear(database, &record, error);
  }
  if (!err) {
    err = put_wear_run(database, run_id, result, cut_every, error);
  }
  if (!err) {
    err = put_samples(database, run_id, result, error);
  }
  return pc_database_end(database, err, error);
}
