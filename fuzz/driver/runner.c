/*
 * Runs a harness on files, without a fuzzer: for regression tests, for any compiler, and to see what an input shows.
 *
 * Inputs run in a process of their own, one after another, so that one that crashes or hangs is named and the rest goes
 * on in the next process.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "child.h"
#include "files.h"
#include "harness.h"
#include "powercut/file.h"
#include "shrink.h"

enum { HELD = 0, FOUND = 1, BAD_INPUT = 2, ENVIRONMENT = 3 };

/* Shared with the process that runs the inputs. */
struct progress {
  size_t next;    /* the input that runs, or runs next */
  size_t refused; /* that were none for this harness */
};

struct job {
  const struct pc_files *files;
  struct progress *progress;
};

/* A hang is a signal that no harness catches. */
static void limit_time(void) {
  struct itimerval limit = {.it_value = {.tv_sec = PC_SECONDS_FOR_ONE}};
  (void)setitimer(ITIMER_PROF, &limit, NULL); /* it can't fail */
}

static enum pc_result run_file(const char *path, struct pc_error *error) {
  const struct pc_harness *harness = pc_harness();
  struct pc_buffer content = {0};
  enum pc_result result = pc_file_read(path, harness->max_size, &content, error);
  if (result == PC_OK) {
    struct pc_bytes input = {.data = content.size > 0 ? content.data : (const uint8_t *)"", .size = content.size};
    limit_time();
    result = harness->run(input, error);
  }
  pc_buffer_free(&content);
  return result;
}

static int run_files(void *context) {
  const struct job *job = context;
  struct pc_error error;
  if (pc_harness()->open(&error) != PC_OK) {
    pc_harness_fail(&error);
  }
  for (; job->progress->next < job->files->count; job->progress->next++) {
    const char *path = job->files->paths[job->progress->next];
    enum pc_result result = run_file(path, &error);
    if (result == PC_ENVIRONMENT) {
      pc_harness_fail(&error);
    }
    if (result == PC_BAD_INPUT) {
      (void)fprintf(stderr, "%s: %s\n", path, error.message);
      job->progress->refused++;
    }
  }
  return 0;
}

static int run_all(struct job *job) {
  int answer = HELD;
  while (job->progress->next < job->files->count) {
    struct pc_verdict verdict;
    if (!pc_child_run(run_files, job, true, &verdict)) {
      (void)fprintf(stderr, "no process: %s\n", strerror(errno));
      return ENVIRONMENT;
    }
    if (!verdict.found && verdict.status != 0) {
      return ENVIRONMENT;
    }
    if (verdict.found) {
      /* What is leaked is told of when all have run. */
      bool all_ran = job->progress->next == job->files->count;
      size_t input = all_ran ? job->progress->next - 1 : job->progress->next++;
      (void)printf("FOUND %s: %s\n", job->files->paths[input], verdict.signature);
      answer = FOUND;
    }
  }
  return answer;
}

static int run(const struct pc_files *files) {
  struct progress *progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (progress == MAP_FAILED) {
    (void)fprintf(stderr, "no memory: %s\n", strerror(errno));
    return ENVIRONMENT;
  }
  int answer = run_all(&(struct job){.files = files, .progress = progress});
  if (answer != ENVIRONMENT) {
    (void)printf("%s: %zu inputs, %zu of them refused\n", pc_harness()->name, files->count, progress->refused);
  }
  return answer == HELD && progress->refused > 0 ? BAD_INPUT : answer;
}

static void print_help(FILE *to) {
  (void)fprintf(
      to,
      "Usage: fuzz_%s_run FILE|FOLDER...\n"
      "       fuzz_%s_run --shrink FILE OUTPUT\n\n"
      "Runs the harness %s on inputs. Exit status: 0 nothing was found, 1 an input shows something (FOUND, and\n"
      "its signature), 2 bad usage, or a file is no input for this harness, 3 the environment failed.\n\n"
      "--shrink makes an input that shows something smaller, as long as its signature stays the same.\n"
      "--max-size prints how many bytes the largest input has.\n",
      pc_harness()->name, pc_harness()->name, pc_harness()->name);
}

int main(int argc, char **argv) {
  struct pc_files files = {0};
  if (argc < 2 || strcmp(argv[1], "--help") == 0) {
    print_help(argc < 2 ? stderr : stdout);
    return argc < 2 ? BAD_INPUT : HELD;
  }
  if (strcmp(argv[1], "--max-size") == 0) {
    (void)printf("%zu\n", pc_harness()->max_size);
    return HELD;
  }
  if (strcmp(argv[1], "--shrink") == 0) {
    if (argc != 4) {
      print_help(stderr);
    }
    return argc == 4 ? pc_shrink(argv[2], argv[3]) : BAD_INPUT;
  }
  int answer = 0;
  for (int i = 1; answer == 0 && i < argc; i++) {
    answer = pc_files_add(&files, argv[i]);
  }
  if (answer == 0 && files.count == 0) {
    (void)fprintf(stderr, "there is no file in what is to be run\n");
    answer = BAD_INPUT;
  }
  answer = answer == 0 ? run(&files) : answer;
  pc_files_free(&files);
  return answer;
}
