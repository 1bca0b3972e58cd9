#include "watch.h"

/* A recovery takes microseconds, an aftermath milliseconds. */
#define LEAST_PATIENCE 1.0
#define PATIENCE_PER_MIB 4.0

/* A store that sleeps or waits for itself uses no CPU time: one that used less than a thousandth of this time is taken
   to do that. On a busy machine a process gets more. */
#define LONGEST_SLEEP 30.0
#define LEAST_SHARE 0.001

/* If more time than this lies between two looks, then the one who looks was stopped (by Ctrl-Z, say), and most likely
   the process too. */
#define LONGEST_STEP 1.0

double pc_watch_patience(uint64_t partition_size) {
  return LEAST_PATIENCE + PATIENCE_PER_MIB * (double)partition_size / (1024.0 * 1024.0);
}

bool pc_watch_hangs(struct pc_watch *watch, const struct pc_look *look) {
  double step = look->clock - watch->clock;
  watch->clock = look->clock;
  if (!watch->begun || look->beats != watch->beats) {
    watch->begun = true;
    watch->beats = look->beats;
    watch->cpu = look->cpu;
    watch->waited = 0;
    return false;
  }
  watch->waited += step < LONGEST_STEP ? step : LONGEST_STEP;
  double used = look->cpu - watch->cpu;
  return used > watch->patience || (watch->waited > LONGEST_SLEEP && used < watch->waited * LEAST_SHARE);
}
