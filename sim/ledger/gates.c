/* The gate's decisions. */
#include <math.h>

#include "ledger.h"
#include "powercut/ledger_gate.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

const char *pc_verdict_name(enum pc_verdict verdict) {
  switch (verdict) {
    case PC_PASSED:
      return "passed";
    case PC_FAILED:
      return "failed";
    case PC_NOT_EVALUATED:
      break;
  }
  return "not evaluated";
}

static struct pc_value text_or_null(const char *text) {
  return text == NULL ? pc_null() : pc_text(text);
}

static struct pc_value real_or_null(double value) {
  return isnan(value) ? pc_null() : pc_real(value);
}

static enum pc_result put_results(const struct pc_database *database, int64_t gate_id,
                                  const struct pc_gate_decision *decision, struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(
      database,
      "INSERT INTO gate_rules (gate_id, position, rule, scenario, run_id, required, measured, bound, value, verdict) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      &statement, error);
  for (size_t i = 0; !err && i < decision->result_count; i++) {
    const struct pc_gate_result *result = &decision->results[i];
    const struct pc_value values[] = {
        pc_integer((uint64_t)gate_id),
        pc_integer(i),
        pc_text(result->rule),
        text_or_null(result->scenario),
        result->run_id == 0 ? pc_null() : pc_integer((uint64_t)result->run_id),
        pc_text(result->required),
        pc_text(result->measured),
        real_or_null(result->bound),
        real_or_null(result->value),
        pc_text(pc_verdict_name(result->verdict)),
    };
    err = pc_database_put(database, statement, values, COUNT(values), error);
  }
  (void)sqlite3_finalize(statement);
  return err;
}

enum pc_result pc_ledger_add_gate(struct pc_ledger *ledger, const struct pc_gate_decision *decision, int64_t *gate_id,
                                  struct pc_error *error) {
  const struct pc_database *database = &ledger->database;
  enum pc_result err = pc_database_run(database, "BEGIN IMMEDIATE", error);
  if (err) {
    return err;
  }
  const struct pc_value values[] = {pc_text(decision->policy), text_or_null(decision->baseline),
                                    pc_real(decision->seconds), text_or_null(decision->version),
                                    text_or_null(decision->command)};
  err = pc_database_put_one(database,
                            "INSERT INTO gates (policy, baseline, seconds, version, command) VALUES (?, ?, ?, ?, ?)",
                            values, COUNT(values), error);
  *gate_id = sqlite3_last_insert_rowid(database->connection);
  if (!err) {
    err = put_results(database, *gate_id, decision, error);
  }
  return pc_database_end(database, err, error);
}
