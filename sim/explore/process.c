#include "process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The child. Ctrl-C is for the parent to handle; when the parent is gone, so is the child. */
static _Noreturn void be_worker(struct pc_process *process, int socket, const struct pc_process_work *work) {
  struct sigaction ignore = {.sa_handler = SIG_IGN}, standard = {.sa_handler = SIG_DFL};
  (void)sigaction(SIGINT, &ignore, NULL);
  (void)sigaction(SIGTERM, &standard, NULL);
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct pc_worker_end end = {.socket = socket, .notice = process->notice};
  exit(work->serve(&end, work->context));
}

static enum pc_result share_notice(struct pc_process *process, struct pc_error *error) {
  if (process->notice != NULL) {
    return PC_OK;
  }
  void *memory = mmap(NULL, sizeof *process->notice, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return pc_fail_memory(error);
  }
  process->notice = memory;
  return PC_OK;
}

enum pc_result pc_process_start(struct pc_process *process, const struct pc_process_work *work, struct pc_process *all,
                                uint32_t count, struct pc_error *error) {
  int sockets[2];
  enum pc_result result = share_notice(process, error);
  if (result != PC_OK) {
    return result;
  }
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    return pc_fail(error, PC_ENVIRONMENT, "can't make a socket for a worker: %s", strerror(errno));
  }
  /* What is buffered would be written twice. */
  (void)fflush(NULL);
  pid_t pid = fork();
  if (pid < 0) {
    result = pc_fail(error, PC_ENVIRONMENT, "can't start a worker: %s", strerror(errno));
    (void)close(sockets[0]);
    (void)close(sockets[1]);
    return result;
  }
  if (pid == 0) {
    (void)close(sockets[0]);
    for (uint32_t i = 0; i < count; i++) {
      if (all[i].socket >= 0) {
        (void)close(all[i].socket);
      }
    }
    be_worker(process, sockets[1], work);
  }
  (void)close(sockets[1]);
  process->pid = pid;
  process->socket = sockets[0];
  process->beats_seen = process->notice->beats - 1; /* so that its time counts from the first look */
  return PC_OK;
}

/* A recovery takes microseconds. One that takes this much CPU time loops; the clock, which other processes slow down,
   only catches a store that sleeps or waits for itself. */
#define HANG_CPU_SECONDS 2.0
#define HANG_CLOCK_SECONDS 30.0

static double seconds(clockid_t clock) {
  struct timespec time;
  return clock_gettime(clock, &time) == 0 ? (double)time.tv_sec + (double)time.tv_nsec * 1e-9 : 0;
}

bool pc_process_hangs(struct pc_process *process) {
  clockid_t clock;
  if (!process->busy || clock_getcpuclockid(process->pid, &clock) != 0) {
    return false;
  }
  double cpu = seconds(clock);
  double time = seconds(CLOCK_MONOTONIC);
  if (process->notice->beats != process->beats_seen) {
    process->beats_seen = process->notice->beats;
    process->cpu_seen = cpu;
    process->time_seen = time;
  }
  return cpu - process->cpu_seen > HANG_CPU_SECONDS || time - process->time_seen > HANG_CLOCK_SECONDS;
}

bool pc_process_send(const struct pc_process *process) {
  process->notice->path.depth = 0;
  process->notice->beats++;
  return pc_socket_write(process->socket, &process->order, sizeof process->order) &&
         pc_socket_write(process->socket, process->crashes, process->order.crash_count * sizeof process->crashes[0]);
}

void pc_process_reap(struct pc_process *process, char *what) {
  int status = 0;
  while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    (void)snprintf(what, PC_CRASH_TEXT, "the store brought its process down: %s", strsignal(WTERMSIG(status)));
  } else {
    (void)snprintf(what, PC_CRASH_TEXT, "the store ended its process with status %d", WEXITSTATUS(status));
  }
  process->pid = 0;
  (void)close(process->socket);
  process->socket = -1;
}

void pc_process_stop(struct pc_process *process) {
  if (process->pid > 0) {
    if (process->busy) {
      (void)kill(process->pid, SIGKILL);
    }
    /* One that waits for an order ends when its socket is closed. */
    (void)close(process->socket);
    while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    process->pid = 0;
    process->socket = -1;
  }
  if (process->notice != NULL) {
    (void)munmap(process->notice, sizeof *process->notice);
    process->notice = NULL;
  }
}
