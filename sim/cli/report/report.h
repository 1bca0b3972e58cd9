/* A report while it is written: what its sections share. */
#ifndef PC_CLI_REPORT_H
#define PC_CLI_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "markup.h"
#include "powercut/ledger_gate.h"
#include "powercut/query.h"

struct pc_report {
  struct pc_markup page;
  struct pc_ledger *ledger;
  const char *database;
  bool plots;       /* wanted; false from the first time on that gnuplot isn't there */
  bool plugins;     /* stories of stores that are plugins are told, too, for which their code is run */
  unsigned figures; /* that were drawn: numbers their elements */
};

/* The sections of the page, in order. Each writes itself whole, also where it has no data. */
enum pc_result pc_report_verdict(struct pc_report *report, struct pc_error *error);
enum pc_result pc_report_guarantees(struct pc_report *report, struct pc_error *error);
enum pc_result pc_report_findings(struct pc_report *report, struct pc_error *error);
enum pc_result pc_report_wear(struct pc_report *report, struct pc_error *error);
enum pc_result pc_report_comparison(struct pc_report *report, struct pc_error *error);
enum pc_result pc_report_latency(struct pc_report *report, struct pc_error *error);
enum pc_result pc_report_fuzzing(struct pc_report *report, struct pc_error *error);
enum pc_result pc_report_provenance(struct pc_report *report, struct pc_error *error);

/* Begins and ends a section: a heading that others link to. */
void pc_report_open_section(struct pc_report *report, const char *id, const char *title);
void pc_report_close_section(struct pc_report *report);
/* A paragraph; `class` may be NULL. */
__attribute__((format(printf, 3, 4))) void pc_report_paragraph(struct pc_report *report, const char *class,
                                                               const char *format, ...);
/* Says from which query a figure is. */
void pc_report_source(struct pc_report *report, const char *query);

/* A query as a table, its first column the heading of each row; a column's name is its heading. `empty` is said where
   it has no rows. Parameters may be NULL. `*rows` (which may be NULL) receives how many there were. */
struct pc_report_table {
  struct pc_query query;
  const char *caption, *empty;
};
enum pc_result pc_report_table(struct pc_report *report, const struct pc_report_table *table, uint64_t *rows,
                               struct pc_error *error);

/* A value as people read it: "1,234,567", "2.29", "-" where it is not known. `name` is its column's. */
void pc_report_value(struct pc_buffer *text, const char *name, const struct pc_value *value);

/* Copies a text, with what is no UTF-8 made visible; NULL: no memory. NULL becomes "". */
char *pc_report_text(const struct pc_value *value);

#endif
