/* The guarantee table: a row for each configuration and depth, a column for each fault class. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "powercut/fault.h"
#include "report.h"

/* The columns of the query. */
enum { RUN, SCENARIO, DEVICE, STORE, SETTINGS, FAULT, DEPTH, CHECKS, FAILURES, DETECTED, LOST };

struct cell {
  bool known;
  int64_t checks, failures, detected, lost; /* detected and lost: -1 where they are not known */
};

struct line {
  int64_t run, depth;
  char *name; /* of the configuration */
  struct cell cells[PC_FAULT_COUNT];
};

struct guarantees {
  struct line *lines;
  size_t count;
  struct cell baseline; /* of the run that is being read, with the power on */
  bool used[PC_FAULT_COUNT];
};

static char *name_of(const struct pc_row *row) {
  struct pc_buffer name = {0};
  static const int parts[] = {SCENARIO, DEVICE, STORE, SETTINGS};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    const struct pc_bytes text = row->values[parts[i]].text;
    if (text.size > 0) {
      pc_buffer_append(&name, "; ", i == 0 ? 0 : 2);
      pc_buffer_append(&name, text.data, text.size);
    }
  }
  if (name.failed) {
    pc_buffer_free(&name);
  }
  return (char *)name.data;
}

static int find_fault(const char *name) {
  int i = 0;
  while (i < PC_FAULT_COUNT && strcmp(pc_fault_class((enum pc_fault)i)->name, name) != 0) {
    i++;
  }
  return i;
}

/* The line of the row, a new one where it begins. NULL: no memory. */
static struct line *line_of(struct guarantees *guarantees, const struct pc_row *row) {
  int64_t run = row->values[RUN].integer, depth = row->values[DEPTH].integer;
  struct line *last = guarantees->count == 0 ? NULL : &guarantees->lines[guarantees->count - 1];
  if (last != NULL && last->run == run && last->depth == depth) {
    return last;
  }
  struct line *grown = reallocarray(guarantees->lines, guarantees->count + 1, sizeof *grown);
  if (grown == NULL) {
    return NULL;
  }
  guarantees->lines = grown;
  last = &grown[guarantees->count];
  *last = (struct line){.run = run, .depth = depth, .name = name_of(row)};
  guarantees->count += last->name == NULL ? 0 : 1;
  return last->name == NULL ? NULL : last;
}

static int64_t known_or(const struct pc_value *value, int64_t otherwise) {
  return value->kind == PC_VALUE_INTEGER ? value->integer : otherwise;
}

static enum pc_result take_row(void *context, const struct pc_row *row, struct pc_error *error) {
  struct guarantees *guarantees = context;
  struct line *line = line_of(guarantees, row);
  if (line == NULL) {
    return pc_fail_memory(error);
  }
  int fault = find_fault((const char *)row->values[FAULT].text.data);
  /* With the power on there is no class: the first column is used for it. A class that this version doesn't know has
     no column, and is in the findings if it failed. */
  if (line->depth == 0) {
    fault = 0;
  }
  if (fault < PC_FAULT_COUNT) {
    line->cells[fault] = (struct cell){.known = true,
                                       .checks = row->values[CHECKS].integer,
                                       .failures = row->values[FAILURES].integer,
                                       .detected = known_or(&row->values[DETECTED], -1),
                                       .lost = known_or(&row->values[LOST], -1)};
    guarantees->used[fault] = guarantees->used[fault] || line->depth > 0;
  }
  return PC_OK;
}

static void write_count(struct pc_markup *page, int64_t count, const char *words) {
  struct pc_buffer text = {0};
  pc_buffer_count(&text, (uint64_t)count);
  pc_markup_print(page, "%s %s", text.failed ? "?" : (const char *)text.data, words);
  pc_buffer_free(&text);
}

static void write_more(struct pc_markup *page, const struct cell *cell) {
  pc_markup_open(page, "span");
  pc_markup_attribute(page, "class", "more");
  if (cell->failures == 0) {
    write_count(page, cell->checks, "checks");
  } else if (cell->lost >= 0) {
    write_count(page, cell->lost, "lost, ");
    write_count(page, cell->detected, "detected");
  } else {
    write_count(page, cell->failures, "of ");
    write_count(page, cell->checks, "checks failed");
  }
  pc_markup_close(page);
}

static void write_cell(struct pc_markup *page, const struct cell *cell, const char *span) {
  pc_markup_open(page, "td");
  if (span != NULL) {
    pc_markup_attribute(page, "colspan", "%s", span);
  }
  if (!cell->known) {
    pc_markup_text(page, "not cut");
  } else {
    bool detected = cell->failures > 0 && cell->lost == 0;
    pc_markup_attribute(page, "class", "%s", cell->failures == 0 ? "good" : detected ? "warn" : "bad");
    pc_markup_text(page, cell->failures == 0 ? "holds" : detected ? "detected" : "LOST");
    write_more(page, cell);
  }
  pc_markup_close(page);
}

static void write_column(struct pc_markup *page, const char *name) {
  pc_markup_open(page, "th");
  pc_markup_attribute(page, "scope", "col");
  pc_markup_text(page, name);
  pc_markup_close(page);
}

static void write_head(struct pc_markup *page, const struct guarantees *guarantees) {
  pc_markup_open(page, "thead");
  pc_markup_open(page, "tr");
  write_column(page, "configuration");
  write_column(page, "run");
  write_column(page, "cuts in a row");
  for (int i = 0; i < PC_FAULT_COUNT; i++) {
    if (guarantees->used[i]) {
      write_column(page, pc_fault_class((enum pc_fault)i)->name);
    }
  }
  pc_markup_close(page);
  pc_markup_close(page);
}

static void write_line(struct pc_markup *page, const struct guarantees *guarantees, const struct line *line) {
  int columns = 0;
  for (int i = 0; i < PC_FAULT_COUNT; i++) {
    columns += guarantees->used[i] ? 1 : 0;
  }
  char span[16];
  (void)snprintf(span, sizeof span, "%d", columns == 0 ? 1 : columns);
  pc_markup_open(page, "tr");
  pc_markup_open(page, "th");
  pc_markup_attribute(page, "scope", "row");
  pc_markup_text(page, line->name);
  pc_markup_close(page);
  pc_markup_open(page, "td");
  pc_markup_attribute(page, "class", "number");
  pc_markup_print(page, "%" PRId64, line->run);
  pc_markup_close(page);
  pc_markup_open(page, "td");
  pc_markup_attribute(page, "class", "number");
  if (line->depth == 0) {
    pc_markup_text(page, "0, power on");
  } else {
    pc_markup_print(page, "%" PRId64, line->depth);
  }
  pc_markup_close(page);
  if (line->depth == 0) {
    write_cell(page, &line->cells[0], span);
  }
  for (int i = 0; line->depth > 0 && i < PC_FAULT_COUNT; i++) {
    if (guarantees->used[i]) {
      write_cell(page, &line->cells[i], NULL);
    }
  }
  pc_markup_close(page);
}

static void write_table(struct pc_report *report, const struct guarantees *guarantees) {
  static const char caption[] = "What each configuration survives, by the fault class of the last cut";
  struct pc_markup *page = &report->page;
  pc_markup_open(page, "div");
  pc_markup_attribute(page, "class", "wide");
  pc_markup_attribute(page, "tabindex", "0");
  pc_markup_attribute(page, "role", "region");
  pc_markup_attribute(page, "aria-label", "%s", caption);
  pc_markup_open(page, "table");
  pc_markup_element(page, "caption", caption);
  write_head(page, guarantees);
  pc_markup_open(page, "tbody");
  for (size_t i = 0; i < guarantees->count; i++) {
    write_line(page, guarantees, &guarantees->lines[i]);
  }
  pc_markup_close(page);
  pc_markup_close(page);
  pc_markup_close(page);
}

enum pc_result pc_report_guarantees(struct pc_report *report, struct pc_error *error) {
  struct guarantees guarantees = {0};
  const struct pc_query query = {.name = "guarantees"};
  enum pc_result err = pc_ledger_query(report->ledger, &query, take_row, &guarantees, error);
  if (!err && guarantees.count == 0) {
    pc_report_paragraph(report, "about", "No run has come to its end yet, so nothing is known.");
  } else if (!err) {
    pc_report_paragraph(report, NULL,
                        "holds: every invariant did, after every cut that was tried. detected: where one did not, the "
                        "store itself answered with an error. LOST: all else, such as other contents or a crash. not "
                        "cut: no such tear was possible or asked for.");
    write_table(report, &guarantees);
    pc_report_source(report, "guarantees");
  }
  for (size_t i = 0; i < guarantees.count; i++) {
    free(guarantees.lines[i].name);
  }
  free(guarantees.lines);
  if (!err) {
    const struct pc_report_table gaps = {.query = {.name = "not_checked"},
                                         .caption = "Invariants that were never checked after a cut",
                                         .empty = "Every invariant that was checked in any run was checked in each."};
    err = pc_report_table(report, &gaps, NULL, error);
  }
  return err;
}
