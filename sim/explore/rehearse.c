/* The baseline run, tried out in a process of its own. */
#include <stdlib.h>

#include "baseline.h"
#include "process.h"

struct rehearsal {
  const struct pc_subject *subject;
  const struct pc_workload *workload;
};

static bool is_told_to_stop(void *context) {
  const struct pc_notice *notice = context;
  return notice->stop;
}

/* The process: its results don't matter, only whether it lives to say that it is done. */
static int rehearse(const struct pc_worker_end *end, const void *context) {
  const struct rehearsal *rehearsal = context;
  struct pc_exploration_result result = {0};
  struct pc_observer silent = {.context = end->notice, .stop = is_told_to_stop};
  struct pc_findings findings = {.observer = &silent, .result = &result};
  struct pc_baseline baseline = {.notice = end->notice};
  struct pc_error error;
  (void)pc_baseline_run(&baseline, rehearsal->subject, rehearsal->workload, &findings, &error);
  pc_baseline_free(&baseline);
  pc_exploration_free(&result);
  return pc_socket_write(end->socket, "", 1) ? EXIT_SUCCESS : EXIT_FAILURE;
}

enum pc_result pc_baseline_rehearse(const struct pc_subject *subject, const struct pc_workload *workload,
                                    struct pc_findings *findings, bool *survived, struct pc_error *error) {
  struct rehearsal rehearsal = {.subject = subject, .workload = workload};
  struct pc_process_work work = {.serve = rehearse, .context = &rehearsal};
  struct pc_trial trial;
  enum pc_result result = pc_process_try(&work, findings->observer, &trial, error);
  *survived = trial.survived;
  if (result != PC_OK || trial.survived) {
    return result;
  }
  struct pc_report *report = calloc(1, sizeof *report);
  if (report == NULL) {
    return pc_fail_memory(error);
  }
  struct pc_cut_path no_cut = {0};
  pc_report_fail(report, PC_MOUNTABLE, NULL, "the store starts and works", "%s", trial.what);
  result = pc_findings_add(findings, report, &no_cut, trial.operation, error);
  free(report);
  return result;
}
