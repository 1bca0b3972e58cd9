/* How the flash wears: of the newest runs each sector, and how evenly. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "report_plot.h"

#define PLOTTED_RUNS 4u

/* A run whose wear is plotted. */
struct plotted_run {
  int64_t run;
  char name[128];
};

/* The newest of them. */
struct plotted {
  struct plotted_run runs[PLOTTED_RUNS];
  size_t count;
};

static enum pc_result take_run(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  struct plotted *plotted = context;
  if (plotted->count == PLOTTED_RUNS) {
    plotted->count--;
    memmove(&plotted->runs[0], &plotted->runs[1], plotted->count * sizeof plotted->runs[0]);
  }
  const struct pc_value *settings = &row->values[3];
  const struct pc_value *name = settings->text.size > 0 ? settings : &row->values[1];
  struct plotted_run *run = &plotted->runs[plotted->count++];
  run->run = row->values[0].integer;
  (void)snprintf(run->name, sizeof run->name, "run %" PRId64 " (%s)", run->run, (const char *)name->text.data);
  return PC_OK;
}

static enum pc_result take_sector(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  const double numbers[] = {(double)row->values[0].integer, (double)row->values[1].integer, 0.8};
  pc_plot_point(context, numbers, 3, NULL);
  return PC_OK;
}

static enum pc_result take_step(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  double least = (double)row->values[0].integer, most = (double)row->values[1].integer;
  const double numbers[] = {(least + most) / 2, (double)row->values[2].integer, 0.8 * (most - least + 1)};
  pc_plot_point(context, numbers, 3, NULL);
  return PC_OK;
}

static enum pc_result take_cell(void *context, const struct pc_row *row, struct pc_error *error) {
  (void)error;
  double numbers[5];
  for (int i = 0; i < 5; i++) {
    numbers[i] = (double)row->values[i].integer;
  }
  pc_plot_point(context, numbers, 5, NULL);
  return PC_OK;
}

static enum pc_result plot_query(struct pc_report *report, const char *query, int64_t run, pc_row_function take,
                                 struct pc_plot *plot, struct pc_error *error) {
  const struct pc_query_parameter parameter = {":run", pc_integer((uint64_t)run)};
  enum pc_result err = pc_ledger_query(report->ledger, &(struct pc_query){query, &parameter, 1}, take, plot, error);
  if (err) {
    pc_buffer_free(&plot->data);
    return err;
  }
  return pc_plot_draw(report, plot, error);
}

/* Of runs of `powercut compare', which keep how it came about. */
static enum pc_result plot_over_time(struct pc_report *report, const struct plotted_run *run, struct pc_error *error) {
  char title[192];
  (void)snprintf(title, sizeof title, "Erases of each sector as time went by in %s", run->name);
  struct pc_plot heat = {
      .kind = PC_PLOT_HEAT,
      .title = title,
      .description =
          "A row for each sector, from the first operation at the left to the last at the right; the brighter, "
          "the more often it had been erased. The numbers are those of reports/queries/wear_over_time.sql.",
      .x = "operations",
      .y = "sector",
  };
  return plot_query(report, "wear_over_time", run->run, take_cell, &heat, error);
}

static enum pc_result plot_sectors(struct pc_report *report, const struct plotted_run *run, struct pc_error *error) {
  char title[192];
  (void)snprintf(title, sizeof title, "Erases of each sector in %s", run->name);
  struct pc_plot sectors = {
      .kind = PC_PLOT_BARS,
      .title = title,
      .description =
          "A bar for each sector, as high as it was erased often. The numbers are those of "
          "reports/queries/sectors.sql.",
      .x = "sector",
      .y = "erases",
  };
  return plot_query(report, "sectors", run->run, take_sector, &sectors, error);
}

static enum pc_result plot_histogram(struct pc_report *report, const struct plotted_run *run, struct pc_error *error) {
  char title[192];
  (void)snprintf(title, sizeof title, "Sectors by how often they were erased in %s", run->name);
  struct pc_plot histogram = {
      .kind = PC_PLOT_BARS,
      .title = title,
      .description =
          "A bar for each number of erases, as high as there are sectors that were erased so often. The "
          "numbers are those of reports/queries/erase_histogram.sql.",
      .x = "erases",
      .y = "sectors",
  };
  return plot_query(report, "erase_histogram", run->run, take_step, &histogram, error);
}

/* Two plots for each run: how it came about, or, where that isn't known, what came of it; and the histogram. */
static enum pc_result plot_run(struct pc_report *report, const struct plotted_run *run, struct pc_error *error) {
  unsigned before = report->figures;
  enum pc_result err = plot_over_time(report, run, error);
  if (!err && report->figures == before) {
    err = plot_sectors(report, run, error);
  }
  return err ? err : plot_histogram(report, run, error);
}

enum pc_result pc_report_wear(struct pc_report *report, struct pc_error *error) {
  uint64_t rows = 0;
  const struct pc_report_table wear = {
      .query = {.name = "wear"},
      .caption = "How evenly each configuration wears its flash, in its run with the power on",
      .empty = "No run has come to its end yet, so there is no wear.",
  };
  enum pc_result err = pc_report_table(report, &wear, &rows, error);
  if (err || rows == 0) {
    return err;
  }
  pc_report_paragraph(report, "about",
                      "spread: the most erased sector for each erase of the mean one; 1 is even. lifetime: until the "
                      "most erased sector reaches its endurance, at the operations a day of the run (table runs, "
                      "operations_per_day).");
  const struct pc_report_table worst = {
      .query = {.name = "most_worn"}, .caption = "The most erased sector of each run, and why", .empty = ""};
  err = pc_report_table(report, &worst, NULL, error);
  struct plotted plotted = {0};
  if (!err) {
    err = pc_ledger_query(report->ledger, &(struct pc_query){.name = "wear"}, take_run, &plotted, error);
  }
  pc_markup_open(&report->page, "div");
  pc_markup_attribute(&report->page, "class", "plots");
  for (size_t i = 0; !err && i < plotted.count; i++) {
    err = plot_run(report, &plotted.runs[i], error);
  }
  pc_markup_close(&report->page);
  return err;
}
