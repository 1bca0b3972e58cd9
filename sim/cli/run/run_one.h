/* One run of `powercut run`: a scenario, or one combination of a scenario's matrix. */
#ifndef PC_CLI_RUN_ONE_H
#define PC_CLI_RUN_ONE_H

#include "keeper.h"
#include "powercut/config.h"
#include "powercut/ledger.h"
#include "progress.h"
#include "run_entry.h"
#include "run_findings.h"
#include "run_report.h"
#include "scenario_arguments.h"
#include "shard.h"
#include "subject.h"

/* What the command line asks for. */
struct pc_run_plan {
  struct pc_scenario_arguments given;
  const char *repros;
  bool json, resume;
  bool no_shrink; /* repros stay as they were found */
  struct pc_shard shard;
  const char *command; /* line, whole */
};

struct pc_run {
  /* set by the caller, before it is opened */
  const struct pc_run_plan *plan;
  const struct pc_override *settings; /* of the combination */
  size_t setting_count;
  /* before it explores */
  struct pc_ledger *ledger;
  size_t members; /* runs that the command makes */
  int64_t group;  /* the run_id of the first run that the command made; 0: this is it */

  struct pc_scenario scenario;
  struct pc_opened_subject opened;
  struct pc_run_findings findings;
  struct pc_progress progress;
  struct pc_keeper keeper;
  struct pc_exploration_result result;
  double seconds;
};

/* Reads and checks everything, before anything is written; errors name the combination. On failure nothing is left to
   close. */
enum pc_result pc_run_open(struct pc_run *run, struct pc_error *error);
/* Enters the run in the ledger and explores. */
enum pc_result pc_run_explore(struct pc_run *run, struct pc_error *error);
void pc_run_close(struct pc_run *run);

struct pc_run_report pc_run_report(const struct pc_run *run);

#endif
