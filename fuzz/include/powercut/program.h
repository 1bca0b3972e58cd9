/*
 * Programs: what a fuzzer's input means. A program is a device, a store's configuration, operations, and cuts in them.
 * fuzz/ENCODING.md describes the bytes and the text; this room reads and writes both, runs programs and mutates them.
 */
#ifndef POWERCUT_PROGRAM_H
#define POWERCUT_PROGRAM_H

#include "powercut/explore.h"
#include "powercut/random.h"

#define PC_PROGRAM_VERSION 2u        /* that is written */
#define PC_PROGRAM_OLDEST_VERSION 1u /* that is read */
#define PC_PROGRAM_MAX_STEPS 256u
#define PC_PROGRAM_HEADER_SIZE 8u
#define PC_PROGRAM_STEP_SIZE 4u
#define PC_PROGRAM_MAX_SIZE (PC_PROGRAM_HEADER_SIZE + PC_PROGRAM_STEP_SIZE * PC_PROGRAM_MAX_STEPS)
#define PC_PROGRAM_KEYS 16u
#define PC_PROGRAM_GEOMETRIES 24u

enum pc_step_code {
  PC_CODE_PUT,
  PC_CODE_DELETE,
  PC_CODE_GET,
  PC_CODE_MAINTAIN,
  PC_CODE_REBOOT,
  PC_CODE_CUT, /* in the operation before it, or, where that is a cut, in the recovery from that */
  PC_CODE_COUNT,
};

/* One step. Of the fields that its code does not use, all are 0. */
struct pc_program_step {
  enum pc_step_code code;
  uint8_t key;               /* below PC_PROGRAM_KEYS */
  bool from_largest;         /* of a put: the value is so much smaller than the largest that fits */
  uint8_t seed;              /* of a put's value */
  enum pc_maintenance level; /* of a maintain */
  enum pc_fault fault;       /* of a cut */
  uint16_t size;             /* of a put: bytes, below 4,096 */
  uint16_t flash_operation;  /* of a cut: which, modulo as many as there are; below 4,096 */
  uint16_t variant;          /* of a cut: which, modulo as many as there are; below 8,192 */
};

enum pc_program_checksum { PC_PROGRAM_CRC32C, PC_PROGRAM_CRC16_CCITT, PC_PROGRAM_NO_CHECKSUM, PC_PROGRAM_CHECKSUMS };
enum pc_program_recovery { PC_PROGRAM_IMMEDIATE, PC_PROGRAM_LAZY, PC_PROGRAM_MANUAL, PC_PROGRAM_RECOVERIES };

/* The device and the store's configuration. */
struct pc_program_setup {
  uint8_t geometry;   /* below PC_PROGRAM_GEOMETRIES */
  uint8_t redundancy; /* 1 to 4; a device with fewer sectors than that and one more has as many as it can */
  enum pc_program_checksum checksum;
  enum pc_program_recovery recovery;
  uint8_t alignment; /* 0: the program unit; 1 to 3: 16, 64 or 256 bytes where the geometry takes that */
  uint8_t policy;    /* 0 to 3: greedy, circular, cost_benefit, hybrid, in a store that has policies */
  uint8_t collect;   /* 0 to 2: a put or delete collects as_needed, one or off, in a store that has that choice */
  bool few_keys;     /* the index holds 6 keys: fewer than a program can name */
  uint8_t worn;      /* 0 to 3: how old the sectors are: new, 0.9, 1 or 1.1 of their endurance */
  bool fragile;      /* the part has ECC words, of a program unit if that is 4 bytes or more, and collateral damage */
};

struct pc_program {
  struct pc_program_setup setup;
  uint16_t seed; /* of tears that are drawn */
  uint32_t step_count;
  struct pc_program_step steps[PC_PROGRAM_MAX_STEPS];
};

/* Whether bytes begin like a program of any version, or like a program's text. */
bool pc_program_is(struct pc_bytes input);
bool pc_program_is_text(struct pc_bytes input);

/* PC_BAD_INPUT: empty, too large, no program, or of a version that this powercut doesn't read; the message says which.
   `name` is what it calls the input. Whatever else the bytes are, they are a program. */
enum pc_result pc_program_decode(const char *name, struct pc_bytes input, struct pc_program *program,
                                 struct pc_error *error);
/* `bytes` has room for PC_PROGRAM_MAX_SIZE. The size. What is encoded decodes to the same. */
size_t pc_program_encode(const struct pc_program *program, uint8_t *bytes);

/* The text, which reads back to the same. */
void pc_program_write(const struct pc_program *program, struct pc_buffer *text);
/* PC_BAD_INPUT names the line and what is wrong with it. */
enum pc_result pc_program_parse(const char *name, struct pc_bytes text, struct pc_program *program,
                                struct pc_error *error);

/* The device that the setup names. Its sectors. */
uint32_t pc_program_profile(const struct pc_program_setup *setup, struct pc_profile *profile);
/* How old its sectors are, in endurances. */
double pc_program_age(const struct pc_program_setup *setup);
/* The keys of programs, the same in all. */
extern const struct pc_bytes pc_program_keys[PC_PROGRAM_KEYS];

/* The store's parameters, of which norkv has those that a setup names; any other has its fallbacks. */
#define PC_PROGRAM_MAX_PARAMETERS 32u
struct pc_program_parameters {
  struct pc_parameter list[PC_PROGRAM_MAX_PARAMETERS];
  size_t count;
  char redundancy[12], alignment[12]; /* texts that the list points to: this is not to be copied */
};
/* PC_BAD_INPUT: the store has a parameter without a fallback, or too many. */
enum pc_result pc_program_parameters(const struct pc_program_setup *setup, const struct pc_store *store,
                                     struct pc_program_parameters *parameters, struct pc_error *error);

/* How programs run: a rig for each setup is made, kept for a while, and rolled back after each program. */
struct pc_runner;
enum pc_result pc_runner_open(struct pc_runner **runner, const struct pc_store *store, struct pc_error *error);
void pc_runner_close(struct pc_runner *runner); /* NULL is fine */
/* Has `aside` called before and after what recoveries are asked beside their start (pc_checker_set_aside), which is not
   asked again where a program comes to a situation that an earlier one came to. Before the first run. */
void pc_runner_set_aside(struct pc_runner *runner, void (*aside)(bool begins));

/* What is told of a run; all may be NULL. Operations in steps are numbered as pc_runner_workload has them. */
struct pc_program_watch {
  void (*step)(void *context, const struct pc_step *step);
  void *context;
};

struct pc_program_outcome {
  bool refused;                         /* the store doesn't take the setup: nothing was run */
  const struct pc_violation *violation; /* the first, or NULL; valid until the next run */
  uint32_t step;                        /* the steps that were needed for it are those before this one */
  uint32_t cut_paths;                   /* that were run, up to it: with more than one it is no single repro */
  bool after_cut;                       /* the violation came after the last cut path: in an operation that went on */
  bool stopped; /* the program ended early, without a violation: the part is left so that norkv promises no more */
};

/*
 * Runs a program: on a blank device the store starts, then each operation is run and checked as in the explorer's
 * baseline run. An operation that a cut follows is run, and taken back to be cut there; the store recovers, every
 * invariant is checked, and the next operation goes on from what the recovery came to. In the end the power goes off
 * and on once more. Stops at the first violation.
 * A program ends with the recovery from a cut if that leaves metastable cells or torn ECC words. After metastable,
 * worn, ecc and bit_rot norkv promises less than every invariant, and only that is checked: fuzz/ENCODING.md. Allocates
 * nothing if it ran the same setup not long before. PC_ENVIRONMENT: out of memory. PC_BAD_INPUT: what
 * pc_program_parameters says.
 */
enum pc_result pc_runner_run(struct pc_runner *runner, const struct pc_program *program,
                             const struct pc_program_watch *watch, struct pc_program_outcome *outcome,
                             struct pc_error *error);

/* The program's operations, cuts left out, as a workload; free it with pc_program_workload_free. */
enum pc_result pc_program_workload(const struct pc_runner *runner, const struct pc_program *program,
                                   struct pc_workload *workload, struct pc_error *error);
void pc_program_workload_free(struct pc_workload *workload);

/* How tears of a program are drawn; seed and faults are the program's. */
struct pc_power_plan pc_program_plan(const struct pc_program *program);

/* Changes a program in one of the ways that keep most of what it does: inserts, drops or repeats steps, moves a cut,
   swaps keys, and so on. `other`, which may be NULL, is a program that steps may be taken from. */
void pc_program_mutate(struct pc_program *program, const struct pc_program *other, struct pc_random *random);
/* The same for an input's bytes, of `size` with room for `capacity`: the new size. What is no program becomes one. */
size_t pc_program_mutate_bytes(uint8_t *data, size_t size, size_t capacity, struct pc_bytes other, uint32_t seed);

#endif
