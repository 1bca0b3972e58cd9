/* The summary of a run, for people and for machines. */
#ifndef PC_CLI_RUN_REPORT_H
#define PC_CLI_RUN_REPORT_H

#include <jansson.h>
#include <stdint.h>

#include "powercut/config.h"
#include "powercut/explore.h"
#include "run_findings.h"
#include "shard.h"

/* The fault that checks of the baseline run are listed under, as in the ledger. */
#define PC_BASELINE "none"

struct pc_run_report {
  const struct pc_scenario *scenario;
  const struct pc_subject *subject;
  const struct pc_exploration_result *result;
  const struct pc_run_findings *findings;
  const char *database;
  int64_t run_id;
  double seconds;
  struct pc_shard shard;
};

enum pc_result pc_run_print_text(const struct pc_run_report *report, struct pc_error *error);

/* The summary as one object, or NULL when memory ran out. Its keys are the columns of v_runs (but for started_at, which
   only the ledger knows), then aftermaths, interrupted and database, then lists whose keys are the columns of v_checks,
   v_violations (the first PC_FINDINGS_SHOWN, with the repro's file in place of its text) and v_wear. */
json_t *pc_run_json(const struct pc_run_report *report);

/* Whether the cuts were drawn, so that the share that failed says something of all. */
bool pc_run_is_drawn(const struct pc_run_report *report);

/* Recoveries in a second; 0 if it was too quick to tell. */
double pc_run_rate(const struct pc_run_report *report);

#endif
