#include "powercut/query.h"

#include <string.h>

#include "ledger.h"
#include "queries.h"
#include "rows.h"

const char *pc_query_name(size_t index) {
  return index < pc_embedded_query_count ? pc_embedded_querys[index].name : NULL;
}

static const char *find(const char *name) {
  for (size_t i = 0; i < pc_embedded_query_count; i++) {
    if (strcmp(pc_embedded_querys[i].name, name) == 0) {
      return pc_embedded_querys[i].text;
    }
  }
  return NULL;
}

enum pc_result pc_ledger_query(struct pc_ledger *ledger, const struct pc_query *query, pc_row_function function,
                               void *context, struct pc_error *error) {
  const struct pc_database *database = &ledger->database;
  const char *sql = find(query->name);
  if (sql == NULL) {
    return pc_fail(error, PC_ENVIRONMENT, "there is no query '%s'", query->name);
  }
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(database, sql, &statement, error);
  for (size_t i = 0; !err && i < query->parameter_count; i++) {
    int index = sqlite3_bind_parameter_index(statement, query->parameters[i].name);
    if (index > 0) {
      err = pc_database_bind(database, statement, index, &query->parameters[i].value, error);
    }
  }
  if (!err) {
    err = pc_rows_each(database, statement, function, context, error);
  }
  (void)sqlite3_finalize(statement); /* tells the step's error once more */
  return err;
}
