#include "isolate.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Far more than a step of a replay takes. CPU time, so that a busy machine is no hang; the clock is for a store that
   sleeps. */
#define HANG_CPU_SECONDS 2.0
#define HANG_CLOCK_SECONDS 30.0
#define POLL_NANOSECONDS 5000000L

void *pc_isolation_take(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

void pc_isolation_free(void *memory, size_t size) {
  if (memory != NULL) {
    (void)munmap(memory, size);
  }
}

static _Noreturn void be_isolated(void (*work)(void *memory), void *memory) {
  struct pc_isolation *isolation = memory;
  /* Alone it would go on for ever. */
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  /* Whatever was told before the store brings the process down has to be out. */
  (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  work(memory);
  isolation->done = true;
  exit(EXIT_SUCCESS);
}

static double read_clock(clockid_t clock) {
  struct timespec time = {0};
  (void)clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* When the process last got on. */
struct watch {
  uint64_t beats;
  double cpu, time;
};

static bool hangs(struct watch *watch, pid_t pid, const volatile struct pc_isolation *isolation) {
  clockid_t clock;
  if (clock_getcpuclockid(pid, &clock) != 0) {
    return false;
  }
  double cpu = read_clock(clock), time = read_clock(CLOCK_MONOTONIC);
  if (isolation->beats != watch->beats || isolation->done) {
    *watch = (struct watch){.beats = isolation->beats, .cpu = cpu, .time = time};
  }
  return cpu - watch->cpu > HANG_CPU_SECONDS || time - watch->time > HANG_CLOCK_SECONDS;
}

/* Waits until it is gone; true if that needed force. */
static bool wait_for(pid_t pid, const struct pc_isolation *isolation, int *status) {
  struct watch watch = {.beats = isolation->beats, .time = read_clock(CLOCK_MONOTONIC)};
  bool hung = false;
  for (;;) {
    pid_t gone = waitpid(pid, status, hung ? 0 : WNOHANG);
    if (gone == pid || (gone < 0 && errno != EINTR)) {
      return hung;
    }
    if (!hung && hangs(&watch, pid, isolation)) {
      hung = true;
      (void)kill(pid, SIGKILL);
    } else if (!hung) {
      (void)nanosleep(&(struct timespec){.tv_nsec = POLL_NANOSECONDS}, NULL);
    }
  }
}

enum pc_result pc_isolate(void (*work)(void *memory), void *memory, char *what, struct pc_error *error) {
  struct pc_isolation *isolation = memory;
  isolation->done = false;
  what[0] = '\0';
  /* What is buffered would be written twice. */
  (void)fflush(NULL);
  pid_t pid = fork();
  if (pid < 0) {
    return pc_fail(error, PC_ENVIRONMENT, "can't start a process for the store: %s", strerror(errno));
  }
  if (pid == 0) {
    be_isolated(work, memory);
  }
  int status = 0;
  bool hung = wait_for(pid, isolation, &status);
  if (hung) {
    (void)snprintf(what, PC_ISOLATION_TEXT, "the store never came back: its process was stopped");
  } else if (WIFSIGNALED(status)) {
    (void)snprintf(what, PC_ISOLATION_TEXT, "the store brought its process down: %s", strsignal(WTERMSIG(status)));
  } else if (!isolation->done) {
    (void)snprintf(what, PC_ISOLATION_TEXT, "the store ended its process with status %d", WEXITSTATUS(status));
  } else if (WEXITSTATUS(status) != EXIT_SUCCESS) {
    return pc_fail(error, PC_ENVIRONMENT, "the replay could not be told to its end");
  }
  return PC_OK;
}
