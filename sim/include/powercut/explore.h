/*
 * The explorer: runs a workload once with the power on, then walks its flash operations and cuts the power at each,
 * with each variant of each fault class, and in the recovery from it again, to the given depth. After each cut the
 * store is started and every invariant checked; the device is rolled back by its undo journal.
 *
 * Everything is a pure function of the subject, the workload and the power plan. Workers are processes: a store that
 * crashes, exits, overruns its memory or never comes back is a violation of `mountable`, with its cut path, and the
 * rest goes on.
 */
#ifndef POWERCUT_EXPLORE_H
#define POWERCUT_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/armed.h"
#include "powercut/device.h"
#include "powercut/error.h"
#include "powercut/fault.h"
#include "powercut/histogram.h"
#include "powercut/store.h"
#include "powercut/target.h"
#include "powercut/violation.h"
#include "powercut/workload.h"

/* Where the power is cut. */
enum pc_cuts {
  PC_CUTS_EVERY_WRITE, /* at every flash operation in every way, and so again in each recovery, to the depth */
  PC_CUTS_AT,          /* the same, but the first cut at the flash operations of `places` alone */
  PC_CUTS_SAMPLE,      /* `count` cut paths, drawn by the seed: one first cut as likely as another, and then one cut in
                          its recovery as likely as another, to the depth */
  PC_CUTS_SOAK,        /* `count` cuts at random moments of a workload that goes on from each, over and over */
  PC_CUTS_BY_TIME, /* `count` cuts at random moments of the time that the flash is busy, by the part's typical times */
};

struct pc_power_plan {
  enum pc_cuts cuts;
  uint32_t count;       /* of a sample, a soak and by time: 1 to PC_MAX_DRAWS */
  uint32_t consecutive; /* of a soak: cuts in a row in one operation, at least 1 */
  /* Of a soak: `count` cuts in the order of their operations, in place of any at random moments; the workload is run
     once. What a cut names that isn't there isn't cut. NULL: none are listed. */
  const struct pc_listed_cut *listed;
  const uint32_t *places; /* of `at`: flash operations of the workload; their number is the moment after the last */
  uint32_t place_count;
  bool faults[PC_FAULT_COUNT]; /* which classes */
  uint32_t depth;              /* 1 to PC_MAX_DEPTH; 0: the baseline run alone */
  uint32_t samples, limit;     /* struct pc_fault_input; each at most PC_MAX_VARIANTS */
  uint32_t aftermath; /* one in so many recoveries is followed by more operations, some of them cut, and checked again;
                         0: none */
  /* 0: each recovery is cut in every way. Else, of the recoveries from cuts in one flash operation that are alike (see
     explore/README.md), the first is; in the others, each flash operation is cut before it, and so many more times, as
     drawn by the seed. The rest counts as cuts and as deduplicated. */
  uint32_t alike;
  uint64_t seed;
};

/* A fault without a cut, and when it comes about. */
struct pc_scheduled_fault {
  struct pc_armed_fault fault; /* inside the device */
  uint32_t operation; /* of the workload, before which it is armed; 0: before the first start. Beyond the last: never */
  uint32_t every;     /* of rot: and again before each so many-th operation from there; 0: once */
  bool anywhere; /* of rot: its byte and bit are drawn by fault_seed, anew each time, of a byte that isn't erased */
};

/* What is explored. All of it is the caller's and must stay valid. */
struct pc_subject {
  const struct pc_profile *profile;
  uint32_t sectors;
  const struct pc_store *store;
  const struct pc_parameter *parameters; /* complete: each that the store takes */
  size_t parameter_count;
  const struct pc_scheduled_fault *faults; /* in the order in which they are armed; at most PC_MAX_ARMED */
  size_t fault_count;
  uint64_t fault_seed;
  double worn;           /* how old each sector is at the beginning, in endurances; at least 0 */
  struct pc_bytes image; /* what is on flash at the beginning, as large as the device; of no bytes: it is blank */
};

/* Has the workload begin with what is on the subject's image, if it has one: what the store reads on it, and which keys
   are deleted, where its layout is known. Where the store doesn't start on it, nothing. To be called before the
   workload is explored or replayed. PC_BAD_INPUT: the profile is out of range, the image isn't of its size, or the
   store refuses its setup; PC_ENVIRONMENT. */
enum pc_result pc_subject_survey(const struct pc_subject *subject, struct pc_workload *workload,
                                 struct pc_error *error);

/* Has the store check its setup for a workload of so many keys, in a process of its own, and say what it promises.
   PC_BAD_INPUT: the profile is out of range, the store refuses, or it brings its process down or never comes back. */
enum pc_result pc_subject_check(const struct pc_subject *subject, uint32_t key_count,
                                struct pc_store_promises *promises, struct pc_error *error);

struct pc_check_count {
  uint64_t checks, failures;
};

/* How the rounds of checks after cuts came out: of recoveries, and of the operations that followed some of them. */
struct pc_guarantee {
  uint64_t held;     /* every invariant did */
  uint64_t detected; /* some did not, and each time the store itself answered with an error: whoever called it knew */
  uint64_t lost;     /* anything else: other contents than acknowledged, a crash, a start that never ends */
};

/* What takes time. Starts are those of the baseline run and the recoveries from cuts; the rest is of the baseline run.
 */
enum pc_latency_kind { PC_LATENCY_PUT, PC_LATENCY_DELETE, PC_LATENCY_MAINTAIN, PC_LATENCY_START, PC_LATENCY_COUNT };
const char *pc_latency_name(enum pc_latency_kind kind); /* "put" */

struct pc_latency {
  uint64_t calls;
  double worst_us; /* of a call's flash operations, by the part's maximum times; PC_TIME_UNKNOWN; 0 without calls */
};

/* How the baseline run's puts were answered. */
struct pc_acceptance {
  uint64_t puts, refused;              /* refused: by PC_STATUS_INVALID or PC_STATUS_FULL */
  enum pc_status refusal;              /* what the last one that was refused was answered */
  size_t max_key_size, max_value_size; /* what the store states */
};

struct pc_exploration_result {
  struct pc_acceptance acceptance;
  uint64_t operations, flash_operations; /* of the baseline run */
  uint64_t cuts;                         /* cut paths that were tried */
  uint64_t recoveries;                   /* starts after a cut whose outcome was checked */
  uint64_t aftermaths;                   /* of these, how many were followed by more operations and checked again */
  uint64_t shared; /* of the recoveries, those whose checks were answered by an earlier one that ended alike. No result:
                      bytes between a store's variables may hold anything, and so it may differ from run to run */
  uint64_t deduplicated; /* cut paths whose device state and allowed contents had been explored before */
  uint64_t violations;   /* failures, the repeated ones too */
  uint64_t soaked;       /* of a soak: operations of the workload that were run */
  /* Of a plan that draws cuts: */
  uint64_t population;   /* first cuts that there are to draw from */
  uint64_t drawn;        /* cut paths that were drawn and tried */
  uint64_t failed_draws; /* of these, those in which an invariant did not hold */
  struct pc_check_count baseline[PC_INVARIANT_COUNT];
  struct pc_check_count checks[PC_FAULT_COUNT][PC_MAX_DEPTH]
                              [PC_INVARIANT_COUNT];             /* by the last cut's class, depth - 1 */
  struct pc_guarantee guarantees[PC_FAULT_COUNT][PC_MAX_DEPTH]; /* the same */
  struct pc_sector_wear *wear; /* of the baseline run, one for each sector; freed with pc_exploration_free */
  uint32_t wear_count;
  struct pc_latency latencies[PC_LATENCY_COUNT];
  /* Of the baseline run's puts: how long they took, by the part's maximum times, in whole microseconds (nothing where
     these aren't known), and of how many flash operations they were. */
  struct pc_histogram put_us, put_flash_operations;
  double typical_us, erasing_us; /* of the baseline run's flash operations and of its erases among them, by the part's
                                    typical times; PC_TIME_UNKNOWN */
  uint64_t put_bytes;            /* key and value bytes that acknowledged puts handed over */
  bool interrupted;              /* stopped before the end: the counts are of what was done */
};

/* The share of draws that failed, as an estimate of that of all cuts or moments, with its 95 % confidence interval. */
struct pc_failure_rate {
  double rate, low, high;
};
struct pc_failure_rate pc_failure_rate(const struct pc_exploration_result *result);

#define PC_MAX_SAME_VIOLATIONS 10u
#define PC_MAX_VARIANTS 1000000u /* of `samples`, and of `limit` */

#define PC_MAX_DRAWS 10000000u
#define PC_SOAK_CUTS 1000u /* of one life of a soak */

#define PC_MAX_JOBS 256u
#define PC_MAX_SHARDS 65536u

/* Violations that were handed on, by the last cut's class (PC_FAULT_COUNT: the baseline's) and invariant. */
typedef uint32_t pc_handed_on[PC_FAULT_COUNT + 1][PC_INVARIANT_COUNT];

/* A part of an exploration that is complete. Parts come in order: the baseline run, then the segments that the
   workload is cut into. */
struct pc_part {
  bool is_baseline;
  uint32_t segment;                           /* of the workload, from 0; of the baseline 0 */
  uint32_t segments;                          /* that this exploration has */
  const struct pc_exploration_result *counts; /* of this part alone */
  const struct pc_exploration_result *sum;    /* of all parts so far, those before a checkpoint included */
};

/* How far an exploration had come that is gone on with: its baseline run and its first `segments` segments. */
struct pc_checkpoint {
  uint32_t segments;
  struct pc_exploration_result counts; /* the sum of those segments, without the baseline run */
  pc_handed_on handed_on;              /* of the baseline run and of them */
};

/* How an exploration is carried out and watched. Any of the pointers may be NULL. But for `shards`, none of this
   changes the results. */
struct pc_observer {
  uint32_t jobs; /* worker processes, at most PC_MAX_JOBS; 0: one for each processor */
  uint32_t shard,
      shards; /* explores every shards-th segment, from number `shard` (0 to shards - 1) on; 0 shards: all */
  const struct pc_checkpoint *checkpoint; /* goes on from there: hands on and tells nothing of what is before it */
  void *context;
  /* In order of the workload. A violation, the first of its invariant, operation and last fault class; what failed
     again in the same place is its count. A result other than PC_OK ends the exploration with it. */
  enum pc_result (*violation)(void *context, const struct pc_violation *violation, struct pc_error *error);
  /* A part is complete; what was handed to `violation` since the part before belongs to it. */
  enum pc_result (*part)(void *context, const struct pc_part *part, struct pc_error *error);
  /* Nothing is half told: the time to write down what was. Called between parts and while waiting for the next, about
     every 50 ms. */
  enum pc_result (*idle)(void *context, struct pc_error *error);
  void (*progress)(void *context, uint64_t flash_operations_done, uint64_t flash_operations);
  bool (*stop)(void *context); /* asked often; true ends the exploration early */
};

/* Errors: PC_BAD_INPUT (the store refuses the setup, the profile, plan or observer is out of range, the workload has no
   operations), PC_ENVIRONMENT. A violation is a result, not an error. */
enum pc_result pc_explore(const struct pc_subject *subject, const struct pc_workload *workload,
                          const struct pc_power_plan *plan, const struct pc_observer *observer,
                          struct pc_exploration_result *result, struct pc_error *error);
void pc_exploration_free(struct pc_exploration_result *result);

/* A step of a replay, told as it happens. */
enum pc_step_kind {
  PC_STEP_OPERATION,       /* the workload's operation `operation` begins */
  PC_STEP_START,           /* the store starts: the recovery number `depth` */
  PC_STEP_FLASH_OPERATION, /* a flash operation ended, or was cut */
  PC_STEP_RECOVERED,       /* the recovery number `depth` was checked: what it did to the flash is told after it */
  PC_STEP_STATUS,          /* what the operation or start answered */
  PC_STEP_CALL,            /* of the checks that follow the last recovery, or its aftermath: the store was called */
  PC_STEP_VIOLATION,
};

/* What a step is part of. */
enum pc_step_phase {
  PC_PHASE_STORY,     /* the workload, the cuts and the recoveries from them */
  PC_PHASE_CHECK,     /* what the checks ask of the store that has recovered; what that writes is taken back */
  PC_PHASE_AFTERMATH, /* more operations, which are part of no workload */
};

struct pc_step {
  enum pc_step_kind kind;
  enum pc_step_phase phase;
  uint32_t operation;
  uint32_t depth;                         /* cuts so far, of a soak in its life */
  uint32_t flash_operation;               /* its number in the workload or the recovery */
  const struct pc_flash_operation *flash; /* of PC_STEP_FLASH_OPERATION: what changed; of a tear also which cells
                                             it left metastable */
  const struct pc_cut *cut;               /* of PC_STEP_FLASH_OPERATION: the cut that tore it, or NULL */
  enum pc_status status;                  /* of PC_STEP_STATUS */
  const struct pc_target_call *call;      /* of PC_STEP_CALL */
  const struct pc_violation *violation;   /* of PC_STEP_VIOLATION */
  struct pc_bytes cells; /* what is on flash at a cut, a recovery's start and its end, and a violation; valid during the
                            call. A replay's alone */
};

/* Runs the workload to one cut path and checks there what exploring checks. `step` is called in order. `*violations`
   counts the invariants that did not hold. PC_BAD_INPUT if the path names a flash operation or variant that isn't
   there. */
enum pc_result pc_replay(const struct pc_subject *subject, const struct pc_workload *workload,
                         const struct pc_power_plan *plan, const struct pc_cut_path *path,
                         void (*step)(void *context, const struct pc_step *step), void *context, uint32_t *violations,
                         struct pc_error *error);

/* What is replayed: see pc_replay. */
struct pc_replay_order {
  const struct pc_subject *subject;
  const struct pc_workload *workload;
  const struct pc_power_plan *plan;
  const struct pc_cut_path *path;
  void (*step)(void *context, const struct pc_step *step); /* may be NULL */
  void *context;
};

/* Where a debugger stops. */
struct pc_replay_stops {
  uint32_t operation; /* of the workload: the one that is cut, or that shows the violation without a cut */
  void (*cut)(void);  /* called just before the flash operation of the last cut, by the program or erase that the store
                         called */
  void (*between)(void); /* called in place of that where the store isn't running: the cut comes behind the operation's
                            last flash operation, or there is none, and the operation comes next */
  void (*recovery)(enum pc_status (*start)(void *memory, const struct pc_store_setup *setup)); /* called before the
                         recovery from the last cut, with the store's start, which is called next */
};

/* Replays in this process, which the store may bring down. Errors as pc_replay. */
enum pc_result pc_replay_here(const struct pc_replay_order *order, const struct pc_replay_stops *stops,
                              struct pc_error *error);

#endif
