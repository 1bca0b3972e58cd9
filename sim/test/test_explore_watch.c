/* Telling a process that hangs from one that works or waits. */
#include <criterion/criterion.h>

#include "explore/watch.h"

Test(explore_watch, is_patient_with_what_gets_on) {
  struct pc_watch watch = {.patience = 1};
  for (uint64_t i = 0; i < 1000; i++) {
    cr_assert_not(pc_watch_hangs(&watch, &(struct pc_look){.beats = i, .cpu = 0.9 * (double)i, .clock = (double)i}));
  }
}

Test(explore_watch, is_not_with_what_works_on_nothing) {
  struct pc_watch watch = {.patience = 2};
  cr_expect_not(pc_watch_hangs(&watch, &(struct pc_look){.beats = 5, .cpu = 100, .clock = 100}));
  cr_expect_not(pc_watch_hangs(&watch, &(struct pc_look){.beats = 5, .cpu = 101.9, .clock = 102}));
  cr_expect(pc_watch_hangs(&watch, &(struct pc_look){.beats = 5, .cpu = 102.1, .clock = 102.2}));
}

Test(explore_watch, finds_what_sleeps) {
  struct pc_watch watch = {.patience = 2};
  int looks = 0;
  while (!pc_watch_hangs(&watch, &(struct pc_look){.cpu = 1, .clock = 0.05 * looks}) && looks < 10000) {
    looks++;
  }
  cr_expect_geq(looks, 590);
  cr_expect_leq(looks, 610);
}

/* A process that gets a hundredth of a processor is slow, not asleep. */
Test(explore_watch, is_patient_with_what_waits_for_its_turn) {
  struct pc_watch watch = {.patience = 2};
  for (int i = 0; i < 3000; i++) {
    double clock = 0.05 * i;
    cr_assert_not(pc_watch_hangs(&watch, &(struct pc_look){.cpu = clock / 100, .clock = clock}));
  }
}

/* The time in which nobody looked is nobody's: all may have been stopped, by Ctrl-Z. */
Test(explore_watch, does_not_count_the_time_when_nobody_looked) {
  struct pc_watch watch = {.patience = 2};
  for (int i = 0; i < 20; i++) {
    cr_assert_not(pc_watch_hangs(&watch, &(struct pc_look){.cpu = 0.01, .clock = 3600.0 * i}));
  }
}

Test(explore_watch, is_more_patient_the_larger_the_partition) {
  cr_expect_geq(pc_watch_patience(1), 1);
  cr_expect_lt(pc_watch_patience(65536), 2);
  cr_expect_gt(pc_watch_patience(256u << 20), 1000);
}
