/* Asking a ledger: the ready queries of reports/queries, by name, and their rows. */
#ifndef POWERCUT_QUERY_H
#define POWERCUT_QUERY_H

#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/error.h"
#include "powercut/ledger.h"

#define PC_MAX_COLUMNS 24

enum pc_value_kind { PC_VALUE_NULL, PC_VALUE_INTEGER, PC_VALUE_REAL, PC_VALUE_TEXT };
struct pc_value {
  enum pc_value_kind kind;
  int64_t integer;
  double real;
  struct pc_bytes text; /* of any bytes; of a row also followed by a zero byte */
};
struct pc_value pc_null(void);
struct pc_value pc_integer(uint64_t value); /* by its 64 bits */
struct pc_value pc_real(double value);
struct pc_value pc_text(const char *value);

/* Valid while it is handed over. */
struct pc_row {
  int columns; /* at most PC_MAX_COLUMNS */
  const char *names[PC_MAX_COLUMNS];
  struct pc_value values[PC_MAX_COLUMNS];
};

/* Takes a row. A result other than PC_OK ends the query with it. */
typedef enum pc_result (*pc_row_function)(void *context, const struct pc_row *row, struct pc_error *error);

struct pc_query_parameter {
  const char *name; /* as in the query: ":run" */
  struct pc_value value;
};

struct pc_query {
  const char *name; /* the file's, without .sql */
  const struct pc_query_parameter *parameters;
  size_t parameter_count; /* a parameter of the query that isn't here is NULL */
};

/* Runs a query and hands over its rows in order. The query must be there. PC_ENVIRONMENT: reading failed. */
enum pc_result pc_ledger_query(struct pc_ledger *ledger, const struct pc_query *query, pc_row_function function,
                               void *context, struct pc_error *error);

/* The ready queries in the order of their names; NULL behind the last. */
const char *pc_query_name(size_t index);

#endif
