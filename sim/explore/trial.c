#include "trial.h"

#include <poll.h>

static void pass_on_stop(const struct pc_trial_plan *plan, struct pc_process *process) {
  if (plan->observer != NULL && plan->observer->stop != NULL && plan->observer->stop(plan->observer->context)) {
    process->notice->stop = true;
  }
}

/* Waits until it is done, or gone. */
static enum pc_result wait_for(const struct pc_trial_plan *plan, struct pc_process *process, struct pc_trial *trial,
                               struct pc_error *error) {
  bool well = true;
  while (well) {
    struct pollfd polled = {.fd = process->socket, .events = POLLIN};
    pass_on_stop(plan, process);
    if (poll(&polled, 1, pc_process_poll_time(process)) > 0) {
      enum pc_result result = plan->receive(plan->context, process->socket, &trial->survived, error);
      if (result != PC_OK || trial->survived) {
        return result;
      }
      pc_process_hang_up(process);
    }
    well = pc_process_is_well(process, trial->what, &trial->hung);
  }
  return PC_OK;
}

enum pc_result pc_trial_run(const struct pc_trial_plan *plan, struct pc_trial *trial, struct pc_error *error) {
  struct pc_process process = {.socket = -1};
  *trial = (struct pc_trial){0};
  enum pc_result result = pc_process_start(&process, &plan->work, error);
  if (result == PC_OK) {
    result = wait_for(plan, &process, trial, error);
    trial->beats = process.notice->beats;
    trial->operation = process.notice->operation;
    trial->path = process.notice->path;
  }
  pc_process_end(&process, !trial->survived);
  pc_process_free(&process);
  return result;
}
