/* Finding a run that was cut short, and reading back what it has. */
#include "ledger.h"
#include "powercut/ledger.h"
#include "recorded.h"
#include "rows.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* The run that a query names; 0: none. */
static enum pc_result take_run(void *context, const struct pc_row *row, struct pc_error *error) {
  int64_t *run_id = context;
  (void)error;
  *run_id = row->values[0].integer;
  return PC_OK;
}

struct explanation {
  const char *query; /* of ?1 the fingerprint, ?2 and ?3 the shard, ?4 the scenario's name */
  const char *text;  /* about the run that it names */
};

/* Says what is there in place of a run to go on with. */
static enum pc_result refuse(const struct pc_database *database, const struct pc_value *values, int count,
                             struct pc_error *error) {
  static const struct explanation explanations[] = {
      {"SELECT run_id FROM runs WHERE fingerprint = ?1 AND shard IS nullif(?2, 0) AND shards IS nullif(?3, 0) AND ?4 "
       "IS NOT NULL ORDER BY run_id DESC LIMIT 1",
       "of this scenario is finished"},
      {"SELECT run_id FROM runs WHERE fingerprint = ?1 AND state <> 'finished' AND ?2 + ?3 IS NOT NULL AND ?4 IS NOT "
       "NULL ORDER BY run_id DESC LIMIT 1",
       "of this scenario is of another --shard"},
      {"SELECT run_id FROM runs WHERE scenario = ?4 AND state <> 'finished' AND ?1 IS NOT NULL AND ?2 + ?3 IS NOT NULL "
       "ORDER BY run_id DESC LIMIT 1",
       "has this name and is not finished, but its scenario, workload, device, store, seed or powercut was different"},
  };
  for (int i = 0; i < COUNT(explanations); i++) {
    int64_t run_id = 0;
    enum pc_result err = pc_rows_read(database, explanations[i].query, values, count, take_run, &run_id, error);
    if (err) {
      return err;
    }
    if (run_id != 0) {
      return pc_fail(error, PC_BAD_INPUT, "%s: nothing to resume: run %lld %s", database->path, (long long)run_id,
                     explanations[i].text);
    }
  }
  return pc_fail(error, PC_BAD_INPUT, "%s: nothing to resume: it has no unfinished run of this scenario",
                 database->path);
}

static enum pc_result take_resumed(void *context, const struct pc_row *row, struct pc_error *error) {
  struct pc_resumed *resumed = context;
  (void)error;
  resumed->run_id = row->values[0].integer;
  resumed->has_checkpoint = row->values[1].integer != 0;
  resumed->seconds = row->values[2].real;
  resumed->finished = row->values[3].integer != 0;
  return PC_OK;
}

/* With the fingerprint, the shard, the scenario's name and the group as ?1 to ?5. */
#define OF_THIS_SCENARIO " fingerprint = ?1 AND shard IS nullif(?2, 0) AND shards IS nullif(?3, 0)"
#define FIND_RUN                                                                                                     \
  "SELECT run_id, segments IS NOT NULL, coalesce(seconds, 0.0), state = 'finished' FROM runs WHERE" OF_THIS_SCENARIO \
  " AND iif(?5 = 0, state <> 'finished', coalesce(group_id, run_id) = ?5) AND ?4 IS NOT NULL "                       \
  "ORDER BY run_id DESC LIMIT 1"

static enum pc_result find_run(const struct pc_database *database, const struct pc_run_info *info,
                               struct pc_resumed *resumed, struct pc_error *error) {
  const struct pc_value values[] = {pc_text(info->fingerprint), pc_integer(info->shard), pc_integer(info->shards),
                                    pc_text(info->scenario), pc_integer((uint64_t)info->group)};
  enum pc_result err = pc_rows_read(database, FIND_RUN, values, COUNT(values), take_resumed, resumed, error);
  return err || resumed->run_id != 0 || info->group != 0 ? err : refuse(database, values, 4, error);
}

/* It was stopped in its baseline run: what there is of that goes, since it will be found again. */
static enum pc_result start_anew(const struct pc_database *database, int64_t run_id, struct pc_error *error) {
  static const char *const statements[] = {
      "DELETE FROM violations WHERE run_id = ?", "DELETE FROM checks WHERE run_id = ?",
      "DELETE FROM guarantees WHERE run_id = ?", "DELETE FROM wear WHERE run_id = ?",
      "DELETE FROM latencies WHERE run_id = ?",  "DELETE FROM put_histograms WHERE run_id = ?",
  };
  const struct pc_value values[] = {pc_integer((uint64_t)run_id)};
  enum pc_result err = PC_OK;
  for (int i = 0; !err && i < COUNT(statements); i++) {
    err = pc_database_put_one(database, statements[i], values, COUNT(values), error);
  }
  return err;
}

static enum pc_result set_running(const struct pc_database *database, int64_t run_id, struct pc_error *error) {
  const struct pc_value values[] = {pc_integer((uint64_t)run_id)};
  return pc_database_put_one(database, "UPDATE runs SET state = 'running' WHERE run_id = ?", values, COUNT(values),
                             error);
}

static enum pc_result count_handed_on(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct pc_checkpoint *checkpoint = context;
  (void)error;
  checkpoint->handed_on[violation->fault][violation->invariant]++;
  return PC_OK;
}

static enum pc_result read_checkpoint(const struct pc_database *database, struct pc_resumed *resumed,
                                      struct pc_error *error) {
  enum pc_result err = pc_recorded_counts(database, resumed->run_id, &resumed->checkpoint, error);
  return err ? err : pc_recorded_violations(database, resumed->run_id, count_handed_on, &resumed->checkpoint, error);
}

enum pc_result pc_ledger_resume_run(struct pc_ledger *ledger, const struct pc_run_info *info,
                                    struct pc_resumed *resumed, struct pc_error *error) {
  const struct pc_database *database = &ledger->database;
  *resumed = (struct pc_resumed){0};
  enum pc_result err = pc_database_begin(database, error);
  if (err) {
    return err;
  }
  err = find_run(database, info, resumed, error);
  if (!err && resumed->run_id != 0 && !resumed->finished) {
    err = set_running(database, resumed->run_id, error);
  }
  if (!err && resumed->run_id != 0) {
    err = resumed->has_checkpoint ? read_checkpoint(database, resumed, error)
                                  : start_anew(database, resumed->run_id, error);
  }
  return pc_database_end(database, err, error);
}

static enum pc_result take_group(void *context, const struct pc_row *row, struct pc_error *error) {
  int64_t *group = context;
  (void)error;
  group[0] = row->values[0].integer;
  group[1] = row->values[1].integer;
  return PC_OK;
}

enum pc_result pc_ledger_resume_group(struct pc_ledger *ledger, const struct pc_run_info *info, size_t members,
                                      int64_t *group, struct pc_error *error) {
  const struct pc_database *database = &ledger->database;
  const struct pc_value values[] = {pc_text(info->fingerprint), pc_integer(info->shard), pc_integer(info->shards),
                                    pc_text(info->scenario)};
  int64_t found[2] = {0, 0}; /* the group, and how many of it are finished */
  enum pc_result err =
      pc_rows_read(database,
                   "SELECT run_id, (SELECT count(*) FROM runs AS r WHERE coalesce(r.group_id, "
                   "r.run_id) = runs.run_id AND r.state = 'finished') FROM runs "
                   "WHERE" OF_THIS_SCENARIO " AND group_id IS NULL AND ?4 IS NOT NULL ORDER BY run_id DESC LIMIT 1",
                   values, COUNT(values), take_group, found, error);
  *group = found[0];
  return err || (found[0] != 0 && found[1] < (int64_t)members) ? err : refuse(database, values, COUNT(values), error);
}

enum pc_result pc_ledger_read_violations(struct pc_ledger *ledger, int64_t run_id, pc_violation_function function,
                                         void *context, struct pc_error *error) {
  return pc_recorded_violations(&ledger->database, run_id, function, context, error);
}
