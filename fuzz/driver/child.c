#include "child.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a crash is called by, in the order of what tells most. */
static const char *const marks[] = {"powercut-finding: ", "SUMMARY: ", "Assertion "};

static void copy_line(const char *text, char *signature, size_t size) {
  size_t length = strcspn(text, "\n");
  const char *build = strstr(text, " (BuildId"); /* differs from one build to the next */
  if (build != NULL && (size_t)(build - text) < length) {
    length = (size_t)(build - text);
  }
  length = length < size - 1 ? length : size - 1;
  memcpy(signature, text, length);
  signature[length] = '\0';
  while (length > 0 && signature[length - 1] == ' ') {
    signature[--length] = '\0';
  }
}

/* Folders differ from one checkout to the next: of a path only what is below the sources is kept. */
static void strip_folders(char *signature) {
  static const char *const tops[] = {"/engine/", "/sim/", "/fuzz/"};
  for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
    char *top = strstr(signature, tops[i]);
    char *begin = top;
    while (begin != NULL && begin > signature && begin[-1] != ' ') {
      begin--;
    }
    if (top != NULL) {
      memmove(begin, top + 1, strlen(top + 1) + 1);
      return;
    }
  }
}

static void sign(const char *log, int status, struct pc_verdict *verdict) {
  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
    const char *mark = strstr(log, marks[i]);
    if (mark != NULL) {
      copy_line(i < 2 ? mark + strlen(marks[i]) : mark, verdict->signature, sizeof verdict->signature);
      strip_folders(verdict->signature);
      if (strstr(verdict->signature, " leaked in ") != NULL) { /* how much differs from input to input */
        (void)snprintf(verdict->signature, sizeof verdict->signature, "memory is leaked");
      }
      return;
    }
  }
  int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const char *text = number == SIGPROF ? "hang" : number != 0 ? strsignal(number) : "the process ended";
  (void)snprintf(verdict->signature, sizeof verdict->signature, "%s", text);
}

static void read_log(int log, struct pc_verdict *verdict, int status, bool tell) {
  static char text[1u << 16];
  ssize_t size = pread(log, text, sizeof text - 1, 0);
  text[size > 0 ? size : 0] = '\0';
  if (tell) {
    (void)fputs(text, stderr);
  }
  if (verdict->found) {
    sign(text, status, verdict);
  }
}

bool pc_child_run(int (*work)(void *context), void *context, bool tell, struct pc_verdict *verdict) {
  int status = 0;
  int log = memfd_create("log", MFD_CLOEXEC);
  *verdict = (struct pc_verdict){0};
  if (log < 0) {
    return false;
  }
  (void)fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    exit(dup2(log, STDERR_FILENO) < 0 ? EXIT_FAILURE : work(context)); /* not _exit: coverage is written at the end */
  }
  bool ran = child > 0 && waitpid(child, &status, 0) == child;
  if (ran) {
    /* Sanitizers end the process with a status of their own; findings abort. */
    verdict->found = WIFSIGNALED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 3);
    verdict->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    read_log(log, verdict, status, tell);
  }
  (void)close(log);
  return ran;
}
