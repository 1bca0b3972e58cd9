#include "join.h"

#include <stdlib.h>

#include "powercut/explore.h"
#include "rows.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* Each yields a message where something stands against joining. */
static const char *const obstacles[] = {
    "SELECT printf('%s: shard %d/%d of ''%s'' is not finished: --resume does the rest', path, shard, shards, scenario) "
    "FROM runs JOIN origins USING (run_id) WHERE shards IS NOT NULL AND state <> 'finished' ORDER BY run_id LIMIT 1",

    "SELECT printf('%s: shard %d/%d of ''%s'' is there twice, here and in %s', max(path), shard, shards, scenario, "
    "min(path)) FROM runs JOIN origins USING (run_id) WHERE shards IS NOT NULL GROUP BY fingerprint, shards, shard "
    "HAVING count(*) > 1 ORDER BY min(run_id) LIMIT 1",

    "WITH RECURSIVE "
    "partial AS (SELECT fingerprint, shards, scenario, min(path) AS path, min(run_id) AS run FROM runs JOIN origins "
    "USING (run_id) "
    "  WHERE shards IS NOT NULL GROUP BY fingerprint, shards HAVING count(*) < shards), "
    "wanted AS (SELECT fingerprint, shards, scenario, path, run, 1 AS number FROM partial UNION ALL "
    "  SELECT fingerprint, shards, scenario, path, run, number + 1 FROM wanted WHERE number < shards) "
    "SELECT printf('shard %d/%d of ''%s'', of which %s has another, is missing%s', number, shards, scenario, path, "
    "  coalesce((SELECT printf('; that in %s is of another scenario, store, seed or version', o.path) FROM runs AS r "
    "    JOIN origins AS o USING (run_id) WHERE r.shards = wanted.shards AND r.shard = number), '')) "
    "FROM wanted WHERE NOT EXISTS (SELECT * FROM runs AS r WHERE r.fingerprint = wanted.fingerprint AND "
    "  r.shards = wanted.shards AND r.shard = number) ORDER BY run, number LIMIT 1",
};

static enum pc_result take_obstacle(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)context;
  return pc_fail(error, PC_BAD_INPUT, "%s", (const char *)row->values[0].text.data);
}

/* ?1 is the run of the first shard, which becomes the whole; table `others` has those of the other shards. Each shard
   made the same baseline run: what comes of that alone is the first one's. */
static const char *const steps[] = {
    "DELETE FROM others WHERE ?1 IS NOT NULL",
    "INSERT INTO others SELECT o.run_id FROM runs AS o JOIN runs AS f USING (fingerprint, shards) WHERE f.run_id = ?1 "
    "AND o.run_id <> ?1",
    "INSERT INTO checks (run_id, invariant, fault, depth, checks, failures) SELECT ?1, invariant, fault, depth, "
    "checks, "
    "failures FROM checks WHERE run_id IN others AND depth > 0 ON CONFLICT DO UPDATE SET checks = checks + "
    "excluded.checks, failures = failures + excluded.failures",
    "INSERT INTO guarantees (run_id, fault, depth, held, detected, lost) SELECT ?1, fault, depth, held, detected, lost "
    "FROM guarantees WHERE run_id IN others ON CONFLICT DO UPDATE SET held = held + excluded.held, detected = detected "
    "+ excluded.detected, lost = lost + excluded.lost",
    "UPDATE latencies SET calls = calls + (SELECT coalesce(sum(starts), 0) FROM segments WHERE run_id IN others), "
    "worst_us = (SELECT iif(count(*) = count(worst_us), max(worst_us), NULL) FROM latencies WHERE operation = 'start' "
    "AND (run_id = ?1 OR run_id IN others)) WHERE run_id = ?1 AND operation = 'start'",
    "UPDATE runs SET (cuts, recoveries, deduplicated, violations, population, drawn, failed, soaked, seconds) = "
    "(SELECT runs.cuts + coalesce(sum(s.cuts), 0), runs.recoveries + coalesce(sum(s.recoveries), 0), runs.deduplicated "
    "+ coalesce(sum(s.deduplicated), 0), runs.violations + coalesce(sum(s.violations), 0), runs.population + "
    "coalesce(sum(s.population), 0), runs.drawn + coalesce(sum(s.drawn), 0), runs.failed + coalesce(sum(s.failed), 0), "
    "runs.soaked + coalesce(sum(s.soaked), 0), (SELECT sum(r.seconds) FROM runs AS r WHERE r.run_id = ?1 OR r.run_id "
    "IN others) FROM segments AS s WHERE s.run_id IN others), segments = (SELECT sum(r.segments) FROM runs AS r WHERE "
    "r.run_id = ?1 OR r.run_id IN others), started_at = (SELECT min(r.started_at) FROM runs AS r WHERE r.run_id = ?1 "
    "OR r.run_id IN others), shard = NULL, shards = NULL WHERE run_id = ?1",
    "UPDATE segments SET run_id = ?1 WHERE run_id IN others",
};

/* As many of a kind as a run in one go keeps, in its order and with its shrunk repros. `%s` are the columns but for
   violation_id, run_id and shrunk. ?1 is the run, ?2 the last violation_id so far, ?3 how many. */
#define JOIN_VIOLATIONS                                                                                               \
  "INSERT INTO violations (run_id, shrunk%s) SELECT ?1, iif(place = 1, shrunk, NULL)%s FROM (SELECT *, row_number() " \
  "OVER (PARTITION BY invariant, fault ORDER BY segment, violation_id) AS place FROM violations WHERE violation_id "  \
  "<= ?2 AND (run_id = ?1 OR (run_id IN others AND segment IS NOT NULL))) WHERE place <= ?3 ORDER BY segment, "       \
  "violation_id"

static enum pc_result take_column(void *context, const struct pc_row *row, struct pc_error *error) {
  struct pc_buffer *columns = context;
  pc_buffer_print(columns, ", %s", (const char *)row->values[0].text.data);
  return columns->failed ? pc_fail_memory(error) : PC_OK;
}

static enum pc_result put_violations(const struct pc_database *database, int64_t run_id, int64_t last,
                                     struct pc_error *error) {
  struct pc_buffer columns = {0}, sql = {0};
  enum pc_result err = pc_rows_read(database,
                                    "SELECT name FROM pragma_table_info('violations') WHERE name NOT IN "
                                    "('violation_id', 'run_id', 'shrunk')",
                                    NULL, 0, take_column, &columns, error);
  if (!err) {
    pc_buffer_print(&sql, JOIN_VIOLATIONS, (const char *)columns.data, (const char *)columns.data);
    err = sql.failed ? pc_fail_memory(error) : PC_OK;
  }
  if (!err) {
    const struct pc_value values[] = {pc_integer((uint64_t)run_id), pc_integer((uint64_t)last),
                                      pc_integer(PC_MAX_SAME_VIOLATIONS)};
    err = pc_database_put_one(database, (const char *)sql.data, values, COUNT(values), error);
  }
  pc_buffer_free(&sql);
  pc_buffer_free(&columns);
  return err;
}

static enum pc_result join_violations(const struct pc_database *database, int64_t run_id, struct pc_error *error) {
  int64_t last = 0;
  enum pc_result err = pc_rows_read(database, "SELECT coalesce(max(violation_id), 0) FROM violations", NULL, 0,
                                    pc_rows_take_integer, &last, error);
  if (!err) {
    err = put_violations(database, run_id, last, error);
  }
  const struct pc_value values[] = {pc_integer((uint64_t)run_id), pc_integer((uint64_t)last)};
  return err ? err
             : pc_database_put_one(database, "DELETE FROM violations WHERE run_id = ?1 AND violation_id <= ?2", values,
                                   COUNT(values), error);
}

static enum pc_result join(const struct pc_database *database, int64_t run_id, const char *command,
                           struct pc_error *error) {
  const struct pc_value values[] = {pc_integer((uint64_t)run_id), pc_text(command)};
  enum pc_result err = PC_OK;
  for (int i = 0; !err && i < COUNT(steps); i++) {
    err = pc_database_put_one(database, steps[i], values, 1, error);
  }
  if (!err) {
    err = join_violations(database, run_id, error);
  }
  if (!err) {
    err = pc_database_put_one(database, "UPDATE runs SET command = ?2 WHERE run_id = ?1", values, COUNT(values), error);
  }
  return err ? err : pc_database_run(database, "DELETE FROM runs WHERE run_id IN others", error);
}

struct runs {
  int64_t *ids;
  size_t count;
};

static enum pc_result take_run(void *context, const struct pc_row *row, struct pc_error *error) {
  struct runs *runs = context;
  int64_t *grown = reallocarray(runs->ids, runs->count + 1, sizeof *grown);
  if (grown == NULL) {
    return pc_fail_memory(error);
  }
  runs->ids = grown;
  runs->ids[runs->count++] = row->values[0].integer;
  return PC_OK;
}

enum pc_result pc_join_shards(const struct pc_database *database, const char *command, uint64_t *joined,
                              struct pc_error *error) {
  struct runs runs = {0};
  enum pc_result err = pc_database_run(database, "CREATE TEMP TABLE others (run_id INTEGER PRIMARY KEY)", error);
  for (int i = 0; !err && i < COUNT(obstacles); i++) {
    err = pc_rows_read(database, obstacles[i], NULL, 0, take_obstacle, NULL, error);
  }
  if (!err) {
    err = pc_rows_read(database, "SELECT run_id FROM runs WHERE shard = 1 AND shards IS NOT NULL ORDER BY 1", NULL, 0,
                       take_run, &runs, error);
  }
  for (size_t i = 0; !err && i < runs.count; i++) {
    err = join(database, runs.ids[i], command, error);
  }
  *joined = runs.count;
  free(runs.ids);
  return err;
}
