#include "record.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static void print_path(struct pc_buffer *text, const struct pc_cut_path *path) {
  if (path->life > 0) {
    pc_buffer_print(text, "life %u cut %u: ", path->life, path->number);
  }
  for (uint32_t i = 0; i < path->depth; i++) {
    const struct pc_cut *cut = &path->cuts[i];
    pc_buffer_print(text, "%s%u %s %u", i == 0 ? "" : ", ", cut->flash_operation, pc_fault_class(cut->fault)->name,
                    cut->variant);
  }
}

static enum pc_result put_violation(const struct pc_database *database, sqlite3_stmt *statement,
                                    const struct pc_queued_violation *queued, struct pc_error *error) {
  const struct pc_violation *violation = &queued->violation;
  const struct pc_cut_path *path = &violation->path;
  struct pc_buffer key = {0}, cuts = {0};
  if (violation->has_key) {
    pc_buffer_key(&key, violation->key);
  }
  print_path(&cuts, path);
  enum pc_result err = key.failed || cuts.failed ? pc_fail_memory(error) : PC_OK;
  if (!err) {
    const struct pc_value values[] = {
        pc_integer((uint64_t)queued->run_id),
        pc_text(pc_invariant_info(violation->invariant)->name),
        pc_text(violation->fault == PC_FAULT_COUNT ? "none" : pc_fault_class(violation->fault)->name),
        pc_integer(path->depth),
        pc_integer(violation->operation),
        path->depth == 0 ? pc_null() : pc_integer(path->cuts[0].flash_operation),
        violation->has_key ? pc_text((const char *)key.data) : pc_null(),
        pc_text(violation->expected),
        pc_text(violation->actual),
        {.kind = PC_VALUE_TEXT, .text = {queued->repro.data, queued->repro.size}},
        violation->count == 0 ? pc_null() : pc_integer(violation->count),
        queued->has_segment ? pc_integer(queued->segment) : pc_null(),
        path->depth == 0 ? pc_null() : pc_text((const char *)cuts.data),
    };
    err = pc_database_put(database, statement, values, COUNT(values), error);
  }
  pc_buffer_free(&cuts);
  pc_buffer_free(&key);
  return err;
}

static enum pc_result put_violations(const struct pc_database *database, const struct pc_queue *queue,
                                     struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(
      database,
      "INSERT INTO violations (run_id, invariant, fault, depth, operation, flash_operation, key, "
      "expected, actual, repro, count, segment, cut_path) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      &statement, error);
  for (size_t i = 0; !err && i < queue->violation_count; i++) {
    err = put_violation(database, statement, &queue->violations[i], error);
  }
  (void)sqlite3_finalize(statement);
  return err;
}

static enum pc_result put_segment(const struct pc_database *database, sqlite3_stmt *statement, int64_t run_id,
                                  const struct pc_queued_segment *segment, struct pc_error *error) {
  const struct pc_value values[] = {
      pc_integer((uint64_t)run_id),
      pc_integer(segment->segment),
      pc_integer(segment->cuts),
      pc_integer(segment->recoveries),
      pc_integer(segment->aftermaths),
      pc_integer(segment->deduplicated),
      pc_integer(segment->violations),
      pc_integer(segment->start.calls),
      segment->start.worst_us < 0 ? pc_null() : pc_real(segment->start.worst_us),
      pc_integer(segment->population),
      pc_integer(segment->drawn),
      pc_integer(segment->failed_draws),
      pc_integer(segment->soaked),
  };
  enum pc_result err = pc_database_put(database, statement, values, COUNT(values), error);
  if (err && sqlite3_errcode(database->connection) == SQLITE_CONSTRAINT) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: another process goes on with run %lld", database->path,
                   (long long)run_id);
  }
  return err;
}

static enum pc_result put_segments(const struct pc_database *database, int64_t run_id, const struct pc_queue *queue,
                                   struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err =
      pc_database_prepare(database,
                          "INSERT INTO segments (run_id, segment, cuts, recoveries, aftermaths, deduplicated, "
                          "violations, starts, worst_start_us, population, drawn, failed, soaked) VALUES (?, ?, ?, ?, "
                          "?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          &statement, error);
  for (size_t i = 0; !err && i < queue->segment_count; i++) {
    err = put_segment(database, statement, run_id, &queue->segments[i], error);
  }
  (void)sqlite3_finalize(statement);
  return err;
}

/* The baseline run is done: how many segments there are is known. */
static enum pc_result put_segment_count(const struct pc_database *database, int64_t run_id,
                                        const struct pc_queue *queue, struct pc_error *error) {
  const struct pc_value values[] = {pc_integer(queue->part_segments), pc_integer((uint64_t)run_id)};
  return pc_database_put_one(database, "UPDATE runs SET segments = ? WHERE run_id = ?", values, COUNT(values), error);
}

enum pc_result pc_record_queue(const struct pc_database *database, int64_t run_id, const struct pc_queue *queue,
                               struct pc_error *error) {
  enum pc_result err = put_segments(database, run_id, queue, error);
  if (!err && queue->has_baseline) {
    err = put_segment_count(database, run_id, queue, error);
  }
  return err ? err : put_violations(database, queue, error);
}
