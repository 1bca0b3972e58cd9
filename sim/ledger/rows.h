/* Statements that yield rows. */
#ifndef PC_LEDGER_ROWS_H
#define PC_LEDGER_ROWS_H

#include "database.h"

/* Hands over the rows of a statement that is prepared and bound. */
enum pc_result pc_rows_each(const struct pc_database *database, sqlite3_stmt *statement, pc_row_function function,
                            void *context, struct pc_error *error);

/* Binds `values` in order, hands over the rows. */
enum pc_result pc_rows_read(const struct pc_database *database, const char *sql, const struct pc_value *values,
                            int count, pc_row_function function, void *context, struct pc_error *error);

/* For rows of one integer: `context` is an int64_t, or a uint64_t where it can't be negative, that the last row sets.
 */
enum pc_result pc_rows_take_integer(void *context, const struct pc_row *row, struct pc_error *error);

#endif
