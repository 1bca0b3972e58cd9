/* powercut compare: the same workload on every combination, over the life of the part. */
#ifndef PC_CLI_COMPARE_H
#define PC_CLI_COMPARE_H

#include "command.h"
#include "powercut/config.h"
#include "powercut/ledger.h"
#include "powercut/wear.h"
#include "progress.h"
#include "scenario_arguments.h"
#include "subject.h"

/* What the command line asks for. */
struct pc_compare_plan {
  struct pc_scenario_arguments given;
  uint64_t operations; /* 0: as many as the scenario says, or, until worn, as many as it takes */
  bool until_worn;
  bool json;
  struct pc_vary vary;
  const char *command; /* line, whole */
};

/* One combination. */
struct pc_compared {
  struct pc_override *settings; /* as many as the matrix has variations */
  struct pc_scenario scenario;
  struct pc_opened_subject opened;
  int64_t run_id;
  bool done;
  struct pc_wear_result result;
};

struct pc_comparison {
  const struct pc_compare_plan *plan;
  struct pc_matrix matrix;
  struct pc_compared *runs; /* matrix.combinations */
  size_t opened;            /* of them */
  struct pc_ledger *ledger;
  struct pc_progress progress;
  bool interrupted;
};

/* Figures of a run, as v_comparison has them. Not known: negative. */
struct pc_figures {
  uint64_t erases_min, erases_max;
  double erases_mean, erases_stddev;
  uint64_t programmed_bytes;
  double write_amplification;
  double put_p999_us, put_worst_us;
  double erasing_share;
  double lifetime_years;
};
struct pc_figures pc_figures_of(const struct pc_compared *run);
/* Whether a run is on the Pareto front of those that were done and are cut as often: none has at least its life at no
   more than its worst and 99.9th-percentile latency of a put, and one of them better. */
bool pc_is_on_front(const struct pc_comparison *comparison, const struct pc_compared *run);

/* Appends "store.policy=greedy store.redundancy=1". */
void pc_compared_name(const struct pc_comparison *comparison, const struct pc_compared *run, struct pc_buffer *text);

enum pc_result pc_comparison_print_text(const struct pc_comparison *comparison, struct pc_error *error);
enum pc_result pc_comparison_print_json(const struct pc_comparison *comparison, struct pc_error *error);

/* Checks every combination, enters them in the database, runs them and prints what came of them. `*status` is set where
   PC_OK is returned. */
enum pc_result pc_compare(const struct pc_compare_plan *plan, enum pc_exit *status, struct pc_error *error);

#endif
