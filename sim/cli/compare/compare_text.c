/* The comparison for people: a table, and how the erases are spread in each combination. */
#include <inttypes.h>
#include <stdio.h>

#include "compare.h"
#include "output.h"
#include "table.h"

static void add_time(struct pc_table *table, double microseconds) {
  if (microseconds < 0) {
    pc_table_cell(table, "-");
    return;
  }
  pc_buffer_time(&table->cells, microseconds);
  pc_table_end_cell(table);
}

static void add_number(struct pc_table *table, double number, int digits, const char *unit) {
  if (number < 0) {
    pc_table_cell(table, "-");
    return;
  }
  pc_table_cell(table, "%.*f%s", digits, number, unit);
}

static void add_row(const struct pc_comparison *comparison, const struct pc_compared *run, struct pc_table *table) {
  const struct pc_figures figures = pc_figures_of(run);
  pc_compared_name(comparison, run, &table->cells);
  pc_table_end_cell(table);
  pc_table_cell(table, "%s", pc_is_on_front(comparison, run) ? "*" : "");
  pc_table_count(table, run->result.counts.operations);
  pc_table_count(table, figures.erases_min);
  pc_table_count(table, figures.erases_max);
  pc_table_cell(table, "%.1f", figures.erases_mean);
  pc_table_cell(table, "%.1f", figures.erases_stddev);
  pc_table_count(table, figures.programmed_bytes);
  add_number(table, figures.write_amplification, 2, "");
  add_time(table, figures.put_p999_us);
  add_time(table, figures.put_worst_us);
  add_number(table, figures.erasing_share * 100, 1, " %");
  pc_table_count(table, run->opened.promises.memory_size);
  add_number(table, figures.lifetime_years, 2, "");
}

static enum pc_result print_table(const struct pc_comparison *comparison, struct pc_error *error) {
  static const char *const headings[] = {"combination", "",        "operations", "erases min", "max",
                                         "mean",        "std dev", "programmed", "write amp",  "put 99.9 %",
                                         "put worst",   "erasing", "RAM",        "years"};
  struct pc_table table = {.columns = sizeof headings / sizeof headings[0], .right = ~3u};
  for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++) {
    pc_table_cell(&table, "%s", headings[i]);
  }
  for (size_t i = 0; i < comparison->opened; i++) {
    if (comparison->runs[i].done) {
      add_row(comparison, &comparison->runs[i], &table);
    }
  }
  return pc_table_print(&table, stdout, 2, error);
}

static void add_facts(const struct pc_comparison *comparison, struct pc_buffer *text) {
  const struct pc_compared *first = &comparison->runs[0];
  pc_buffer_text(text, first->scenario.name);
  pc_buffer_print(text, "\n  runs        %zu combinations, seed %" PRIu64 ", ", comparison->opened,
                  first->scenario.plan.seed);
  if (comparison->plan->until_worn) {
    pc_buffer_print(text, "until the first sector has its endurance");
  } else {
    pc_buffer_print(text, "as many operations each");
  }
  pc_buffer_print(text, "\n  database    ");
  pc_buffer_text(text, comparison->plan->given.database);
  pc_buffer_print(text, ", group %" PRId64 ": view v_comparison\n\n", first->run_id);
}

/* Figures that mean nothing without these words. */
static void add_words(const struct pc_comparison *comparison, struct pc_buffer *text) {
  const struct pc_scenario *scenario = &comparison->runs[0].scenario;
  pc_buffer_print(text,
                  "\n* on the Pareto front: no other one lives as long with puts as short, and is better in one.\n");
  pc_buffer_print(text, "programmed: bytes; write amp: these for each byte of keys and values that was put.\n");
  pc_buffer_print(text,
                  "put: how long one took, by the part's maximum times; erasing: share of the flash's typical time.\n");
  pc_buffer_print(text, "RAM: bytes that the store asks for; the size of its code is not known here.\n");
  pc_buffer_print(text, "years: until the first sector has its endurance (");
  if (scenario->profile.endurance > 0) {
    pc_buffer_count(text, scenario->profile.endurance);
    pc_buffer_print(text, " erases)");
  } else {
    pc_buffer_print(text, "not known)");
  }
  pc_buffer_print(text, ", if the device does ");
  pc_buffer_count(text, scenario->wear.operations_per_day);
  pc_buffer_print(text, " such operations a day.\n");
}

#define BARS 10u
#define WIDEST 40u

/* Sectors by their erases, in as many bars as there are numbers, or ten. */
static void add_histogram(const struct pc_compared *run, struct pc_buffer *text) {
  const struct pc_figures figures = pc_figures_of(run);
  const struct pc_exploration_result *counts = &run->result.counts;
  uint64_t span = figures.erases_max - figures.erases_min + 1;
  uint64_t width = (span + BARS - 1) / BARS;
  uint64_t bars = (span + width - 1) / width;
  uint32_t sectors[BARS] = {0};
  uint32_t most = 1;
  for (uint32_t i = 0; i < counts->wear_count; i++) {
    uint64_t bar = (counts->wear[i].erases - figures.erases_min) / width;
    sectors[bar]++;
    most = sectors[bar] > most ? sectors[bar] : most;
  }
  bool gap = false;
  for (uint64_t bar = 0; bar < bars; bar++) {
    if (sectors[bar] == 0) {
      pc_buffer_print(text, "%s", gap ? "" : "           ...\n");
      gap = true;
      continue;
    }
    gap = false;
    uint64_t from = figures.erases_min + bar * width;
    pc_buffer_print(text, "    %10" PRIu64, from);
    if (width > 1) {
      pc_buffer_print(text, " to %10" PRIu64, from + width - 1);
    }
    pc_buffer_print(text, "  %6u  ", sectors[bar]);
    uint32_t length = (sectors[bar] * WIDEST + most - 1) / most;
    for (uint32_t i = 0; i < (most < WIDEST ? sectors[bar] : length); i++) {
      pc_buffer_print(text, "#");
    }
    pc_buffer_print(text, "\n");
  }
}

static void add_failure(const struct pc_compared *run, struct pc_buffer *text) {
  const struct pc_wear_failure *failure = &run->result.failure;
  pc_buffer_print(text, "    FAILED: %s, after ", pc_invariant_info(failure->invariant)->name);
  pc_buffer_count(text, failure->operation);
  pc_buffer_print(text, " operations: ");
  pc_buffer_text(text, failure->text);
  pc_buffer_print(text, "\n");
}

static void add_run(const struct pc_comparison *comparison, const struct pc_compared *run, struct pc_buffer *text) {
  pc_buffer_print(text, "\n  ");
  pc_compared_name(comparison, run, text);
  pc_buffer_print(text, ": ");
  if (run->result.counts.cuts > 0) {
    pc_buffer_count(text, run->result.counts.cuts);
    pc_buffer_print(text, " cuts, ");
  }
  if (run->result.refused > 0) {
    pc_buffer_count(text, run->result.refused);
    pc_buffer_print(text, " operations refused for want of room, ");
  }
  pc_buffer_print(text, "%.1f s\n", run->result.seconds);
  if (run->result.counts.wear_count > 0) {
    pc_buffer_print(text, "    erases, sectors\n");
    add_histogram(run, text);
  }
  if (run->result.failure.found) {
    add_failure(run, text);
  }
}

static void add_verdict(const struct pc_comparison *comparison, struct pc_buffer *text) {
  size_t failed = 0, done = 0;
  for (size_t i = 0; i < comparison->opened; i++) {
    done += comparison->runs[i].done;
    failed += comparison->runs[i].result.failure.found;
  }
  pc_buffer_print(text, "\n");
  if (comparison->interrupted) {
    pc_buffer_print(text, "INTERRUPTED: the figures are those of what was done, and are kept; %zu of %zu were begun.\n",
                    done, comparison->opened);
  }
  if (failed > 0) {
    pc_buffer_print(text, "FAILED: %zu of %zu did not hold what was put.\n", failed, comparison->opened);
  } else if (!comparison->interrupted) {
    pc_buffer_print(text, "HELD: each store held what was put, at every get, at every sample and at the end.\n");
  }
}

enum pc_result pc_comparison_print_text(const struct pc_comparison *comparison, struct pc_error *error) {
  struct pc_buffer text = {0};
  add_facts(comparison, &text);
  enum pc_result err = pc_output_buffer(stdout, &text, error);
  if (!err) {
    err = print_table(comparison, error);
  }
  if (err) {
    return err;
  }
  text = (struct pc_buffer){0};
  add_words(comparison, &text);
  for (size_t i = 0; i < comparison->opened; i++) {
    if (comparison->runs[i].done) {
      add_run(comparison, &comparison->runs[i], &text);
    }
  }
  add_verdict(comparison, &text);
  return pc_output_buffer(stdout, &text, error);
}
