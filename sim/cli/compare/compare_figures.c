#include <math.h>

#include "compare.h"
#include "run_entry.h"

#define UNKNOWN (-1.0)
#define DAYS_IN_A_YEAR 365.25

static void count_erases(const struct pc_exploration_result *counts, struct pc_figures *figures) {
  double sum = 0, squares = 0;
  figures->erases_min = counts->wear_count > 0 ? counts->wear[0].erases : 0;
  for (uint32_t i = 0; i < counts->wear_count; i++) {
    uint64_t erases = counts->wear[i].erases;
    figures->erases_min = erases < figures->erases_min ? erases : figures->erases_min;
    figures->erases_max = erases > figures->erases_max ? erases : figures->erases_max;
    figures->programmed_bytes += counts->wear[i].programmed_bytes;
    sum += (double)erases;
  }
  figures->erases_mean = counts->wear_count > 0 ? sum / counts->wear_count : 0;
  for (uint32_t i = 0; i < counts->wear_count; i++) {
    double deviation = (double)counts->wear[i].erases - figures->erases_mean;
    squares += deviation * deviation;
  }
  figures->erases_stddev = counts->wear_count > 0 ? sqrt(squares / counts->wear_count) : 0;
}

struct pc_figures pc_figures_of(const struct pc_compared *run) {
  const struct pc_exploration_result *counts = &run->result.counts;
  struct pc_figures figures = {0};
  count_erases(counts, &figures);
  figures.write_amplification =
      counts->put_bytes > 0 ? (double)figures.programmed_bytes / (double)counts->put_bytes : UNKNOWN;
  bool timed = pc_histogram_count(&counts->put_us) > 0;
  figures.put_p999_us = timed ? (double)pc_histogram_quantile(&counts->put_us, 0.999) : UNKNOWN;
  figures.put_worst_us = timed ? counts->latencies[PC_LATENCY_PUT].worst_us : UNKNOWN;
  figures.erasing_share = counts->typical_us > 0 ? counts->erasing_us / counts->typical_us : UNKNOWN;
  uint32_t endurance = run->scenario.profile.endurance;
  figures.lifetime_years = endurance > 0 && figures.erases_max > 0
                               ? (double)endurance * (double)counts->operations / (double)figures.erases_max /
                                     (double)run->scenario.wear.operations_per_day / DAYS_IN_A_YEAR
                               : UNKNOWN;
  return figures;
}

static bool is_comparable(const struct pc_compared *run, const struct pc_figures *figures) {
  return run->done && !run->result.failure.found && figures->lifetime_years >= 0 && figures->put_worst_us >= 0;
}

static bool beats(const struct pc_figures *a, const struct pc_figures *b) {
  return a->lifetime_years >= b->lifetime_years && a->put_worst_us <= b->put_worst_us &&
         a->put_p999_us <= b->put_p999_us &&
         (a->lifetime_years > b->lifetime_years || a->put_worst_us < b->put_worst_us ||
          a->put_p999_us < b->put_p999_us);
}

bool pc_is_on_front(const struct pc_comparison *comparison, const struct pc_compared *run) {
  const struct pc_figures mine = pc_figures_of(run);
  for (size_t i = 0; i < comparison->opened; i++) {
    const struct pc_compared *other = &comparison->runs[i];
    const struct pc_figures figures = pc_figures_of(other);
    if (other->scenario.wear.cut_every == run->scenario.wear.cut_every && is_comparable(other, &figures) &&
        beats(&figures, &mine)) {
      return false;
    }
  }
  return is_comparable(run, &mine);
}

void pc_compared_name(const struct pc_comparison *comparison, const struct pc_compared *run, struct pc_buffer *text) {
  if (comparison->matrix.variation_count == 0) {
    pc_buffer_print(text, "as it is");
  }
  pc_run_settings_text(run->settings, comparison->matrix.variation_count, text);
}
