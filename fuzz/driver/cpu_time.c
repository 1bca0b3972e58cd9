/*
 * Runs a command and writes the CPU time, in seconds, that it and all that it left behind took. AFL++ kills the process
 * that runs the inputs without waiting for it, so that `time' sees none of it: here orphans are waited for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BAD_INPUT = 2, ENVIRONMENT = 3 };

static int fail(const char *what) {
  (void)fprintf(stderr, "%s: %s\n", what, strerror(errno));
  return ENVIRONMENT;
}

static double seconds_of(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static int write_time(const char *path) {
  struct rusage usage;
  FILE *file = fopen(path, "we");
  if (file == NULL || getrusage(RUSAGE_CHILDREN, &usage) != 0) {
    return fail(path);
  }
  int written = fprintf(file, "%.2f\n", seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  return fclose(file) != 0 || written < 0 ? fail(path) : 0;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    (void)fprintf(stderr, "Usage: fuzz_cpu_time OUTPUT COMMAND...\n");
    return BAD_INPUT;
  }
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
    return fail("orphans");
  }
  pid_t child = fork();
  if (child < 0) {
    return fail("no process");
  }
  if (child == 0) {
    (void)execvp(argv[2], argv + 2);
    _Exit(fail(argv[2]));
  }
  int status = 0, of_child = 0;
  for (pid_t ended = wait(&status); ended > 0 || errno == EINTR; ended = wait(&status)) {
    of_child = ended == child ? status : of_child;
  }
  int err = write_time(argv[1]);
  return err != 0 ? err : WIFEXITED(of_child) ? WEXITSTATUS(of_child) : EXIT_FAILURE;
}
