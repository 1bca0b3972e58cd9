/*
 * Wear runs: a workload over the life of a device, tens of millions of operations. Nothing is journalled and no
 * operation allocates; what the store holds is checked against what was acknowledged at every get, at every sample and
 * at the end. On request the power is cut now and then, at a flash operation and with a tear by the seed, so that the
 * wear of recoveries is in the figures.
 *
 * Each run is in a process of its own. Results are a pure function of the job.
 */
#ifndef POWERCUT_WEAR_H
#define POWERCUT_WEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/explore.h"

/* Samples over time that a run keeps at most; it has at least half as many once it is long enough. */
#define PC_WEAR_SAMPLES 200u
#define PC_WEAR_ROWS 1000000u /* samples times sectors, at most */
/* Operations of one run. */
#define PC_WEAR_LONGEST UINT64_C(100000000000)

/* What is run. All of it is the caller's and must stay valid. */
struct pc_wear_job {
  const struct pc_subject *subject;
  const struct pc_generator *generator; /* or NULL: `workload`, again and again */
  const struct pc_workload *workload;
  const struct pc_power_plan *power; /* the seed; of cuts the classes, samples and limit */
  uint64_t operations;               /* 1 to PC_WEAR_LONGEST; those that put the static keys count */
  bool until_worn;                   /* ends before that, once a sector has its endurance */
  uint32_t cut_every;                /* the power is cut once in so many operations, by chance; 0: never */
};

/* Why a run ended early: the store answered or held what it should not. */
struct pc_wear_failure {
  bool found;
  enum pc_invariant invariant;
  uint64_t operation;
  char text[256];
};

struct pc_wear_result {
  struct pc_exploration_result counts; /* with the power on, but for cuts, recoveries and the checks after them. What
                                          ended a run is one violation */
  uint64_t memory_size;                /* bytes that the store asks for */
  uint64_t refused;                    /* puts and deletes that were answered FULL */
  bool worn;                           /* a sector has its endurance */
  struct pc_wear_failure failure;
  uint32_t sample_count;
  uint64_t *sampled_at;     /* operations done at each sample, in rising order */
  uint64_t *sampled_erases; /* of each sample each sector's: sample_count times counts.wear_count */
  double seconds;           /* by the clock; the only thing that isn't the same each time */
};
void pc_wear_free(struct pc_wear_result *result);

struct pc_wear_observer {
  uint32_t jobs; /* processes at a time, at most PC_MAX_JOBS; 0: one for each processor */
  void *context;
  /* A job is done, in whatever order they are; the result is pc_wear_free's. Not PC_OK: ends all. */
  enum pc_result (*done)(void *context, size_t index, struct pc_wear_result *result, struct pc_error *error);
  void (*progress)(void *context, size_t jobs_done, uint64_t operations);
  bool (*stop)(void *context); /* true ends all jobs early: those that were begun are done, as far as they came */
};

/* PC_BAD_INPUT: a subject refuses its setup, a number is out of range. */
enum pc_result pc_wear_run(const struct pc_wear_job *jobs, size_t count, const struct pc_wear_observer *observer,
                           struct pc_error *error);

#endif
