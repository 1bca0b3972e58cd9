#include "powercut/fault.h"

#include <string.h>

#include "fault_class.h"

struct fault {
  struct pc_fault_class about;
  uint32_t (*variants)(const struct pc_fault_input *input);
  void (*tear)(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn);
  void (*leave)(const struct pc_fault_input *input, uint32_t variant, struct pc_fault_left *left); /* or this */
};

static uint32_t between_ops_variants(const struct pc_fault_input *input) {
  (void)input;
  return 1;
}

static void between_ops_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  (void)variant;
  memcpy(torn, input->operation.before, input->operation.size);
}

static const struct fault faults[PC_FAULT_COUNT] = {
    [PC_FAULT_BETWEEN_OPS] = {{"between_ops", "T0", "every flash operation is whole or absent"},
                              between_ops_variants,
                              between_ops_tear,
                              NULL},
    [PC_FAULT_PREFIX] = {{"prefix", "T1", "a program or an erase stops part way, at any program unit"},
                         pc_prefix_variants,
                         pc_prefix_tear,
                         NULL},
    [PC_FAULT_UNIT_SUBSET] = {{"unit_subset", "T2", "any subset of the operation's program units"},
                              pc_unit_subset_variants,
                              pc_unit_subset_tear,
                              NULL},
    [PC_FAULT_BIT_SUBSET] = {{"bit_subset", "T3",
                              "any subset of the bits that were changing, in programs and in erases"},
                             pc_bit_subset_variants,
                             pc_bit_subset_tear,
                             NULL},
    [PC_FAULT_TWO_PHASE_ERASE] = {{"two_phase_erase", "T4",
                                   "an erase writes zeros from the sector's end, then ones bit by bit"},
                                  pc_two_phase_erase_variants,
                                  pc_two_phase_erase_tear,
                                  NULL},
    [PC_FAULT_METASTABLE] = {{"metastable", "T6",
                              "cells that were changing answer each read anew until erased or programmed again"},
                             pc_metastable_variants,
                             pc_metastable_tear,
                             NULL},
    [PC_FAULT_ECC] = {{"ecc", "T7", "a torn ECC word is corrected, or can't be read"},
                      pc_ecc_variants,
                      NULL,
                      pc_ecc_leave},
    [PC_FAULT_COLLATERAL] = {{"collateral", "T8",
                              "bits beside a program change too, in the block that the profile names"},
                             pc_collateral_variants,
                             NULL,
                             pc_collateral_leave},
    [PC_FAULT_WORN] = {{"worn", "T9", "near its endurance torn cells are unstable, and past it some stick"},
                       pc_worn_variants,
                       NULL,
                       pc_worn_leave},
    [PC_FAULT_BIT_ROT] = {{"bit_rot", "-",
                           "no tear: the operation is absent, and one bit anywhere has changed by itself"},
                          pc_bit_rot_variants,
                          pc_bit_rot_tear,
                          NULL},
};

const struct pc_fault_class *pc_fault_class(enum pc_fault fault) {
  return &faults[fault].about;
}

uint32_t pc_fault_variants(enum pc_fault fault, const struct pc_fault_input *input) {
  return faults[fault].variants(input);
}

struct pc_fault_place pc_fault_place(enum pc_fault fault, const struct pc_fault_input *input, uint32_t variant) {
  if (fault == PC_FAULT_BIT_ROT) {
    return pc_bit_rot_place(input, variant);
  }
  if (fault == PC_FAULT_COLLATERAL) {
    return pc_collateral_place(input);
  }
  return (struct pc_fault_place){.address = input->operation.address, .size = input->operation.size};
}

void pc_fault_tear(enum pc_fault fault, const struct pc_fault_input *input, uint32_t variant, uint8_t *torn) {
  faults[fault].tear(input, variant, torn);
}

enum pc_weakness pc_fault_weaken(enum pc_fault fault, const struct pc_fault_input *input, uint32_t variant,
                                 uint8_t *weak) {
  return fault == PC_FAULT_METASTABLE ? pc_metastable_weaken(input, variant, weak) : PC_FIRM;
}

void pc_fault_fill(enum pc_fault fault, const struct pc_fault_input *input, uint32_t variant,
                   struct pc_fault_left *left) {
  if (faults[fault].leave != NULL) {
    faults[fault].leave(input, variant, left);
    return;
  }
  faults[fault].tear(input, variant, left->torn);
  left->weakness = pc_fault_weaken(fault, input, variant, left->weak);
}
