#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_BETWEEN_DRAWS 0.1

double pc_seconds(void) {
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void pc_progress_begin(struct pc_progress *progress) {
  *progress = (struct pc_progress){.shown = isatty(STDERR_FILENO) == 1, .started = pc_seconds()};
}

void pc_progress_update(struct pc_progress *progress, uint64_t done, uint64_t total, uint64_t findings) {
  if (!progress->shown || total == 0) {
    return;
  }
  double now = pc_seconds();
  if (now < progress->next_draw) {
    return;
  }
  progress->next_draw = now + SECONDS_BETWEEN_DRAWS;
  progress->drawn = true;
  double elapsed = now - progress->started;
  (void)fprintf(stderr, "\r%3.0f %% of %" PRIu64 " flash operations, %.0f s", 100.0 * (double)done / (double)total,
                total, elapsed);
  if (done > 0) {
    (void)fprintf(stderr, ", about %.0f s left", elapsed * (double)(total - done) / (double)done);
  }
  if (findings > 0) {
    (void)fprintf(stderr, ", %" PRIu64 " violations", findings);
  }
  (void)fprintf(stderr, "\x1b[K");
  (void)fflush(stderr);
}

void pc_progress_compare(struct pc_progress *progress, uint64_t done, uint64_t total, uint64_t operations) {
  double now = pc_seconds();
  if (!progress->shown || now < progress->next_draw) {
    return;
  }
  progress->next_draw = now + SECONDS_BETWEEN_DRAWS;
  progress->drawn = true;
  double elapsed = now - progress->started;
  (void)fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " combinations, %.1f million operations, %.0f s\x1b[K", done, total,
                (double)operations / 1e6, elapsed);
  (void)fflush(stderr);
}

void pc_progress_end(struct pc_progress *progress) {
  if (progress->drawn) {
    (void)fprintf(stderr, "\r\x1b[K");
    (void)fflush(stderr);
    progress->drawn = false;
  }
}
