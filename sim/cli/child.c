#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupt.h"
#include "progress.h"

#define TICK_MS 100
#define GRACE_SECONDS 10.0

enum { INPUT, OUTPUT, ERRORS, STREAMS };

/* A child that runs. */
struct running {
  const struct pc_child *child;
  struct pc_child_outcome *outcome;
  pid_t pid;
  int ours[STREAMS];   /* our ends of the pipes; -1: closed */
  int theirs[STREAMS]; /* -1: what we have */
  size_t written;      /* of the input */
  double kill_at;      /* once it was asked to stop; 0: it was not */
};

static void close_end(int *end) {
  if (*end >= 0) {
    (void)close(*end); /* a pipe keeps nothing back */
    *end = -1;
  }
}

static enum pc_result open_pipes(struct running *running, struct pc_error *error) {
  for (int i = 0; i < STREAMS; i++) {
    int ends[2];
    if (i == ERRORS && running->child->shows_errors) {
      continue;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
      return pc_fail(error, PC_ENVIRONMENT, "a pipe can't be made: %s", strerror(errno));
    }
    running->ours[i] = ends[i == INPUT ? 1 : 0];
    running->theirs[i] = ends[i == INPUT ? 0 : 1];
    if (fcntl(running->ours[i], F_SETFL, O_NONBLOCK) != 0) {
      return pc_fail(error, PC_ENVIRONMENT, "a pipe can't be set up: %s", strerror(errno));
    }
  }
  return PC_OK;
}

/* A group of its own, so that Ctrl-C reaches it through us, once. What we ignore it shall not. */
static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t defaults;
  if (sigemptyset(&defaults) != 0 || sigaddset(&defaults, SIGPIPE) != 0) {
    return errno;
  }
  int code = posix_spawnattr_setsigdefault(attributes, &defaults);
  if (code == 0) {
    code = posix_spawnattr_setpgroup(attributes, 0);
  }
  return code != 0 ? code : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

static int spawn_with(struct running *running, posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes) {
  int code = set_attributes(attributes);
  for (int i = 0; code == 0 && i < STREAMS; i++) {
    if (running->theirs[i] >= 0) {
      code = posix_spawn_file_actions_adddup2(actions, running->theirs[i], i);
    }
  }
  if (code == 0) {
    /* posix_spawnp takes words that may be changed, and changes none. */
    union {
      const char *const *given;
      char *const *taken;
    } argv = {.given = running->child->argv};
    code = posix_spawnp(&running->pid, argv.taken[0], actions, attributes, argv.taken, environ);
  }
  return code;
}

static enum pc_result spawn(struct running *running, struct pc_error *error) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code = posix_spawn_file_actions_init(&actions);
  if (code == 0) {
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
      code = spawn_with(running, &actions, &attributes);
      (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
  }
  running->outcome->found = code == 0;
  return code == 0 || code == ENOENT
             ? PC_OK
             : pc_fail(error, PC_ENVIRONMENT, "%s can't be started: %s", running->child->argv[0], strerror(code));
}

static void feed(struct running *running) {
  struct pc_bytes input = running->child->input;
  ssize_t count = 0;
  if (running->written < input.size) {
    count = write(running->ours[INPUT], input.data + running->written, input.size - running->written);
  }
  running->written += count > 0 ? (size_t)count : 0;
  bool failed = count < 0 && errno != EAGAIN && errno != EINTR; /* it reads no more */
  if (failed || running->written == input.size) {
    close_end(&running->ours[INPUT]);
  }
}

static void drain(int *end, struct pc_buffer *buffer) {
  uint8_t chunk[65536];
  ssize_t count = read(*end, chunk, sizeof chunk);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
    close_end(end);
  } else if (count > 0 && buffer->size < PC_MAX_CHILD_OUTPUT) {
    pc_buffer_append(buffer, chunk, (size_t)count);
  }
}

static void stop_when_due(struct running *running) {
  double now = pc_seconds();
  if (running->kill_at > 0) {
    if (now > running->kill_at) {
      (void)kill(-running->pid, SIGKILL); /* it may be gone */
    }
  } else if (now > running->child->deadline || pc_interrupted()) {
    running->outcome->stopped = true;
    running->kill_at = now + GRACE_SECONDS;
    (void)kill(running->pid, SIGINT);
  }
}

/* Until the child has closed its ends, which it does at the latest when it ends. */
static void serve(struct running *running) {
  while (running->ours[OUTPUT] >= 0 || running->ours[ERRORS] >= 0) {
    struct pollfd polled[STREAMS];
    for (int i = 0; i < STREAMS; i++) {
      polled[i] = (struct pollfd){.fd = running->ours[i], .events = i == INPUT ? POLLOUT : POLLIN};
    }
    int ready = poll(polled, STREAMS, TICK_MS);
    stop_when_due(running);
    if (ready <= 0) {
      continue;
    }
    if (polled[INPUT].revents != 0) {
      feed(running);
    }
    if (polled[OUTPUT].revents != 0) {
      drain(&running->ours[OUTPUT], &running->outcome->output);
    }
    if (polled[ERRORS].revents != 0) {
      drain(&running->ours[ERRORS], &running->outcome->errors);
    }
  }
}

static enum pc_result wait_for(const struct running *running, struct pc_error *error) {
  int status = 0;
  pid_t ended = waitpid(running->pid, &status, 0);
  while (ended < 0 && errno == EINTR) {
    ended = waitpid(running->pid, &status, 0);
  }
  if (ended < 0) {
    return pc_fail(error, PC_ENVIRONMENT, "%s can't be waited for: %s", running->child->argv[0], strerror(errno));
  }
  running->outcome->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  running->outcome->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return PC_OK;
}

enum pc_result pc_child_run(const struct pc_child *child, struct pc_child_outcome *outcome, struct pc_error *error) {
  *outcome = (struct pc_child_outcome){0};
  struct running running = {.child = child, .outcome = outcome, .ours = {-1, -1, -1}, .theirs = {-1, -1, -1}};
  enum pc_result err = open_pipes(&running, error);
  if (!err) {
    err = spawn(&running, error);
  }
  for (int i = 0; i < STREAMS; i++) {
    close_end(&running.theirs[i]);
  }
  if (!err && outcome->found) {
    serve(&running);
    err = wait_for(&running, error);
  }
  for (int i = 0; i < STREAMS; i++) {
    close_end(&running.ours[i]);
  }
  bool failed = outcome->output.failed || outcome->errors.failed;
  return !err && failed ? pc_fail_memory(error) : err;
}

void pc_child_outcome_free(struct pc_child_outcome *outcome) {
  pc_buffer_free(&outcome->output);
  pc_buffer_free(&outcome->errors);
}
