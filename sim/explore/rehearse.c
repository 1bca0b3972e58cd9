/* The baseline run, tried out in a process of its own. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

#define POLL_MILLISECONDS 50

/* Waits until it is done, is gone, hangs or is to stop. Fills in `what` where it didn't survive. */
static bool wait_for(struct pc_process *process, const struct pc_observer *observer, char *what) {
  struct pollfd polled = {.fd = process->socket, .events = POLLIN};
  for (;;) {
    if (observer->stop != NULL && observer->stop(observer->context)) {
      process->notice->stop = true;
    }
    int ready = poll(&polled, 1, POLL_MILLISECONDS);
    char done;
    if (ready > 0) {
      process->busy = false;
      if (pc_socket_read(process->socket, &done, 1)) {
        return true;
      }
      pc_process_reap(process, what);
      return false;
    }
    if (pc_process_hangs(process)) {
      (void)kill(process->pid, SIGKILL);
      pc_process_reap(process, what);
      (void)strcpy(what, PC_HANG_TEXT);
      return false;
    }
  }
}

enum pc_result pc_baseline_rehearse(const struct pc_subject *subject, const struct pc_workload *workload,
                                    struct pc_findings *findings, bool *survived, struct pc_error *error) {
  struct rehearsal rehearsal = {.subject = subject, .workload = workload};
  struct pc_process_work work = {.serve = rehearse, .context = &rehearsal};
  struct pc_process process = {.socket = -1};
  enum pc_result result = pc_process_start(&process, &work, &process, 1, error);
  if (result != PC_OK) {
    pc_process_stop(&process);
    return result;
  }
  process.busy = true;
  char what[PC_CRASH_TEXT];
  *survived = wait_for(&process, findings->observer, what);
  uint32_t operation = process.notice->operation;
  pc_process_stop(&process);
  if (*survived) {
    return PC_OK;
  }
  struct pc_report *report = calloc(1, sizeof *report);
  if (report == NULL) {
    return pc_fail_memory(error);
  }
  struct pc_cut_path no_cut = {0};
  pc_report_fail(report, PC_MOUNTABLE, NULL, "the store starts and works", "%s", what);
  result = pc_findings_add(findings, report, &no_cut, operation, error);
  free(report);
  return result;
}
