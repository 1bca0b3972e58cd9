#include "plugin_trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MILLISECONDS 10000

/* The child. It says when it is through, whether or not there was something to load: the parent sees that for itself.
 */
static _Noreturn void load_and_tell(pc_plugin_load load, const char *path, int pipe_end) {
  int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere >= 0) {
    (void)dup2(nowhere, STDOUT_FILENO);
    (void)dup2(nowhere, STDERR_FILENO);
  }
  (void)load(path);
  _exit(write(pipe_end, "", 1) == 1 ? 0 : 1);
}

/* How the child ended that did not get through. */
static enum pc_result tell_end(const char *path, int status, struct pc_error *error) {
  if (WIFSIGNALED(status)) {
    return pc_fail(error, PC_BAD_INPUT, "%s: loading it brings its process down: %s", path,
                   strsignal(WTERMSIG(status)));
  }
  return pc_fail(error, PC_BAD_INPUT, "%s: loading it ends its process with status %d", path, WEXITSTATUS(status));
}

static enum pc_result wait_for(pid_t child, int pipe_end, const char *path, struct pc_error *error) {
  struct pollfd polled = {.fd = pipe_end, .events = POLLIN};
  char byte;
  int ready;
  do {
    ready = poll(&polled, 1, PATIENCE_MILLISECONDS);
  } while (ready < 0 && errno == EINTR);
  bool through = ready > 0 && read(pipe_end, &byte, 1) == 1;
  if (ready == 0 || through) {
    (void)kill(child, SIGKILL); /* it hangs, or has nothing left to do */
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (through) {
    return PC_OK;
  }
  return ready == 0
             ? pc_fail(error, PC_BAD_INPUT, "%s: loading it takes longer than %d s", path, PATIENCE_MILLISECONDS / 1000)
             : tell_end(path, status, error);
}

enum pc_result pc_plugin_try(pc_plugin_load load, const char *path, struct pc_error *error) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return pc_fail(error, PC_ENVIRONMENT, "no pipe: %s", strerror(errno));
  }
  pid_t child = fork();
  if (child == 0) {
    (void)close(ends[0]);
    load_and_tell(load, path, ends[1]);
  }
  int cause = errno;
  (void)close(ends[1]);
  enum pc_result result = child < 0 ? pc_fail(error, PC_ENVIRONMENT, "no process: %s", strerror(cause))
                                    : wait_for(child, ends[0], path, error);
  (void)close(ends[0]);
  return result;
}
