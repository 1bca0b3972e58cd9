/* The sections that are tables with a plot or two: comparison, latency, fuzzing, provenance. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "report_plot.h"

#define NAME_SIZE 40
#define PLOTTED_RUNS 4u

/* A bar of a comparison: of which column, and named by which. */
struct bars {
  struct pc_plot plot;
  int value, name;
};

static double number_of(const struct pc_value *value) {
  return value->kind == PC_VALUE_REAL ? value->real : (double)value->integer;
}

/* "store.policy=greedy power.depth=2" reads "greedy 2": what the bars differ in is in the table beside them. */
static void name_settings(const char *settings, char *name, size_t size) {
  size_t length = 0;
  bool value = false;
  for (const char *c = settings; *c != '\0' && length + 1 < size; c++) {
    if (*c == ' ') {
      value = false;
    }
    if (value || (*c == ' ' && length > 0)) {
      name[length++] = *c;
    }
    value = value || *c == '=';
  }
  name[length] = '\0';
}

static void name_row(const struct pc_row *row, int column, char name[NAME_SIZE]) {
  const struct pc_value *text = &row->values[column];
  if (text->kind == PC_VALUE_TEXT && text->text.size > 0) {
    name_settings((const char *)text->text.data, name, NAME_SIZE);
  } else {
    (void)snprintf(name, NAME_SIZE, "run %" PRId64, row->values[0].integer);
  }
}

static enum pc_result take_bar(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  struct bars *bars = context;
  if (row->values[bars->value].kind != PC_VALUE_NULL) {
    char name[NAME_SIZE];
    name_row(row, bars->name, name);
    double number = number_of(&row->values[bars->value]);
    pc_plot_point(&bars->plot, &number, 1, name);
  }
  return PC_OK;
}

static enum pc_result draw_bars(struct pc_report *report, const char *query, struct bars *bars,
                                struct pc_error *error) {
  enum pc_result err = pc_ledger_query(report->ledger, &(struct pc_query){.name = query}, take_bar, bars, error);
  if (err) {
    pc_buffer_free(&bars->plot.data);
    return err;
  }
  return pc_plot_draw(report, &bars->plot, error);
}

/* Plots side by side; ended by pc_markup_close. */
static void open_plots(struct pc_report *report) {
  pc_markup_open(&report->page, "div");
  pc_markup_attribute(&report->page, "class", "plots");
}

/* The columns of the query `comparison`. */
enum { COMPARED_RUN, COMPARED_SETTINGS, COMPARED_SPREAD, COMPARED_AMPLIFICATION, COMPARED_LIFETIME, COMPARED_PUT };

static enum pc_result take_dot(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  if (row->values[COMPARED_LIFETIME].kind != PC_VALUE_NULL && row->values[COMPARED_PUT].kind != PC_VALUE_NULL) {
    const double numbers[] = {number_of(&row->values[COMPARED_PUT]), number_of(&row->values[COMPARED_LIFETIME])};
    char name[NAME_SIZE];
    name_row(row, COMPARED_SETTINGS, name);
    pc_plot_point(context, numbers, 2, name);
  }
  return PC_OK;
}

static enum pc_result draw_pareto(struct pc_report *report, struct pc_error *error) {
  struct pc_plot plot = {
      .kind = PC_PLOT_DOTS,
      .title = "Lifetime against the worst put",
      .description =
          "A dot for each configuration: further left is a quicker worst put, higher up a longer life. The "
          "numbers are those of the table above.",
      .x = "worst put in ms",
      .y = "lifetime in years",
  };
  enum pc_result err =
      pc_ledger_query(report->ledger, &(struct pc_query){.name = "comparison"}, take_dot, &plot, error);
  if (err) {
    pc_buffer_free(&plot.data);
    return err;
  }
  return pc_plot_draw(report, &plot, error);
}

enum pc_result pc_report_comparison(struct pc_report *report, struct pc_error *error) {
  static const struct {
    const char *title, *y;
    int column;
  } figures[] = {
      {"Wear spread of each configuration", "spread", COMPARED_SPREAD},
      {"Write amplification of each configuration", "write amplification", COMPARED_AMPLIFICATION},
      {"Lifetime of each configuration", "lifetime in years", COMPARED_LIFETIME},
      {"Worst put of each configuration", "worst put in ms", COMPARED_PUT},
  };
  uint64_t rows = 0;
  const struct pc_report_table table = {
      .query = {.name = "comparison"},
      .caption = "The newest group of runs that one command made",
      .empty =
          "No runs were made together: a scenario with a matrix makes some, one for each combination of its values.",
  };
  enum pc_result err = pc_report_table(report, &table, &rows, error);
  if (err || rows == 0) {
    return err;
  }
  pc_report_paragraph(report, "about", "pareto: no other configuration beats it in both lifetime and the worst put.");
  open_plots(report);
  for (size_t i = 0; !err && i < sizeof figures / sizeof figures[0]; i++) {
    struct bars bars = {.plot = {.kind = PC_PLOT_NAMED,
                                 .title = figures[i].title,
                                 .description = "A bar for each configuration, named by the values of its settings. "
                                                "The numbers are those of the table above.",
                                 .x = "",
                                 .y = figures[i].y},
                        .value = figures[i].column,
                        .name = COMPARED_SETTINGS};
    err = draw_bars(report, "comparison", &bars, error);
  }
  if (!err) {
    err = draw_pareto(report, error);
  }
  pc_markup_close(&report->page);
  return err;
}

/* The newest runs of the table. */
struct newest {
  int64_t runs[PLOTTED_RUNS];
  size_t count;
};

static enum pc_result take_newest(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  struct newest *newest = context;
  if (newest->count == PLOTTED_RUNS) {
    newest->count--;
    memmove(&newest->runs[0], &newest->runs[1], newest->count * sizeof newest->runs[0]);
  }
  newest->runs[newest->count++] = row->values[0].integer;
  return PC_OK;
}

static enum pc_result take_span(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  double from = number_of(&row->values[0]), below = number_of(&row->values[1]);
  if (below > 0) {
    const double numbers[] = {from > 0 ? from : below / 2, below, number_of(&row->values[2])}; /* no zero on the axis */
    pc_plot_point(context, numbers, 3, NULL);
  }
  return PC_OK;
}

static enum pc_result draw_puts(struct pc_report *report, int64_t run, struct pc_error *error) {
  char title[96];
  (void)snprintf(title, sizeof title, "Puts by how long they took in run %" PRId64, run);
  struct pc_plot plot = {
      .kind = PC_PLOT_SPANS,
      .title = title,
      .description =
          "A bar for each range of times, as high as there are puts that took that long; both axes are "
          "logarithmic. The numbers are those of reports/queries/put_latency.sql.",
      .x = "ms, by the maximum times of the part",
      .y = "puts",
  };
  const struct pc_query_parameter parameter = {":run", pc_integer((uint64_t)run)};
  enum pc_result err =
      pc_ledger_query(report->ledger, &(struct pc_query){"put_latency", &parameter, 1}, take_span, &plot, error);
  if (err) {
    pc_buffer_free(&plot.data);
    return err;
  }
  return pc_plot_draw(report, &plot, error);
}

enum pc_result pc_report_latency(struct pc_report *report, struct pc_error *error) {
  uint64_t rows = 0;
  const struct pc_report_table latency = {
      .query = {.name = "latency"},
      .caption = "The worst call of each operation, by the part's maximum times",
      .empty = "No run has come to its end yet, so no times are known.",
  };
  enum pc_result err = pc_report_table(report, &latency, &rows, error);
  if (err || rows == 0) {
    return err;
  }
  const struct pc_report_table slowest = {.query = {.name = "slowest_recoveries"},
                                          .caption = "The slowest recoveries, by the part's maximum times",
                                          .empty = "No recovery was run."};
  err = pc_report_table(report, &slowest, NULL, error);
  if (err) {
    return err;
  }
  struct newest newest = {0};
  err = pc_ledger_query(report->ledger, &(struct pc_query){.name = "latency"}, take_newest, &newest, error);
  if (err) {
    return err;
  }
  struct bars bars = {.plot = {.kind = PC_PLOT_NAMED,
                               .title = "The slowest recovery of each run",
                               .description = "A bar for each run. The numbers are those of the table above.",
                               .x = "",
                               .y = "worst start in ms"},
                      .value = 5,
                      .name = 0};
  open_plots(report);
  err = draw_bars(report, "slowest_recoveries", &bars, error);
  for (size_t i = 0; !err && i < newest.count; i++) {
    err = draw_puts(report, newest.runs[i], error);
  }
  pc_markup_close(&report->page);
  return err;
}

/* Lines of campaigns: a series begins where the campaign's number changes. */
struct progress_lines {
  struct pc_plot plot;
  int64_t campaign;
};

static enum pc_result take_progress(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  struct progress_lines *lines = context;
  if (row->values[0].integer != lines->campaign) {
    lines->campaign = row->values[0].integer;
    char name[64];
    (void)snprintf(name, sizeof name, "campaign %" PRId64, lines->campaign);
    pc_plot_next_series(&lines->plot, name);
  }
  const double numbers[] = {number_of(&row->values[1]), number_of(&row->values[2])};
  pc_plot_point(&lines->plot, numbers, 2, NULL);
  return PC_OK;
}

static enum pc_result draw_progress(struct pc_report *report, struct pc_error *error) {
  struct progress_lines lines = {
      .plot = {.kind = PC_PLOT_LINES,
               .title = "Edges that were reached as time went by, of the newest campaigns",
               .description =
                   "A line for each campaign. The numbers are those of reports/queries/campaign_progress.sql.",
               .x = "seconds",
               .y = "edges"},
  };
  enum pc_result err =
      pc_ledger_query(report->ledger, &(struct pc_query){.name = "campaign_progress"}, take_progress, &lines, error);
  if (err) {
    pc_buffer_free(&lines.plot.data);
    return err;
  }
  return pc_plot_draw(report, &lines.plot, error);
}

enum pc_result pc_report_fuzzing(struct pc_report *report, struct pc_error *error) {
  static const struct pc_report_table tables[] = {
      {.query = {.name = "campaigns"},
       .caption = "Fuzzing campaigns",
       .empty = "There are no campaigns in this database: scripts/nightly makes some."},
      {.query = {.name = "crashes"}, .caption = "What crashed, each cause once", .empty = "Nothing crashed."},
      {.query = {.name = "corpus_coverage"},
       .caption = "What of the engine the corpora reach",
       .empty = "Coverage was not measured: scripts/coverage does."},
  };
  enum pc_result err = PC_OK;
  uint64_t rows = 1;
  for (size_t i = 0; !err && rows > 0 && i < sizeof tables / sizeof tables[0]; i++) {
    uint64_t count = 0;
    err = pc_report_table(report, &tables[i], &count, error);
    rows = i == 0 ? count : rows; /* without campaigns there is no more to say */
    if (!err && i == 0 && count > 0) {
      open_plots(report);
      err = draw_progress(report, error);
      pc_markup_close(&report->page);
    }
  }
  return err;
}

enum pc_result pc_report_provenance(struct pc_report *report, struct pc_error *error) {
  pc_report_paragraph(report, NULL,
                      "Each run is a pure function of its scenario and seed: the command below, by the version beside "
                      "it, makes the same results again, with any number of workers. The figures of this page are the "
                      "rows of the queries that are named under them: sqlite3 DATABASE <reports/queries/NAME.sql");
  const struct pc_report_table table = {
      .query = {.name = "provenance"}, .caption = "The command of each run", .empty = "There are no runs."};
  const struct pc_report_table runs = {.query = {.name = "runs"}, .caption = "What each run did", .empty = ""};
  enum pc_result err = pc_report_table(report, &table, NULL, error);
  return err ? err : pc_report_table(report, &runs, NULL, error);
}
