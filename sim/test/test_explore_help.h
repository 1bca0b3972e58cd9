/* A lab: a small device with a store and a workload on it, explored in the test's own process, with what came of it. */
#ifndef TEST_EXPLORE_HELP_H
#define TEST_EXPLORE_HELP_H

#include <criterion/criterion.h>

#include "powercut/explore.h"
#include "powercut/stores.h"

#define LAB_MAX_PARAMETERS 12u

struct lab {
  struct pc_profile profile;
  struct pc_subject subject;
  struct pc_parameter parameters[LAB_MAX_PARAMETERS];
  struct pc_workload workload;
  struct pc_power_plan plan; /* depth 1, no class yet, few samples, no aftermath */
};

/* `trace` is the workload's; the device has `sectors` of 128 bytes and programs single bytes. The lab must stay where
   it is. The store gets its fallback parameters. Close it with lab_close. */
void lab_open(struct lab *lab, const struct pc_store *store, uint32_t sectors, const char *trace);
/* The same, with a generated workload. */
void lab_open_generated(struct lab *lab, const struct pc_store *store, uint32_t sectors, uint32_t operations,
                        uint64_t seed);
void lab_close(struct lab *lab);
void lab_set(struct lab *lab, const char *name, const char *value);

struct lab_violation {
  struct pc_violation violation; /* its key's data is NULL: the bytes are in `key` */
  uint8_t key[PC_MAX_KEY_SIZE];
};

/* What an exploration gave, and what its observer was told. */
struct lab_run {
  uint32_t jobs;          /* to be set before */
  uint32_t stop_after;    /* stops once progress was told so often; 0: never */
  uint32_t fail_after;    /* the callback of violations fails at this one; 0: never */
  enum pc_result outcome; /* of pc_explore */
  struct pc_error error;  /* if it isn't PC_OK */
  struct pc_exploration_result result;
  struct lab_violation *violations; /* in the order they came */
  size_t violation_count;
  uint32_t progress_count;
  uint64_t done, total; /* as told last */
  bool went_back;       /* progress was less than before at some time, or the total changed */
};

/* Explores; `run` must be zeroed but for what is to be set before. Free it with lab_run_free. */
void lab_explore(const struct lab *lab, struct lab_run *run);
void lab_run_free(struct lab_run *run);

/* Expects two runs to have given the same: counts, checks, wear, violations with their texts and keys, in order. */
void lab_expect_same(const struct lab_run *a, const struct lab_run *b);

void lab_expect_same_violation(const struct lab_violation *a, const struct lab_violation *b);

/* Failures of an invariant at any cut, and in the baseline. */
uint64_t lab_failures(const struct lab_run *run, enum pc_invariant invariant);

/* Replays a cut path: a bit for each invariant that failed. */
uint32_t lab_replay(const struct lab *lab, const struct pc_cut_path *path);

#endif
