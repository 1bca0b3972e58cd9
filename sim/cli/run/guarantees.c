#include "guarantees.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "table.h"

/* The settings that make a configuration; the others have rows and columns of their own. */
static bool is_of_configuration(const struct pc_override *setting) {
  return strcmp(setting->path, "power.depth") != 0 && strcmp(setting->path, "power.faults") != 0;
}

static void add_label(const struct pc_override *settings, size_t count, struct pc_buffer *text) {
  pc_buffer_append(text, "", 0);
  for (size_t i = 0; i < count; i++) {
    if (is_of_configuration(&settings[i])) {
      const char *name = strncmp(settings[i].path, "store.", 6) == 0 ? settings[i].path + 6 : settings[i].path;
      pc_buffer_print(text, "%s%s=", text->size == 0 ? "" : " ", name);
      pc_buffer_text(text, settings[i].value);
    }
  }
  if (text->size == 0) {
    pc_buffer_print(text, "as it is");
  }
}

/* The row of that label, which it takes; NULL: out of memory. */
static struct pc_guarantee_row *find_or_make(struct pc_guarantee_table *table, char *label) {
  for (size_t i = 0; i < table->count; i++) {
    if (strcmp(table->rows[i].label, label) == 0) {
      free(label);
      return &table->rows[i];
    }
  }
  struct pc_guarantee_row *rows = reallocarray(table->rows, table->count + 1, sizeof *rows);
  if (rows == NULL) {
    free(label);
    return NULL;
  }
  table->rows = rows;
  rows[table->count] = (struct pc_guarantee_row){.label = label};
  return &rows[table->count++];
}

static uint64_t rounds(const struct pc_guarantee *cell) {
  return cell->held + cell->detected + cell->lost;
}

static int severity(const struct pc_guarantee *cell) {
  return cell->lost > 0 ? 2 : cell->detected > 0 ? 1 : 0;
}

/* Runs of one configuration tell of the same cuts: one of depth 2 also of depth 1. The worse counts, then the larger.
 */
static bool says_more(const struct pc_guarantee *found, const struct pc_guarantee *known) {
  return severity(found) != severity(known) ? severity(found) > severity(known) : rounds(found) > rounds(known);
}

enum pc_result pc_guarantees_add(struct pc_guarantee_table *table, const struct pc_override *settings, size_t count,
                                 const struct pc_exploration_result *result, struct pc_error *error) {
  struct pc_buffer label = {0};
  add_label(settings, count, &label);
  if (label.failed) {
    pc_buffer_free(&label);
    return pc_fail_memory(error);
  }
  struct pc_guarantee_row *row = find_or_make(table, (char *)label.data);
  if (row == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    for (size_t depth = 0; depth < PC_MAX_DEPTH; depth++) {
      const struct pc_guarantee *found = &result->guarantees[fault][depth];
      if (says_more(found, &row->cells[fault][depth])) {
        row->cells[fault][depth] = *found;
      }
    }
  }
  return PC_OK;
}

static bool has_fault(const struct pc_guarantee_table *table, size_t fault) {
  for (size_t i = 0; i < table->count * PC_MAX_DEPTH; i++) {
    if (rounds(&table->rows[i / PC_MAX_DEPTH].cells[fault][i % PC_MAX_DEPTH]) > 0) {
      return true;
    }
  }
  return false;
}

static bool has_depth(const struct pc_guarantee_row *row, size_t depth) {
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    if (rounds(&row->cells[fault][depth]) > 0) {
      return true;
    }
  }
  return false;
}

static void add_cell(struct pc_table *table, const struct pc_guarantee *cell) {
  struct pc_buffer *text = &table->cells;
  if (rounds(cell) == 0) {
    pc_table_cell(table, "-");
    return;
  }
  if (cell->lost > 0) {
    pc_buffer_print(text, "LOST ");
    pc_buffer_count(text, cell->lost);
    pc_buffer_print(text, " of ");
  } else if (cell->detected > 0) {
    pc_buffer_print(text, "detected ");
    pc_buffer_count(text, cell->detected);
    pc_buffer_print(text, " of ");
  } else {
    pc_buffer_print(text, "holds ");
  }
  pc_table_count(table, rounds(cell));
}

static void add_heading(const struct pc_guarantee_table *guarantees, struct pc_table *table) {
  pc_table_cell(table, "configuration");
  pc_table_cell(table, "depth");
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    if (has_fault(guarantees, fault)) {
      pc_table_cell(table, "%s", pc_fault_class((enum pc_fault)fault)->name);
      table->columns++;
    }
  }
}

static void add_row(const struct pc_guarantee_table *guarantees, const struct pc_guarantee_row *row, size_t depth,
                    struct pc_table *table) {
  pc_table_text(table, row->label);
  pc_table_cell(table, "%zu", depth + 1);
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    if (has_fault(guarantees, fault)) {
      add_cell(table, &row->cells[fault][depth]);
    }
  }
}

static const char words[] =
    "\nRounds of checks after cuts, by the class of the last cut. holds: every invariant did. detected: where one did\n"
    "not, the store itself answered with an error each time. LOST: all else, such as other contents or a crash;\n"
    "v_guarantees has what was detected beside.\n";

enum pc_result pc_guarantees_print(const struct pc_guarantee_table *table, struct pc_error *error) {
  struct pc_table text = {.columns = 2, .right = ~1u};
  add_heading(table, &text);
  for (size_t i = 0; i < table->count; i++) {
    for (size_t depth = 0; depth < PC_MAX_DEPTH; depth++) {
      if (has_depth(&table->rows[i], depth)) {
        add_row(table, &table->rows[i], depth, &text);
      }
    }
  }
  (void)printf("\n");
  enum pc_result err = pc_table_print(&text, stdout, 2, error);
  if (!err) {
    (void)fputs(words, stdout);
  }
  return err;
}

void pc_guarantees_free(struct pc_guarantee_table *table) {
  for (size_t i = 0; i < table->count; i++) {
    free(table->rows[i].label);
  }
  free(table->rows);
  *table = (struct pc_guarantee_table){0};
}
