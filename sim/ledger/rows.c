#include "rows.h"

#include <string.h>

static struct pc_value value_of(sqlite3_stmt *statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return (struct pc_value){.kind = PC_VALUE_INTEGER, .integer = sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return pc_real(sqlite3_column_double(statement, column));
    case SQLITE_NULL:
      return pc_null();
    default:
      break;
  }
  struct pc_value value = {.kind = PC_VALUE_TEXT};
  value.text.data = sqlite3_column_text(statement, column);
  value.text.size = (size_t)sqlite3_column_bytes(statement, column);
  return value;
}

enum pc_result pc_rows_each(const struct pc_database *database, sqlite3_stmt *statement, pc_row_function function,
                            void *context, struct pc_error *error) {
  struct pc_row row = {.columns = sqlite3_column_count(statement)};
  if (row.columns > PC_MAX_COLUMNS) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: a query has %d columns", database->path, row.columns);
  }
  int code = sqlite3_step(statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    for (int i = 0; i < row.columns; i++) {
      row.names[i] = sqlite3_column_name(statement, i);
      row.values[i] = value_of(statement, i);
      if (row.names[i] == NULL || (row.values[i].kind == PC_VALUE_TEXT && row.values[i].text.data == NULL)) {
        return pc_fail_memory(error);
      }
    }
    enum pc_result err = function(context, &row, error);
    if (err) {
      return err;
    }
  }
  return code == SQLITE_DONE ? PC_OK : pc_database_fail(database, error);
}

enum pc_result pc_rows_read(const struct pc_database *database, const char *sql, const struct pc_value *values,
                            int count, pc_row_function function, void *context, struct pc_error *error) {
  sqlite3_stmt *statement = NULL;
  enum pc_result err = pc_database_prepare(database, sql, &statement, error);
  for (int i = 0; !err && i < count; i++) {
    err = pc_database_bind(database, statement, i + 1, &values[i], error);
  }
  if (!err) {
    err = pc_rows_each(database, statement, function, context, error);
  }
  (void)sqlite3_finalize(statement); /* tells the step's error once more */
  return err;
}

enum pc_result pc_rows_take_integer(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  int64_t *value = context;
  *value = row->values[0].integer;
  return PC_OK;
}
