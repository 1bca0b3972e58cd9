/* The comparison for machines. */
#include "compare.h"
#include "output.h"

static json_t *json_of_settings(const struct pc_compared *run, size_t count) {
  json_t *settings = json_object();
  int failed = 0;
  for (size_t i = 0; i < count; i++) {
    failed |= json_object_set_new(settings, run->settings[i].path, pc_json_text(run->settings[i].value));
  }
  return pc_json_complete(settings, failed);
}

/* What isn't known is null. */
static json_t *json_of_figure(double figure) {
  return figure < 0 ? json_null() : json_real(figure);
}

static json_t *json_of_wear(const struct pc_exploration_result *counts) {
  json_t *wear = json_array();
  int failed = 0;
  for (uint32_t i = 0; i < counts->wear_count; i++) {
    failed |= json_array_append_new(
        wear, json_pack("{s:o, s:o, s:o}", "sector", pc_json_count(i), "erases", pc_json_count(counts->wear[i].erases),
                        "programmed_bytes", pc_json_count(counts->wear[i].programmed_bytes)));
  }
  return pc_json_complete(wear, failed);
}

static json_t *json_of_failure(const struct pc_wear_failure *failure) {
  return !failure->found
             ? json_null()
             : json_pack("{s:s, s:o, s:o}", "invariant", pc_invariant_info(failure->invariant)->name, "operation",
                         pc_json_count(failure->operation), "text", pc_json_text(failure->text));
}

static json_t *json_of_run(const struct pc_comparison *comparison, const struct pc_compared *run) {
  const struct pc_figures figures = pc_figures_of(run);
  const struct pc_exploration_result *counts = &run->result.counts;
  struct pc_buffer store = {0}, device = {0};
  pc_subject_store(&run->opened.subject, &store);
  pc_subject_device(&run->opened.subject, &device);
  json_t *object = NULL;
  if (!store.failed && !device.failed) {
    object = json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:f, s:f, s:o, s:b}", "run_id",
                       (json_int_t)run->run_id, "settings", json_of_settings(run, comparison->matrix.variation_count),
                       "store", pc_json_text((const char *)store.data), "device",
                       pc_json_text((const char *)device.data), "cut_every",
                       pc_json_count(run->scenario.wear.cut_every), "operations", pc_json_count(counts->operations),
                       "worn", (int)run->result.worn, "interrupted", (int)counts->interrupted, "erases_min",
                       pc_json_count(figures.erases_min), "erases_max", pc_json_count(figures.erases_max),
                       "erases_mean", figures.erases_mean, "erases_stddev", figures.erases_stddev, "programmed_bytes",
                       pc_json_count(figures.programmed_bytes), "pareto", (int)pc_is_on_front(comparison, run));
  }
  pc_buffer_free(&store);
  pc_buffer_free(&device);
  int failed = object == NULL ? -1 : 0;
  failed |= json_object_set_new(object, "write_amplification", json_of_figure(figures.write_amplification));
  failed |= json_object_set_new(object, "put_p999_us", json_of_figure(figures.put_p999_us));
  failed |= json_object_set_new(object, "put_worst_us", json_of_figure(figures.put_worst_us));
  failed |= json_object_set_new(object, "erasing_share", json_of_figure(figures.erasing_share));
  failed |= json_object_set_new(object, "memory_size", pc_json_count(run->opened.promises.memory_size));
  failed |= json_object_set_new(object, "lifetime_years", json_of_figure(figures.lifetime_years));
  failed |= json_object_set_new(object, "operations_per_day", pc_json_count(run->scenario.wear.operations_per_day));
  failed |= json_object_set_new(object, "cuts", pc_json_count(counts->cuts));
  failed |= json_object_set_new(object, "refused", pc_json_count(run->result.refused));
  failed |= json_object_set_new(object, "failure", json_of_failure(&run->result.failure));
  failed |= json_object_set_new(object, "seconds", json_real(run->result.seconds));
  failed |= json_object_set_new(object, "wear", json_of_wear(counts));
  return pc_json_complete(object, failed);
}

enum pc_result pc_comparison_print_json(const struct pc_comparison *comparison, struct pc_error *error) {
  json_t *runs = json_array();
  int failed = 0;
  for (size_t i = 0; i < comparison->opened; i++) {
    if (comparison->runs[i].done) {
      failed |= json_array_append_new(runs, json_of_run(comparison, &comparison->runs[i]));
    }
  }
  runs = pc_json_complete(runs, failed);
  return pc_output_json(
      json_pack("{s:o, s:I, s:o, s:b, s:o}", "scenario", pc_json_text(comparison->runs[0].scenario.name), "group_id",
                (json_int_t)comparison->runs[0].run_id, "database", pc_json_text(comparison->plan->given.database),
                "interrupted", (int)comparison->interrupted, "runs", runs),
      error);
}
