/* A program while it runs: what its files share. */
#ifndef PC_PROGRAM_RUN_H
#define PC_PROGRAM_RUN_H

#include "rig.h"

#define PC_PATTERN_STEP 16u
#define PC_PATTERN_SIZE (PC_LARGEST_PROGRAM_VALUE + 255u * PC_PATTERN_STEP + 1u)

struct pc_runner {
  struct pc_rigs rigs;
  struct pc_shared *shared; /* what was checked in any run so far */
  struct pc_workload pool;  /* the keys of all programs; of the program that runs, its operations so far */
  struct pc_bytes keys[PC_PROGRAM_KEYS];
  struct pc_operation operations[PC_PROGRAM_MAX_STEPS];
  uint8_t pattern[PC_PATTERN_SIZE]; /* values are parts of it */
  uint8_t ones[PC_LARGEST_PROGRAM_VALUE], zeros[PC_LARGEST_PROGRAM_VALUE];
  struct pc_report report;
};

/* What norkv promises on the part as the cuts have left it. */
enum pc_promise {
  PC_PROMISE_ALL,
  PC_PROMISE_TO_TELL, /* what does not hold is told: no call that shows it answers OK or NOT_FOUND. But that a copy is
                         missing is not: a full store may have no room to restore what was damaged */
  PC_PROMISE_TO_END,  /* each call comes to its end, and stays in its memory: what reads as erased may not be */
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
  enum pc_promise promise;
  uint32_t operation; /* the number of the one that runs, cuts not counted */
  bool ended;         /* a violation, or the part is left in a state of which no more is promised */
};

/* Operation of a step that is no cut. */
struct pc_operation pc_runner_operation(const struct pc_runner *runner, size_t largest_value,
                                        const struct pc_program_step *step);

void pc_run_tell(const struct pc_run *run, const struct pc_step *step);
/* Tells of the journalled operations [first, end), the first of which is number `number`. */
void pc_run_tell_flash(const struct pc_run *run, size_t first, size_t end, struct pc_step step, uint32_t number);
/* A cut more in the path. */
void pc_run_note_cut(struct pc_run *run, const struct pc_cut *cut);
/* If anything failed in the report, that is the outcome, unless norkv does not promise it, and the run ends. */
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
