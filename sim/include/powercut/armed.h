/*
 * Faults without a cut: flash operations that fail, reads that fail, cells that change by themselves or not at all.
 * They are armed on a device and then wait there for what they are for.
 *
 * An error that the part answers with (PC_FLASH_FAILED) is known to the store. The others are not: what they spoil is
 * the device's damage (pc_device_damage), by which the checks know what a store can be asked for. A cell that is
 * not what the flash operations made of it is nobody's mistake: a program that would set it leaves it as it is, and is
 * no violation, until its sector was erased.
 *
 * Wear: an erase of a sector whose age (pc_device_age) is 0.8 or more leaves one cell of it unstable, until the next
 * erase, with a chance that grows to 1/2 at 1.2; past an age of 1 it leaves one stuck as it was, for good, with a
 * chance that grows to 1 at 1.2. What stuck cells keep from being done is told if the part verifies, else not. How fast
 * cells go bad no datasheet tells: ages are those of the class `worn`, chances are made up. Which cells, and when,
 * depends on the fault's seed, the sector and how often it was erased.
 */
#ifndef POWERCUT_ARMED_H
#define POWERCUT_ARMED_H

#include "powercut/device.h"

enum pc_armed_kind {
  PC_ARMED_PROGRAM_ERROR, /* programs in the range answer an error */
  PC_ARMED_ERASE_ERROR,   /* erases in the range answer an error */
  PC_ARMED_READ_ERROR,    /* reads in the range answer an error, and give nothing */
  PC_ARMED_ERASE_IGNORED, /* erases in the range answer OK and do nothing */
  PC_ARMED_STUCK_BIT,     /* cells never change again; at once */
  PC_ARMED_BIT_ROT,       /* cells change by themselves; at once, and once */
  PC_ARMED_WEAR_OUT,      /* sectors in the range wear: erases near and past their endurance spoil cells */
  PC_ARMED_KINDS,
};
/* As in scenarios: "program_error", "erase_error", "read_error", "erase_ignored", "stuck_bit", "bit_rot", "wear_out".
 */
const char *pc_armed_name(enum pc_armed_kind kind);

/* What an operation that fails has done when it answers the error. */
enum pc_leaves {
  PC_LEAVES_NOTHING,
  PC_LEAVES_HALF, /* the first half of its program units, rounded down */
  PC_LEAVES_ALL,
  PC_LEAVES_COUNT,
};
/* As in scenarios: "nothing", "half", "all". */
const char *pc_leaves_name(enum pc_leaves leaves);

struct pc_armed_fault {
  enum pc_armed_kind kind;
  uint32_t address; /* the range it is for: what touches it counts. Of stuck bits and rot the byte */
  uint32_t size;    /* bytes, at least 1; 1 for stuck bits and rot */
  /* Of errors and ignored erases: so many that touch the range go well first, since it was armed, or, of reads, since
     the power last came on (pc_device_power_on). Then so many fail; 0: all. */
  uint32_t after, count;
  enum pc_leaves leaves; /* of program and erase errors */
  uint8_t bits;          /* of stuck bits and rot: which of the byte, a 1 for each; at least one */
  uint8_t value; /* of stuck bits: what they are stuck at, as it is read; bits that `bits` doesn't name don't matter */
  uint64_t seed; /* of wear; the first that is armed says it for all */
};

#define PC_MAX_ARMED 64u

/* Arms a fault. Of those that are for the same operation the first that was armed decides. Armed faults stay when the
   journal is rolled back, which undoes what they have counted; so the journal must be empty (asserted), except for rot,
   which is journalled as PC_ROT. Errors: PC_BAD_INPUT (out of range, or PC_MAX_ARMED are armed), PC_ENVIRONMENT. */
enum pc_result pc_device_arm(struct pc_device *device, const struct pc_armed_fault *fault, struct pc_error *error);

/* The power came on: reads count from 0. */
void pc_device_power_on(struct pc_device *device);

#endif
