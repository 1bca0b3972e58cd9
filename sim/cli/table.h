/* A text table: columns as wide as their widest cell, two spaces between them. */
#ifndef PC_CLI_TABLE_H
#define PC_CLI_TABLE_H

#include <stdint.h>
#include <stdio.h>

#include "powercut/bytes.h"
#include "powercut/error.h"

#define PC_TABLE_COLUMNS 16u

/* Zero it and set `columns` and `right`; then add the cells row by row, the heading first. */
struct pc_table {
  uint32_t columns;       /* 1 to PC_TABLE_COLUMNS */
  uint32_t right;         /* bit i: column i is set flush right */
  struct pc_buffer cells; /* each ended by a zero byte */
};

/* Add the next cell. pc_table_text takes text from outside, as pc_buffer_text does. */
__attribute__((format(printf, 2, 3))) void pc_table_cell(struct pc_table *table, const char *format, ...);
void pc_table_text(struct pc_table *table, const char *text);
void pc_table_count(struct pc_table *table, uint64_t count);
/* Ends a cell that was built in table->cells by hand. */
void pc_table_end_cell(struct pc_table *table);

/* Prints the table, each line after `indent` spaces, and frees it. PC_ENVIRONMENT: memory ran out. */
enum pc_result pc_table_print(struct pc_table *table, FILE *stream, int indent, struct pc_error *error);

#endif
