#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A process that has nothing to do ends when its socket is closed; a store may keep it from that. */
#define LONGEST_END_MICROSECONDS 2000000u

/* The exit status of a process that was let go. If its parent still waits for it, then the store closed its socket, or
   wrote to it. */
#define LET_GO 120

static void sleep_for(uint32_t microseconds) {
  const struct timespec time = {.tv_nsec = (long)microseconds * 1000};
  (void)nanosleep(&time, NULL);
}

/* What ends the run is the parent's to handle, and sent to the whole group: it isn't the store's doing. */
static void leave_signals_to_parent(void) {
  const struct sigaction ignore = {.sa_handler = SIG_IGN};
  (void)sigaction(SIGINT, &ignore, NULL);
  (void)sigaction(SIGTERM, &ignore, NULL);
  (void)sigaction(SIGHUP, &ignore, NULL);
}

#define OWN_SOCKET (STDERR_FILENO + 1)

/* A store may print, and it may write where it should not: neither may reach what the command prints, the database or
   other workers. Of the parent's files it has standard error alone. Returns false if that can't be had. */
static bool leave_files_to_parent(int socket) {
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  bool done = nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0 &&
              dup2(socket, OWN_SOCKET) >= 0;
  closefrom(OWN_SOCKET + 1);
  return done;
}

/* The child. It does its work, and waits until its parent lets it go. */
static _Noreturn void be_process(int socket, struct pc_notice *notice, const struct pc_process_work *work,
                                 pid_t parent) {
  const struct rlimit no_core = {0};
  char none;
  const struct pc_worker_end end = {.socket = OWN_SOCKET, .notice = notice};
  leave_signals_to_parent();
  /* A store may crash a thousand times in a run. */
  (void)setrlimit(RLIMIT_CORE, &no_core);
  /* When the parent is gone, so is the child, also if it went before this. */
  if (!leave_files_to_parent(socket) || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
    _exit(EXIT_FAILURE);
  }
  work->serve(&end, work->context);
  (void)pc_socket_read(end.socket, &none, 1);
  exit(LET_GO);
}

static enum pc_result share_notice(struct pc_process *process, struct pc_error *error) {
  if (process->notice == NULL) {
    void *memory = mmap(NULL, sizeof *process->notice, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
      return pc_fail_memory(error);
    }
    process->notice = memory;
  }
  return PC_OK;
}

/* Out of the way of the standard streams, which may be closed. */
static bool move_up(int *socket) {
  int moved = fcntl(*socket, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  (void)close(*socket);
  *socket = moved;
  return moved >= 0;
}

static enum pc_result make_sockets(int sockets[2], struct pc_error *error) {
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    return pc_fail(error, PC_ENVIRONMENT, "can't make a socket for a worker: %s", strerror(errno));
  }
  for (int i = 0; i < 2; i++) {
    if (!move_up(&sockets[i])) {
      enum pc_result result = pc_fail(error, PC_ENVIRONMENT, "can't move a worker's socket: %s", strerror(errno));
      (void)close(sockets[1 - i]);
      return result;
    }
  }
  return PC_OK;
}

enum pc_result pc_process_start(struct pc_process *process, const struct pc_process_work *work,
                                struct pc_error *error) {
  int sockets[2];
  enum pc_result result = share_notice(process, error);
  if (result == PC_OK) {
    result = make_sockets(sockets, error);
  }
  if (result != PC_OK) {
    return result;
  }
  process->watch.patience = work->patience;
  pc_process_begin(process); /* before there is a child that writes its notice */
  /* What is buffered would be written twice. */
  (void)fflush(NULL);
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid < 0) {
    result = pc_fail(error, PC_ENVIRONMENT, "can't start a worker: %s", strerror(errno));
    (void)close(sockets[0]);
    (void)close(sockets[1]);
    return result;
  }
  if (pid == 0) {
    be_process(sockets[1], process->notice, work, parent);
  }
  (void)close(sockets[1]);
  process->pid = pid;
  process->socket = sockets[0];
  return PC_OK;
}

void pc_process_begin(struct pc_process *process) {
  process->notice->path.depth = 0;
  process->watch = (struct pc_watch){.patience = process->watch.patience};
}

static double seconds(clockid_t clock) {
  struct timespec time = {0};
  (void)clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static bool hangs(struct pc_process *process) {
  clockid_t clock;
  if (clock_getcpuclockid(process->pid, &clock) != 0) {
    return false;
  }
  struct pc_look look = {.beats = process->notice->beats, .cpu = seconds(clock), .clock = seconds(CLOCK_MONOTONIC)};
  return pc_watch_hangs(&process->watch, &look);
}

/* It was waited for. */
static void forget(struct pc_process *process) {
  process->pid = 0;
  pc_process_hang_up(process);
}

/* Waits for a process that ends for certain. */
static pid_t wait_for(pid_t pid, int *status) {
  pid_t gone;
  do {
    gone = waitpid(pid, status, 0);
  } while (gone < 0 && errno == EINTR);
  return gone;
}

static void describe_end(int status, char *what) {
  if (WIFSIGNALED(status)) {
    (void)snprintf(what, PC_CRASH_TEXT, "the store brought its process down: %s", strsignal(WTERMSIG(status)));
  } else if (WEXITSTATUS(status) == LET_GO) {
    (void)snprintf(what, PC_CRASH_TEXT, "the store closed or spoilt files that are not its own");
  } else {
    (void)snprintf(what, PC_CRASH_TEXT, "the store ended its process with status %d", WEXITSTATUS(status));
  }
}

bool pc_process_is_well(struct pc_process *process, char *what, bool *hung) {
  int status = 0;
  *hung = false;
  pid_t gone = waitpid(process->pid, &status, WNOHANG);
  if (gone == 0 || (gone < 0 && errno == EINTR)) {
    *hung = hangs(process);
    if (!*hung) {
      return true;
    }
    (void)kill(process->pid, SIGKILL);
    (void)wait_for(process->pid, &status);
    (void)snprintf(what, PC_CRASH_TEXT, "the store never came back: its process was stopped");
  } else {
    describe_end(status, what);
  }
  forget(process);
  return false;
}

void pc_process_hang_up(struct pc_process *process) {
  if (process->socket >= 0) {
    (void)close(process->socket);
    process->socket = -1;
  }
}

void pc_process_end(struct pc_process *process, bool busy) {
  if (process->pid == 0) {
    return;
  }
  pc_process_hang_up(process);
  int status;
  uint32_t step = 20;
  for (uint32_t waited = 0; !busy && waited < LONGEST_END_MICROSECONDS; waited += step) {
    if (waitpid(process->pid, &status, WNOHANG) != 0) {
      forget(process);
      return;
    }
    sleep_for(step);
    step += step / 4; /* most end at once */
  }
  (void)kill(process->pid, SIGKILL);
  (void)wait_for(process->pid, &status);
  forget(process);
}

void pc_process_free(struct pc_process *process) {
  if (process->notice != NULL) {
    (void)munmap(process->notice, sizeof *process->notice);
    process->notice = NULL;
  }
}

int pc_process_poll_time(const struct pc_process *process) {
  /* One without a socket is most likely gone in a moment. */
  return process->socket < 0 ? 1 : PC_POLL_MILLISECONDS;
}
