/* Repros that are shrunk once a run has found what there is. */
#include "ledger.h"
#include "powercut/ledger.h"

#define NEXT_UNSHRUNK                                                                                   \
  "SELECT violation_id, repro, (SELECT count(*) FROM violations AS w WHERE w.run_id = ?1 "              \
  "AND w.violation_id <= v.violation_id) FROM violations AS v WHERE run_id = ?1 AND violation_id > ?2 " \
  "AND shrunk IS NULL AND violation_id IN "                                                             \
  "(SELECT min(violation_id) FROM violations WHERE run_id = ?1 GROUP BY invariant, fault) ORDER BY 1 LIMIT 1"

static int step(sqlite3_stmt *statement, int64_t run_id, int64_t behind) {
  int code = sqlite3_bind_int64(statement, 1, run_id);
  if (code == SQLITE_OK) {
    code = sqlite3_bind_int64(statement, 2, behind);
  }
  return code == SQLITE_OK ? sqlite3_step(statement) : code;
}

enum pc_result pc_ledger_next_unshrunk(struct pc_ledger *ledger, int64_t run_id, struct pc_unshrunk *unshrunk,
                                       struct pc_error *error) {
  const struct pc_database *database = &ledger->database;
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(database, NEXT_UNSHRUNK, &statement, error);
  if (err) {
    return err;
  }
  int code = step(statement, run_id, unshrunk->violation_id);
  unshrunk->violation_id = 0;
  if (code == SQLITE_ROW) {
    unshrunk->violation_id = sqlite3_column_int64(statement, 0);
    unshrunk->number = (uint64_t)sqlite3_column_int64(statement, 2);
    unshrunk->repro.size = 0;
    pc_buffer_append(&unshrunk->repro, sqlite3_column_text(statement, 1), (size_t)sqlite3_column_bytes(statement, 1));
    err = unshrunk->repro.failed ? pc_fail_memory(error) : PC_OK;
  } else if (code != SQLITE_DONE) {
    err = pc_database_fail(database, error);
  }
  (void)sqlite3_finalize(statement); /* tells the step's error once more */
  return err;
}

enum pc_result pc_ledger_add_shrunk(struct pc_ledger *ledger, int64_t violation_id, struct pc_bytes repro,
                                    struct pc_error *error) {
  const struct pc_value values[] = {{.kind = PC_VALUE_TEXT, .text = repro}, pc_integer((uint64_t)violation_id)};
  return pc_database_put_one(&ledger->database, "UPDATE violations SET shrunk = ? WHERE violation_id = ?", values, 2,
                             error);
}
