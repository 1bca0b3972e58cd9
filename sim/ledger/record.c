#include "record.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* The checks of one fault class at one depth: rows for the invariants that were checked. */
struct checked {
  const char *fault;
  uint32_t depth;
  const struct pc_check_count *counts; /* PC_INVARIANT_COUNT */
};

static enum pc_result put_checks(const struct pc_database *database, sqlite3_stmt *statement, int64_t run_id,
                                 const struct checked *checked, struct pc_error *error) {
  for (int i = 0; i < PC_INVARIANT_COUNT; i++) {
    const struct pc_check_count *count = &checked->counts[i];
    if (count->checks == 0) {
      continue;
    }
    const struct pc_value values[] = {
        pc_integer((uint64_t)run_id), pc_text(pc_invariant_info((enum pc_invariant)i)->name),
        pc_text(checked->fault),      pc_integer(checked->depth),
        pc_integer(count->checks),    pc_integer(count->failures),
    };
    enum pc_result err = pc_database_put(database, statement, values, COUNT(values), error);
    if (err) {
      return err;
    }
  }
  return PC_OK;
}

static enum pc_result put_all_checks(const struct pc_database *database, int64_t run_id,
                                     const struct pc_exploration_result *result, struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(
      database,
      "INSERT OR REPLACE INTO checks (run_id, invariant, fault, depth, checks, failures) VALUES (?, ?, ?, ?, ?, ?)",
      &statement, error);
  if (!err) {
    err = put_checks(database, statement, run_id, &(struct checked){"none", 0, result->baseline}, error);
  }
  for (int fault = 0; !err && fault < PC_FAULT_COUNT; fault++) {
    for (uint32_t depth = 1; !err && depth <= PC_MAX_DEPTH; depth++) {
      struct checked checked = {pc_fault_class((enum pc_fault)fault)->name, depth, result->checks[fault][depth - 1]};
      err = put_checks(database, statement, run_id, &checked, error);
    }
  }
  (void)sqlite3_finalize(statement);
  return err;
}

static enum pc_result put_guarantees(const struct pc_database *database, int64_t run_id,
                                     const struct pc_exploration_result *result, struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(
      database,
      "INSERT OR REPLACE INTO guarantees (run_id, fault, depth, held, detected, lost) VALUES (?, ?, ?, ?, ?, ?)",
      &statement, error);
  for (size_t i = 0; !err && i < (size_t)PC_FAULT_COUNT * PC_MAX_DEPTH; i++) {
    const struct pc_guarantee *guarantee = &result->guarantees[i / PC_MAX_DEPTH][i % PC_MAX_DEPTH];
    if (guarantee->held + guarantee->detected + guarantee->lost > 0) {
      const struct pc_value values[] = {
          pc_integer((uint64_t)run_id),     pc_text(pc_fault_class((enum pc_fault)(i / PC_MAX_DEPTH))->name),
          pc_integer(i % PC_MAX_DEPTH + 1), pc_integer(guarantee->held),
          pc_integer(guarantee->detected),  pc_integer(guarantee->lost),
      };
      err = pc_database_put(database, statement, values, COUNT(values), error);
    }
  }
  (void)sqlite3_finalize(statement);
  return err;
}

static struct pc_value time_value(double microseconds) {
  return microseconds < 0 ? pc_null() : pc_real(microseconds);
}

static enum pc_result put_latencies(const struct pc_database *database, int64_t run_id,
                                    const struct pc_exploration_result *result, struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(
      database, "INSERT OR REPLACE INTO latencies (run_id, operation, calls, worst_us) VALUES (?, ?, ?, ?)", &statement,
      error);
  for (int i = 0; !err && i < PC_LATENCY_COUNT; i++) {
    const struct pc_latency *latency = &result->latencies[i];
    if (latency->calls > 0) {
      const struct pc_value values[] = {pc_integer((uint64_t)run_id), pc_text(pc_latency_name((enum pc_latency_kind)i)),
                                        pc_integer(latency->calls), time_value(latency->worst_us)};
      err = pc_database_put(database, statement, values, COUNT(values), error);
    }
  }
  (void)sqlite3_finalize(statement);
  return err;
}

static enum pc_result put_counts(const struct pc_database *database, const struct pc_record *record,
                                 struct pc_error *error) {
  const struct pc_exploration_result *result = record->result;
  const struct pc_value values[] = {
      pc_text(record->state),
      pc_integer(result->operations),
      pc_integer(result->flash_operations),
      pc_integer(result->cuts),
      pc_integer(result->recoveries),
      pc_integer(result->deduplicated),
      pc_integer(result->violations),
      pc_integer(result->put_bytes),
      pc_real(record->seconds),
      time_value(result->typical_us),
      time_value(result->erasing_us),
      pc_integer(result->population),
      pc_integer(result->drawn),
      pc_integer(result->failed_draws),
      pc_integer(result->soaked),
      pc_integer((uint64_t)record->run_id),
  };
  enum pc_result err = pc_database_put_one(
      database,
      "UPDATE runs SET state = ?, operations = ?, flash_operations = ?, cuts = ?, recoveries = ?, deduplicated = ?, "
      "violations = ?, put_bytes = ?, seconds = ?, typical_us = ?, erasing_us = ?, population = ?, drawn = ?, "
      "failed = ?, soaked = ? WHERE run_id = ? AND state = 'running'",
      values, COUNT(values), error);
  if (!err && sqlite3_changes(database->connection) != 1) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: run %lld is not there or has ended", database->path,
                   (long long)record->run_id);
  }
  return err;
}

enum pc_result pc_record_counts(const struct pc_database *database, const struct pc_record *record,
                                struct pc_error *error) {
  enum pc_result err = put_counts(database, record, error);
  if (!err) {
    err = put_all_checks(database, record->run_id, record->result, error);
  }
  if (!err) {
    err = put_guarantees(database, record->run_id, record->result, error);
  }
  return err ? err : put_latencies(database, record->run_id, record->result, error);
}

static enum pc_result put_histogram(const struct pc_database *database, int64_t run_id, const char *measure,
                                    const struct pc_histogram *histogram, struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(database,
                                           "INSERT OR REPLACE INTO put_histograms (run_id, measure, least, below, "
                                           "puts, largest) VALUES (?, ?, ?, ?, ?, ?)",
                                           &statement, error);
  for (size_t i = 0; !err && i < PC_HISTOGRAM_BUCKETS; i++) {
    const struct pc_bucket *bucket = &histogram->buckets[i];
    if (bucket->count > 0) {
      uint64_t below = pc_histogram_from(i + 1);
      const struct pc_value values[] = {pc_integer((uint64_t)run_id), pc_text(measure),
                                        pc_integer(pc_histogram_from(i)),
                                        /* The last one has no end. */
                                        pc_integer(below > bucket->largest ? below : bucket->largest + 1),
                                        pc_integer(bucket->count), pc_integer(bucket->largest)};
      err = pc_database_put(database, statement, values, COUNT(values), error);
    }
  }
  (void)sqlite3_finalize(statement);
  return err;
}

static enum pc_result put_wear(const struct pc_database *database, int64_t run_id,
                               const struct pc_exploration_result *result, struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(
      database, "INSERT OR REPLACE INTO wear (run_id, sector, erases, programmed_bytes) VALUES (?, ?, ?, ?)",
      &statement, error);
  for (uint32_t i = 0; !err && i < result->wear_count; i++) {
    const struct pc_value values[] = {pc_integer((uint64_t)run_id), pc_integer(i), pc_integer(result->wear[i].erases),
                                      pc_integer(result->wear[i].programmed_bytes)};
    err = pc_database_put(database, statement, values, COUNT(values), error);
  }
  (void)sqlite3_finalize(statement);
  return err;
}

enum pc_result pc_record_wear(const struct pc_database *database, const struct pc_record *record,
                              struct pc_error *error) {
  const struct pc_exploration_result *result = record->result;
  enum pc_result err = put_wear(database, record->run_id, result, error);
  if (!err) {
    err = put_histogram(database, record->run_id, "us", &result->put_us, error);
  }
  return err ? err : put_histogram(database, record->run_id, "flash_operations", &result->put_flash_operations, error);
}
