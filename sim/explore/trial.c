/* Work that is tried out in a process of its own. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>

#include "process.h"

#define POLL_MILLISECONDS 50

/* Waits until it is done, is gone, hangs or is to stop. Fills in `what` where it didn't survive. */
static bool wait_for(struct pc_process *process, const struct pc_observer *observer, char *what) {
  struct pollfd polled = {.fd = process->socket, .events = POLLIN};
  for (;;) {
    if (observer != NULL && observer->stop != NULL && observer->stop(observer->context)) {
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
      (void)snprintf(what, PC_CRASH_TEXT, "%s", PC_HANG_TEXT);
      return false;
    }
  }
}

enum pc_result pc_process_try(const struct pc_process_work *work, const struct pc_observer *observer,
                              struct pc_trial *trial, struct pc_error *error) {
  struct pc_process process = {.socket = -1};
  *trial = (struct pc_trial){0};
  enum pc_result result = pc_process_start(&process, work, &process, 1, error);
  if (result == PC_OK) {
    process.busy = true;
    trial->survived = wait_for(&process, observer, trial->what);
    trial->operation = process.notice->operation;
  }
  pc_process_stop(&process);
  return result;
}
