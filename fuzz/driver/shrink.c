/*
 * Delta debugging: leaves parts out, from halves down to single bytes, and then zeroes bytes, as long as the signature
 * stays. Parts begin where a step of a program begins, so that those are left out whole.
 */
#include "shrink.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "child.h"
#include "harness.h"
#include "powercut/file.h"

enum { SHRUNK = 0, BAD_INPUT = 2, ENVIRONMENT = 3 };

#define HEADER 8u /* bytes that begin every input and stay */
#define MOST_TRIES 20000u

struct shrinking {
  uint8_t *best, *trial;
  size_t size;
  uint32_t tries;
  char signature[sizeof((struct pc_verdict *)0)->signature];
};

static int run_trial(void *context) {
  const struct pc_bytes *input = context;
  struct itimerval limit = {.it_value = {.tv_sec = PC_SECONDS_FOR_ONE}};
  struct pc_error error;
  if (pc_harness()->open(&error) != PC_OK) {
    pc_harness_fail(&error);
  }
  (void)setitimer(ITIMER_PROF, &limit, NULL); /* it can't fail */
  (void)pc_harness()->run(*input, &error);
  return 0;
}

/* Takes the trial over if it shows the same. */
static bool try(struct shrinking *shrinking, size_t size) {
  struct pc_bytes input = {.data = shrinking->trial, .size = size};
  struct pc_verdict verdict;
  if (shrinking->tries++ >= MOST_TRIES || !pc_child_run(run_trial, &input, false, &verdict) || !verdict.found ||
      strcmp(verdict.signature, shrinking->signature) != 0) {
    return false;
  }
  memcpy(shrinking->best, shrinking->trial, size);
  shrinking->size = size;
  return true;
}

/* Leaves out each part of `part` bytes. Whether any could be. */
static bool leave_out(struct shrinking *shrinking, size_t part) {
  bool any = false;
  size_t at = HEADER;
  while (at < shrinking->size) {
    size_t left = shrinking->size - at;
    size_t gone = part < left ? part : left;
    memcpy(shrinking->trial, shrinking->best, at);
    memcpy(shrinking->trial + at, shrinking->best + at + gone, left - gone);
    if (try(shrinking, shrinking->size - gone)) {
      any = true;
    } else {
      at += part;
    }
  }
  return any;
}

static bool zero_bytes(struct shrinking *shrinking) {
  bool any = false;
  for (size_t i = HEADER; i < shrinking->size; i++) {
    if (shrinking->best[i] != 0) {
      memcpy(shrinking->trial, shrinking->best, shrinking->size);
      shrinking->trial[i] = 0;
      any = try(shrinking, shrinking->size) || any;
    }
  }
  return any;
}

static void shrink(struct shrinking *shrinking) {
  const size_t step = 4;
  bool any = true;
  while (any && shrinking->tries < MOST_TRIES) {
    any = false;
    size_t part = step;
    while (part * 2 < shrinking->size) {
      part *= 2;
    }
    for (; part >= step; part /= 2) {
      any = leave_out(shrinking, part) || any;
    }
    any = leave_out(shrinking, 1) || any;
    any = zero_bytes(shrinking) || any;
  }
}

static int write_out(const struct shrinking *shrinking, const char *output) {
  FILE *file = fopen(output, "wb");
  bool written = file != NULL && fwrite(shrinking->best, 1, shrinking->size, file) == shrinking->size;
  if (file == NULL || fclose(file) != 0 || !written) {
    (void)fprintf(stderr, "%s: %s\n", output, strerror(errno));
    return ENVIRONMENT;
  }
  return SHRUNK;
}

static int shrink_content(const struct pc_buffer *content, const char *path, const char *output) {
  struct shrinking shrinking = {.best = malloc(content->size + 1), .trial = malloc(content->size + 1)};
  struct pc_bytes input = {.data = content->data, .size = content->size};
  struct pc_verdict verdict;
  int answer = ENVIRONMENT;
  if (shrinking.best != NULL && shrinking.trial != NULL && pc_child_run(run_trial, &input, false, &verdict)) {
    if (!verdict.found) {
      (void)fprintf(stderr, "%s: shows nothing\n", path);
      answer = BAD_INPUT;
    } else {
      memcpy(shrinking.signature, verdict.signature, sizeof shrinking.signature);
      memcpy(shrinking.best, content->data, content->size);
      shrinking.size = content->size;
      shrink(&shrinking);
      answer = write_out(&shrinking, output);
      if (answer == SHRUNK) {
        (void)printf("%s: %zu bytes, of %zu: %s\n", output, shrinking.size, content->size, shrinking.signature);
      }
    }
  }
  free(shrinking.best);
  free(shrinking.trial);
  return answer;
}

int pc_shrink(const char *path, const char *output) {
  struct pc_buffer content = {0};
  struct pc_error error;
  enum pc_result result = pc_file_read(path, pc_harness()->max_size, &content, &error);
  int answer = result == PC_BAD_INPUT ? BAD_INPUT : ENVIRONMENT;
  if (result != PC_OK) {
    (void)fprintf(stderr, "%s\n", error.message);
  } else if (content.size == 0) {
    (void)fprintf(stderr, "%s: empty\n", path);
    answer = BAD_INPUT;
  } else {
    answer = shrink_content(&content, path, output);
  }
  pc_buffer_free(&content);
  return answer;
}
