#include "powercut/ledger.h"

#include <stdlib.h>

#include "ledger.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

enum pc_result pc_ledger_open(struct pc_ledger **ledger, const char *path, struct pc_error *error) {
  *ledger = NULL;
  struct pc_ledger *opened = malloc(sizeof *opened);
  if (opened == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result err = pc_database_open(&opened->database, path, error);
  if (err) {
    free(opened);
    return err;
  }
  *ledger = opened;
  return PC_OK;
}

void pc_ledger_close(struct pc_ledger *ledger) {
  if (ledger != NULL) {
    pc_database_close(&ledger->database);
    free(ledger);
  }
}

static struct pc_value text_or_null(const char *text) {
  return text == NULL ? pc_null() : pc_text(text);
}

static enum pc_result put_run(const struct pc_database *database, const struct pc_run_info *info, int64_t *run_id,
                              struct pc_error *error) {
  const struct pc_value values[] = {
      pc_text(info->scenario),
      pc_text(info->device),
      pc_text(info->store),
      pc_integer(info->seed),
      info->endurance == 0 ? pc_null() : pc_integer(info->endurance),
      info->group == 0 ? pc_null() : pc_integer((uint64_t)info->group),
      text_or_null(info->version),
      text_or_null(info->command),
  };
  enum pc_result err =
      pc_database_put_one(database,
                          "INSERT INTO runs (scenario, device, store, seed, endurance, group_id, version, command) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                          values, COUNT(values), error);
  *run_id = sqlite3_last_insert_rowid(database->connection);
  return err;
}

static enum pc_result put_settings(const struct pc_database *database, int64_t run_id, const struct pc_run_info *info,
                                   struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(database, "INSERT INTO run_settings (run_id, path, value) VALUES (?, ?, ?)",
                                           &statement, error);
  for (size_t i = 0; !err && i < info->setting_count; i++) {
    const struct pc_value values[] = {pc_integer((uint64_t)run_id), pc_text(info->settings[i].path),
                                      pc_text(info->settings[i].value)};
    err = pc_database_put(database, statement, values, COUNT(values), error);
  }
  (void)sqlite3_finalize(statement);
  return err;
}

enum pc_result pc_ledger_begin_run(struct pc_ledger *ledger, const struct pc_run_info *info, int64_t *run_id,
                                   struct pc_error *error) {
  const struct pc_database *database = &ledger->database;
  enum pc_result err = pc_database_run(database, "BEGIN IMMEDIATE", error);
  if (err) {
    return err;
  }
  err = put_run(database, info, run_id, error);
  if (!err) {
    err = put_settings(database, *run_id, info, error);
  }
  return pc_database_end(database, err, error);
}

enum pc_result pc_ledger_add_violation(struct pc_ledger *ledger, int64_t run_id, const struct pc_violation *violation,
                                       struct pc_bytes repro, struct pc_error *error) {
  const struct pc_cut_path *path = &violation->path;
  struct pc_buffer key = {0};
  if (violation->has_key) {
    pc_buffer_key(&key, violation->key);
    if (key.failed) {
      pc_buffer_free(&key);
      return pc_fail_memory(error);
    }
  }
  const struct pc_value values[] = {
      pc_integer((uint64_t)run_id),
      pc_text(pc_invariant_info(violation->invariant)->name),
      pc_text(path->depth == 0 ? "none" : pc_fault_class(path->cuts[path->depth - 1].fault)->name),
      pc_integer(path->depth),
      pc_integer(violation->operation),
      path->depth == 0 ? pc_null() : pc_integer(path->cuts[0].flash_operation),
      violation->has_key ? pc_text((const char *)key.data) : pc_null(),
      pc_text(violation->expected),
      pc_text(violation->actual),
      {.kind = PC_VALUE_TEXT, .text = repro},
      violation->count == 0 ? pc_null() : pc_integer(violation->count),
  };
  enum pc_result err =
      pc_database_put_one(&ledger->database,
                          "INSERT INTO violations (run_id, invariant, fault, depth, operation, flash_operation, key, "
                          "expected, actual, repro, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          values, COUNT(values), error);
  pc_buffer_free(&key);
  return err;
}

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
      database, "INSERT INTO checks (run_id, invariant, fault, depth, checks, failures) VALUES (?, ?, ?, ?, ?, ?)",
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
      database, "INSERT INTO guarantees (run_id, fault, depth, held, detected, lost) VALUES (?, ?, ?, ?, ?, ?)",
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

static enum pc_result put_wear(const struct pc_database *database, int64_t run_id,
                               const struct pc_exploration_result *result, struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(
      database, "INSERT INTO wear (run_id, sector, erases, programmed_bytes) VALUES (?, ?, ?, ?)", &statement, error);
  for (uint32_t i = 0; !err && i < result->wear_count; i++) {
    const struct pc_value values[] = {pc_integer((uint64_t)run_id), pc_integer(i), pc_integer(result->wear[i].erases),
                                      pc_integer(result->wear[i].programmed_bytes)};
    err = pc_database_put(database, statement, values, COUNT(values), error);
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
      database, "INSERT INTO latencies (run_id, operation, calls, worst_us) VALUES (?, ?, ?, ?)", &statement, error);
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

static enum pc_result put_counts(const struct pc_database *database, int64_t run_id,
                                 const struct pc_exploration_result *result, double seconds, struct pc_error *error) {
  const struct pc_value values[] = {
      pc_text(result->interrupted ? "interrupted" : "finished"),
      pc_integer(result->operations),
      pc_integer(result->flash_operations),
      pc_integer(result->cuts),
      pc_integer(result->recoveries),
      pc_integer(result->deduplicated),
      pc_integer(result->violations),
      pc_integer(result->put_bytes),
      pc_real(seconds),
      time_value(result->typical_us),
      time_value(result->erasing_us),
      pc_integer((uint64_t)run_id),
  };
  enum pc_result err = pc_database_put_one(
      database,
      "UPDATE runs SET state = ?, operations = ?, flash_operations = ?, cuts = ?, recoveries = ?, deduplicated = ?, "
      "violations = ?, put_bytes = ?, seconds = ?, typical_us = ?, erasing_us = ? WHERE run_id = ? AND state = "
      "'running'",
      values, COUNT(values), error);
  if (!err && sqlite3_changes(database->connection) != 1) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: run %lld is not there or has ended", database->path, (long long)run_id);
  }
  return err;
}

enum pc_result pc_ledger_end_run(struct pc_ledger *ledger, int64_t run_id, const struct pc_exploration_result *result,
                                 double seconds, struct pc_error *error) {
  const struct pc_database *database = &ledger->database;
  enum pc_result err = pc_database_run(database, "BEGIN IMMEDIATE", error);
  if (err) {
    return err;
  }
  err = put_counts(database, run_id, result, seconds, error);
  if (!err) {
    err = put_all_checks(database, run_id, result, error);
  }
  if (!err) {
    err = put_guarantees(database, run_id, result, error);
  }
  if (!err) {
    err = put_wear(database, run_id, result, error);
  }
  if (!err) {
    err = put_latencies(database, run_id, result, error);
  }
  return pc_database_end(database, err, error);
}
