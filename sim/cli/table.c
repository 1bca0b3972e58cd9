#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "output.h"

void pc_table_end_cell(struct pc_table *table) {
  pc_buffer_append(&table->cells, "", 1);
}

void pc_table_cell(struct pc_table *table, const char *format, ...) {
  char text[128];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  pc_buffer_append(&table->cells, text, strlen(text));
  pc_table_end_cell(table);
}

void pc_table_text(struct pc_table *table, const char *text) {
  pc_buffer_text(&table->cells, text);
  pc_table_end_cell(table);
}

void pc_table_count(struct pc_table *table, uint64_t count) {
  pc_buffer_count(&table->cells, count);
  pc_table_end_cell(table);
}

/* Columns that a cell takes on a terminal: bytes that go on a character take none. */
static int width_of(const char *cell) {
  int width = 0;
  for (; *cell != '\0'; cell++) {
    width += ((unsigned char)*cell & 0xC0u) != 0x80 ? 1 : 0;
  }
  return width;
}

static void measure(const struct pc_table *table, int *widths) {
  const char *cell = (const char *)table->cells.data;
  const char *end = cell + table->cells.size;
  for (uint32_t column = 0; cell < end; column = (column + 1) % table->columns) {
    int width = width_of(cell);
    widths[column] = width > widths[column] ? width : widths[column];
    cell += strlen(cell) + 1;
  }
}

static void print_cells(const struct pc_table *table, const int *widths, FILE *stream, int indent) {
  const char *cell = (const char *)table->cells.data;
  const char *end = cell + table->cells.size;
  int owed = 0; /* spaces that only what follows on the line makes necessary */
  for (uint32_t column = 0; cell < end; column = (column + 1) % table->columns) {
    int padding = widths[column] - width_of(cell);
    bool right = (table->right >> column & 1u) != 0;
    owed += column == 0 ? indent : 2;
    if (*cell != '\0') {
      (void)fprintf(stream, "%*s%s", owed + (right ? padding : 0), "", cell);
      owed = right ? 0 : padding;
    } else {
      owed += padding;
    }
    if (column + 1 == table->columns) {
      (void)fputc('\n', stream);
      owed = 0;
    }
    cell += strlen(cell) + 1;
  }
}

enum pc_result pc_table_print(struct pc_table *table, FILE *stream, int indent, struct pc_error *error) {
  enum pc_result err = table->cells.failed ? pc_fail_memory(error) : PC_OK;
  if (!err && table->cells.size > 0) {
    int widths[PC_TABLE_COLUMNS] = {0};
    measure(table, widths);
    print_cells(table, widths, stream, indent);
  }
  pc_buffer_free(&table->cells);
  return err;
}
