#include "powercut/ledger.h"

#include <stdlib.h>

#include "ledger.h"
#include "record.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

enum pc_result pc_ledger_open(struct pc_ledger **ledger, const char *path, struct pc_error *error) {
  *ledger = NULL;
  struct pc_ledger *opened = calloc(1, sizeof *opened);
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
    pc_queue_clear(&ledger->queue);
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
      text_or_null(info->fingerprint),
      text_or_null(info->drawing),
      info->shards == 0 ? pc_null() : pc_integer(info->shard),
      info->shards == 0 ? pc_null() : pc_integer(info->shards),
      pc_integer(info->operations_per_day == 0 ? PC_OPERATIONS_PER_DAY : info->operations_per_day),
      info->memory_size == 0 ? pc_null() : pc_integer(info->memory_size),
  };
  enum pc_result err =
      pc_database_put_one(database,
                          "INSERT INTO runs (scenario, device, store, seed, endurance, group_id, version, command, "
                          "fingerprint, drawing, shard, shards, operations_per_day, memory_size) VALUES (?, ?, ?, ?, "
                          "?, ?, ?, ?, ?, ?, ?, ?, "
                          "?, ?)",
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
  enum pc_result err = pc_database_begin(database, error);
  if (err) {
    return err;
  }
  err = put_run(database, info, run_id, error);
  if (!err) {
    err = put_settings(database, *run_id, info, error);
  }
  return pc_database_end(database, err, error);
}

enum pc_result pc_ledger_discard_run(struct pc_ledger *ledger, int64_t run_id, struct pc_error *error) {
  const struct pc_value values[] = {pc_integer((uint64_t)run_id)};
  pc_queue_clear(&ledger->queue);
  return pc_database_put_one(&ledger->database, "DELETE FROM runs WHERE run_id = ?", values, COUNT(values), error);
}

enum pc_result pc_ledger_add_violation(struct pc_ledger *ledger, int64_t run_id, const struct pc_violation *violation,
                                       struct pc_bytes repro, struct pc_error *error) {
  return pc_queue_violation(&ledger->queue, run_id, violation, repro, error);
}

enum pc_result pc_ledger_add_part(struct pc_ledger *ledger, const struct pc_part *part, struct pc_error *error) {
  return pc_queue_part(&ledger->queue, part, error);
}

/* Writes the queue and the record; the wear too if it is new. */
static enum pc_result write(struct pc_ledger *ledger, const struct pc_record *record, bool wear,
                            struct pc_error *error) {
  const struct pc_database *database = &ledger->database;
  enum pc_result err = pc_database_begin(database, error);
  if (err) {
    return err;
  }
  if (record->result != NULL) {
    err = pc_record_counts(database, record, error);
  }
  if (!err) {
    err = pc_record_queue(database, record->run_id, &ledger->queue, error);
  }
  if (!err && wear) {
    err = pc_record_wear(database, record, error);
  }
  err = pc_database_end(database, err, error);
  if (!err) {
    pc_queue_clear(&ledger->queue);
  }
  return err;
}

enum pc_result pc_ledger_commit(struct pc_ledger *ledger, int64_t run_id, double seconds, struct pc_error *error) {
  const struct pc_queue *queue = &ledger->queue;
  if (!queue->has_part && queue->violation_count == 0) {
    return PC_OK;
  }
  const struct pc_record record = {
      .run_id = run_id, .result = queue->has_part ? &queue->sum : NULL, .state = "running", .seconds = seconds};
  return write(ledger, &record, queue->has_baseline, error);
}

enum pc_result pc_ledger_end_run(struct pc_ledger *ledger, int64_t run_id, const struct pc_exploration_result *result,
                                 double seconds, struct pc_error *error) {
  const struct pc_record record = {.run_id = run_id,
                                   .result = result,
                                   .state = result->interrupted ? "interrupted" : "finished",
                                   .seconds = seconds};
  return write(ledger, &record, true, error);
}
