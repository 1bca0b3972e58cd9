/*
 * Fault classes: what a cut in a flash operation leaves of it. Each class sees the bytes before and after, and can only
 * produce what that class allows. Pure functions: the same input gives the same bytes.
 *
 * The whole operation and none of it are not tears: `between_ops` has the one variant "none", and a whole operation is
 * the next one's "none". No other class yields bytes that equal those before or those after; where it could yield
 * nothing else, it has no variant. A unit or bit that the operation doesn't change counts for nothing.
 *
 * Erased is a 1 here, whatever the part erases to: on one that erases to zeros, all that is said of ones and zeros is
 * the other way round for who reads it.
 *
 * Variants of each class, with their order:
 *
 * - `between_ops`: one.
 * - `prefix`: the boundaries between units, in rising order, that have a changed unit before and behind them. If there
 *   are more than limit + 2, only the first, the last and, between them, the multiples (from the operation's start) of
 *   the smallest power of two of units that leaves at most `limit`: an erase of 4,096 bytes with unit 1 and limit 256
 *   is cut every 16 bytes.
 * - `unit_subset`, `bit_subset`: of the changing units or bits, all subsets but none and all if there are at most
 *   samples + 4 (and at most 65,534); else four extremes (the first alone, the last alone, all but the first, all but
 *   the last) and then `samples` by seed, of densities from one or a few over 1/32 to 31/32 to all but one.
 * - `two_phase_erase`: first, zeros from a unit boundary to the end and the rest as before: spread like a prefix, from
 *   the last unit that isn't zero already to the whole sector. Then subsets of all bits set in a sector of zeros, the
 *   bytes before no longer seen: extremes and samples like `bit_subset`.
 * - `metastable`: of a program that changes a cell, first all changing cells weak, blank and later 0, then noisy, then
 * 0 and later blank; then the first and the last of them alone, noisy, the others written. Of an erase, first all cells
 *   weak, blank and later 0, then noisy; then those that were 0, still 0 and later blank; then the first and the last
 *   cell alone, blank and later 0. Then `samples` by seed: some of these cells weak, in a way by seed; of the others of
 * a program some written, those of an erase erased.
 * - `ecc`: on a part with ECC words. Of the changing bits, those of the data and of the words' check bits, the first
 * two alone; all but the first two; then subsets as with `bit_subset`. So one wrong bit and two are always among them.
 * Words that more than two bits are wrong in may read as something else, as such codes have it.
 * - `collateral`: on a part whose profile names a block, of a program with ones beside it in its blocks: nothing of it
 * and a bit in the last such byte before it cleared; all of it and the same; all of it and a bit in the first byte
 * behind it. Then `samples` by seed: a subset of its bits, and 1 to 8 bits beside it cleared. Nothing is ever set.
 * - `worn`: in a sector whose age is 0.8 of its endurance or more, of what changes a cell: nothing written and all of
 *   these cells noisy; then, past the endurance, all written but the first, or the last, which sticks as it was (before
 *   it, two draws); nothing written; then `samples` by seed. In these each cell is noisy with a chance that grows from
 *   0 at 0.8 to 1/2 at 1.2, and past the endurance sticks with one that grows by 1/8 for each tenth.
 * - `bit_rot`: `samples` by seed: of the operation nothing, and one bit anywhere on the part changed by itself. Every
 *   other one is in a byte that isn't erased, if there is one.
 */
#ifndef POWERCUT_FAULT_H
#define POWERCUT_FAULT_H

#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/device.h"

enum pc_fault {
  PC_FAULT_BETWEEN_OPS,     /* T0: every flash operation is whole or absent */
  PC_FAULT_PREFIX,          /* T1: a program or an erase stops part way, at any program unit */
  PC_FAULT_UNIT_SUBSET,     /* T2: any subset of the operation's program units */
  PC_FAULT_BIT_SUBSET,      /* T3: any subset of the bits that were changing */
  PC_FAULT_TWO_PHASE_ERASE, /* T4: an erase programs zeros from its end, then sets ones bit by bit; programs: no variant
                             */
  PC_FAULT_METASTABLE,      /* T6: cells that were changing answer each read anew until erased or programmed again */
  PC_FAULT_ECC,             /* T7: the check bits of an ECC word tear with its data */
  PC_FAULT_COLLATERAL,      /* T8: bits beside a program change too */
  PC_FAULT_WORN,            /* T9: near the endurance torn cells are unstable, past it some stick */
  PC_FAULT_BIT_ROT,         /* no tear: nothing of the operation, and one bit anywhere has changed by itself */
  PC_FAULT_COUNT,
};

struct pc_fault_class {
  const char *name;    /* as in scenarios and results */
  const char *level;   /* "T0" */
  const char *summary; /* one line */
};

/* The operation that is cut, and how its variants are chosen. The same `seed` draws the same tears for operations that
   change as much: give each cut its own where that matters. */
struct pc_fault_input {
  struct pc_flash_operation operation; /* size > 0, a multiple of program_unit; `torn` is ignored */
  uint32_t program_unit;
  uint32_t
      samples;    /* variants drawn by seed where there are too many to enumerate, beside the extremes; to 1,000,000 */
  uint32_t limit; /* variants of an enumerated class, beside the extremes; to 1,000,000 */
  uint64_t seed;
  /* What classes that reach beyond the operation's bytes need; where it is missing they have no variants. See
     pc_fault_describe. */
  struct pc_bytes cells; /* the whole device as it is before the operation */
  uint32_t ecc_word;     /* of the profile */
  uint32_t collateral;   /* of the profile */
  double age;            /* of the operation's oldest sector: pc_device_age */
};

/* Fills in what the device knows: program_unit, cells, ecc_word, collateral and age; `operation` is there. */
void pc_fault_describe(struct pc_fault_input *input, const struct pc_device *device);

const struct pc_fault_class *pc_fault_class(enum pc_fault fault);

/* How many variants there are, 0 if the class has none for this operation. */
uint32_t pc_fault_variants(enum pc_fault fault, const struct pc_fault_input *input);

/* Where variant `variant` (below pc_fault_variants) leaves something: the operation's range, but for classes that reach
   beyond it. */
struct pc_fault_place {
  uint32_t address, size;
};
struct pc_fault_place pc_fault_place(enum pc_fault fault, const struct pc_fault_input *input, uint32_t variant);

/* The bytes that the variant leaves there into `torn`. Not for ecc, collateral and worn, which leave more than bytes:
   pc_fault_leave. `torn` may not overlap those before and after. Distinct variants
   may coincide. */
void pc_fault_tear(enum pc_fault fault, const struct pc_fault_input *input, uint32_t variant, uint8_t *torn);

/* The cells that the variant leaves metastable, operation.size bytes, a 1 for each, into `weak`, and how they answer;
   `weak` is untouched where there are none. Their bits in what pc_fault_tear gives are 1, which may then equal the
   bytes before or after. */
enum pc_weakness pc_fault_weaken(enum pc_fault fault, const struct pc_fault_input *input, uint32_t variant,
                                 uint8_t *weak);

/* Working memory of pc_fault_leave. Zero it to begin. */
struct pc_fault_memory {
  uint8_t *bytes;
  size_t size;
};
void pc_fault_memory_free(struct pc_fault_memory *memory);

/* Leaves on the device what the variant leaves; the operation is the next one, and `cells` are the device's. `*told`,
   if not NULL, tells what was left, in bytes of the memory and the journal. PC_ENVIRONMENT: out of memory. */
enum pc_result pc_fault_leave(struct pc_device *device, enum pc_fault fault, const struct pc_fault_input *input,
                              uint32_t variant, struct pc_fault_memory *memory, struct pc_flash_operation *told,
                              struct pc_error *error);

#endif
