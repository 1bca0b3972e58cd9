/* A program while it runs: what its files share. */
#ifndef PC_PROGRAM_RUN_H
#define PC_PROGRAM_RUN_H

#include "rig.h"

#define PC_PATTERN_STEP 16u
#define PC_PATTERN_SIZE (PC_LARGEST_PROGRAM_VALUE + 255u * PC_PATTERN_STEP + 1u)

struct pc_runner {
  struct pc_rigs rigs;
  struct pc_workload pool; /* the keys of all programs, and one operation with the largest value */
  struct pc_bytes keys[PC_PROGRAM_KEYS];
  struct pc_operation largest;
  uint8_t pattern[PC_PATTERN_SIZE]; /* values are parts of it */
  uint8_t ones[PC_LARGEST_PROGRAM_VALUE], zeros[PC_LARGEST_PROGRAM_VALUE];
  struct pc_report report;
};

/* A run. */
struct pc_run {
  struct pc_runner *runner;
  const struct pc_program *program;
  struct pc_program_rig *rig;
  const struct pc_program_watch *watch; /* may be NULL */
  struct pc_program_outcome *outcome;
  struct pc_power_plan plan;
  struct pc_cut_path path; /* the cuts of the operation that is cut */
  uint32_t operation;      /* the number of the one that runs, cuts not counted */
  bool ended;              /* a violation: there is no more to run */
};

/* Operation of a step that is no cut. */
struct pc_operation pc_runner_operation(const struct pc_runner *runner, size_t largest_value,
                                        const struct pc_program_step *step);

void pc_run_tell(const struct pc_run *run, const struct pc_step *step);
/* Tells of the journalled operations [first, end), the first of which is number `number`. */
void pc_run_tell_flash(const struct pc_run *run, size_t first, size_t end, struct pc_step step, uint32_t number);
/* If anything failed in the report, that is the outcome, and the run ends. */
void pc_run_conclude(struct pc_run *run, uint32_t depth);

/* What the operation that a cut is in did, and what it may have come to. */
struct pc_run_stretch {
  size_t mark, count; /* its flash operations, in the device's journal from the mark on */
  uint32_t number;    /* of the first of them */
  uint64_t seed;
};

/* Follows the cuts from the program's step `*next` on, all that stand in a row: cuts, recovers, checks. Leaves the
   store stopped on what it recovered to, and the model as that was read, and `*next` behind the cuts. */
enum pc_result pc_run_cuts(struct pc_run *run, uint32_t *next, struct pc_run_stretch stretch,
                           const struct pc_expectation *expectation, struct pc_error *error);

#endif
