/*
 * Fault classes: what a cut in a flash operation leaves of it. Each class sees the bytes before and after, and can only
 * produce what that class allows. Pure functions: the same input gives the same bytes.
 *
 * The whole operation and none of it are not tears: `between_ops` has the one variant "none", and a whole operation is
 * the next one's "none". No other class yields either.
 */
#ifndef POWERCUT_FAULT_H
#define POWERCUT_FAULT_H

#include <stdint.h>

#include "powercut/device.h"

enum pc_fault {
  PC_FAULT_BETWEEN_OPS,     /* T0: every flash operation is whole or absent */
  PC_FAULT_PREFIX,          /* T1: a program or an erase stops part way, at any program unit */
  PC_FAULT_UNIT_SUBSET,     /* T2: any subset of the operation's program units */
  PC_FAULT_BIT_SUBSET,      /* T3: any subset of the bits that were changing */
  PC_FAULT_TWO_PHASE_ERASE, /* T4: an erase programs zeros from its end, then sets ones bit by bit; programs: no variant
                             */
  PC_FAULT_COUNT,
};

struct pc_fault_class {
  const char *name;    /* as in scenarios and results */
  const char *level;   /* "T0" */
  const char *summary; /* one line */
};

/* The operation that is cut, and how its variants are chosen. */
struct pc_fault_input {
  struct pc_flash_operation operation;
  uint32_t program_unit;
  uint32_t samples; /* variants that are drawn by seed in a class with too many to enumerate, the extremes (one changed,
                       all but one) not counted */
  uint32_t limit;   /* most variants of a class that is enumerated; where there are more, they are spread evenly and the
                       extremes kept */
  uint64_t seed;
};

const struct pc_fault_class *pc_fault_class(enum pc_fault fault);

/* How many variants there are, 0 if the class has none for this operation. */
uint32_t pc_fault_variants(enum pc_fault fault, const struct pc_fault_input *input);

/* The bytes that variant `variant` (below pc_fault_variants) leaves, operation.size of them, into `torn`. Distinct
   variants may coincide. */
void pc_fault_tear(enum pc_fault fault, const struct pc_fault_input *input, uint32_t variant, uint8_t *torn);

#endif
