/* What each fault class is made of, for the table in fault.c. The contracts are those of powercut/fault.h. */
#ifndef PC_DEVICE_FAULT_CLASS_H
#define PC_DEVICE_FAULT_CLASS_H

#include "powercut/fault.h"

uint32_t pc_prefix_variants(const struct pc_fault_input *input);
void pc_prefix_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn);

uint32_t pc_unit_subset_variants(const struct pc_fault_input *input);
void pc_unit_subset_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn);

uint32_t pc_bit_subset_variants(const struct pc_fault_input *input);
void pc_bit_subset_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn);

uint32_t pc_two_phase_erase_variants(const struct pc_fault_input *input);
void pc_two_phase_erase_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn);

uint32_t pc_metastable_variants(const struct pc_fault_input *input);
void pc_metastable_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn);
enum pc_weakness pc_metastable_weaken(const struct pc_fault_input *input, uint32_t variant, uint8_t *weak);

/* What a variant of a class that leaves more than bytes leaves. The buffers are as long as the variant's place, and all
   zeros but for `torn`, whose content is of no meaning. */
struct pc_fault_left {
  uint8_t *torn;
  uint8_t *weak, *spoilt, *stuck; /* as in struct pc_flash_operation */
  enum pc_weakness weakness;
  uint8_t *syndromes; /* of the ECC words of the place */
  uint8_t *scratch;   /* three times as long as the place */
};

uint32_t pc_ecc_variants(const struct pc_fault_input *input);
void pc_ecc_leave(const struct pc_fault_input *input, uint32_t variant, struct pc_fault_left *left);

uint32_t pc_collateral_variants(const struct pc_fault_input *input);
struct pc_fault_place pc_collateral_place(const struct pc_fault_input *input);
void pc_collateral_leave(const struct pc_fault_input *input, uint32_t variant, struct pc_fault_left *left);

uint32_t pc_worn_variants(const struct pc_fault_input *input);
void pc_worn_leave(const struct pc_fault_input *input, uint32_t variant, struct pc_fault_left *left);

/* What any variant of any class leaves. */
void pc_fault_fill(enum pc_fault fault, const struct pc_fault_input *input, uint32_t variant,
                   struct pc_fault_left *left);

uint32_t pc_bit_rot_variants(const struct pc_fault_input *input);
struct pc_fault_place pc_bit_rot_place(const struct pc_fault_input *input, uint32_t variant);
void pc_bit_rot_tear(const struct pc_fault_input *input, uint32_t variant, uint8_t *torn);

#endif
