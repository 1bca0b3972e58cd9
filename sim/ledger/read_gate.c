/* What the gate reads. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "powercut/ledger_gate.h"
#include "rows.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static struct pc_value text_or_null(const char *text) {
  return text == NULL ? pc_null() : pc_text(text);
}

enum pc_result pc_ledger_newest_run(struct pc_ledger *ledger, const struct pc_run_key *key, int64_t *run_id,
                                    struct pc_error *error) {
  static const char sql[] =
      "SELECT run_id FROM runs WHERE state = 'finished' AND shards IS NULL AND run_id NOT IN (SELECT run_id FROM "
      "wear_runs) AND scenario = coalesce(?1, scenario) AND "
      "device = coalesce(?2, device) AND store = coalesce(?3, store) AND (?4 IS NULL OR version = ?4) ORDER BY store = "
      "?5 DESC, run_id DESC "
      "LIMIT 1";
  const struct pc_value values[] = {text_or_null(key->scenario), text_or_null(key->device), text_or_null(key->store),
                                    text_or_null(key->version), text_or_null(key->preferred_store)};
  *run_id = 0;
  return pc_rows_read(&ledger->database, sql, values, COUNT(values), pc_rows_take_integer, run_id, error);
}

static double real_of(const struct pc_value *value) {
  switch (value->kind) {
    case PC_VALUE_INTEGER:
      return (double)value->integer;
    case PC_VALUE_REAL:
      return value->real;
    case PC_VALUE_NULL:
    case PC_VALUE_TEXT:
      break;
  }
  return (double)NAN;
}

static char *copy_text(const struct pc_value *value) {
  return value->kind == PC_VALUE_TEXT ? strndup((const char *)value->text.data, value->text.size) : strdup("");
}

static enum pc_result take_facts(void *context, const struct pc_row *row, struct pc_error *error) {
  struct pc_run_facts *facts = context;
  const struct pc_value *values = row->values;
  facts->finished = values[0].integer != 0;
  facts->scenario = copy_text(&values[1]);
  facts->device = copy_text(&values[2]);
  facts->store = copy_text(&values[3]);
  facts->settings = copy_text(&values[4]);
  facts->seed = values[5].integer;
  facts->operations = values[6].kind == PC_VALUE_INTEGER ? values[6].integer : -1;
  facts->recoveries = real_of(&values[7]);
  facts->wear_spread = real_of(&values[8]);
  facts->write_amplification = real_of(&values[9]);
  facts->put_ms = real_of(&values[10]);
  bool complete = facts->scenario != NULL && facts->device != NULL && facts->store != NULL && facts->settings != NULL;
  return complete ? PC_OK : pc_fail_memory(error);
}

enum pc_result pc_ledger_read_run(struct pc_ledger *ledger, int64_t run_id, struct pc_run_facts *facts,
                                  struct pc_error *error) {
  static const char sql[] =
      "SELECT state = 'finished' AND shards IS NULL, scenario, device, store, (SELECT group_concat(path || '=' || "
      "value, ' ') FROM "
      "(SELECT "
      "path, value FROM run_settings WHERE run_id = ?1 ORDER BY path)), seed, operations, recoveries, 1.0 * erases_max "
      "/ nullif(erases_mean, 0), write_amplification, (SELECT worst_us / 1000 FROM latencies WHERE run_id = ?1 AND "
      "operation = 'put') FROM runs LEFT JOIN v_wear_summary AS w ON w.run_id = runs.run_id WHERE runs.run_id = ?1";
  const struct pc_value id = pc_integer((uint64_t)run_id);
  *facts = (struct pc_run_facts){.run_id = run_id};
  enum pc_result err = pc_rows_read(&ledger->database, sql, &id, 1, take_facts, facts, error);
  if (!err && facts->scenario == NULL) {
    err = pc_fail(error, PC_ENVIRONMENT, "%s: run %lld is not there", ledger->database.path, (long long)run_id);
  }
  if (err) {
    pc_run_facts_free(facts);
  }
  return err;
}

void pc_run_facts_free(struct pc_run_facts *facts) {
  free(facts->scenario);
  free(facts->device);
  free(facts->store);
  free(facts->settings);
  *facts = (struct pc_run_facts){0};
}

struct id_list {
  int64_t *ids;
  size_t count;
};

static enum pc_result add_id(void *context, const struct pc_row *row, struct pc_error *error) {
  struct id_list *list = context;
  int64_t *grown = reallocarray(list->ids, list->count + 1, sizeof *grown);
  if (grown == NULL) {
    return pc_fail_memory(error);
  }
  list->ids = grown;
  list->ids[list->count++] = row->values[0].integer;
  return PC_OK;
}

enum pc_result pc_ledger_read_group(struct pc_ledger *ledger, int64_t run_id, int64_t **run_ids, size_t *count,
                                    struct pc_error *error) {
  static const char sql[] =
      "SELECT run_id FROM runs WHERE coalesce(group_id, run_id) = (SELECT coalesce(group_id, run_id) FROM runs WHERE "
      "run_id = ?1) ORDER BY run_id";
  const struct pc_value id = pc_integer((uint64_t)run_id);
  struct id_list list = {0};
  enum pc_result err = pc_rows_read(&ledger->database, sql, &id, 1, add_id, &list, error);
  if (err) {
    free(list.ids);
    list = (struct id_list){0};
  }
  *run_ids = list.ids;
  *count = list.count;
  return err;
}

enum pc_result pc_ledger_read_checks(struct pc_ledger *ledger, int64_t run_id, pc_row_function function, void *context,
                                     struct pc_error *error) {
  static const char sql[] =
      "SELECT fault, depth, sum(checks), sum(failures) FROM checks WHERE run_id = ?1 GROUP BY fault, depth ORDER BY 2, "
      "1";
  const struct pc_value id = pc_integer((uint64_t)run_id);
  return pc_rows_read(&ledger->database, sql, &id, 1, function, context, error);
}

static enum pc_result take_sum(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  struct pc_campaign_sum *sum = context;
  sum->campaigns = row->values[0].integer;
  sum->crashes = row->values[1].integer;
  sum->seconds = row->values[2].real;
  return PC_OK;
}

enum pc_result pc_ledger_sum_campaigns(struct pc_ledger *ledger, const char *harness, const char *since,
                                       struct pc_campaign_sum *sum, struct pc_error *error) {
  static const char sql[] =
      "SELECT count(*), coalesce(sum(crashes), 0), total(seconds) FROM v_campaigns WHERE harness = coalesce(?1, "
      "harness) "
      "AND started_at >= coalesce(?2, started_at)";
  const struct pc_value values[] = {text_or_null(harness), text_or_null(since)};
  *sum = (struct pc_campaign_sum){0};
  return pc_rows_read(&ledger->database, sql, values, COUNT(values), take_sum, sum, error);
}

enum pc_result pc_ledger_open_filled(struct pc_ledger **ledger, const char *path, struct pc_error *error) {
  *ledger = NULL;
  enum pc_result err = pc_database_expect_filled(path, error);
  if (!err) {
    err = pc_ledger_open(ledger, path, error);
  }
  if (err) {
    return err;
  }
  int64_t results = 0;
  err = pc_rows_read(
      &(*ledger)->database,
      "SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM campaigns) + (SELECT count(*) FROM gates)", NULL, 0,
      pc_rows_take_integer, &results, error);
  if (!err && results == 0) {
    err = pc_fail(error, PC_BAD_INPUT, "%s: the database holds no results", path);
  }
  if (err) {
    pc_ledger_close(*ledger);
    *ledger = NULL;
  }
  return err;
}
