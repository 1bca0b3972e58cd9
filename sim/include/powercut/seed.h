/* The seeds of tears: functions of the plan's seed and the cut path alone. */
#ifndef POWERCUT_SEED_H
#define POWERCUT_SEED_H

#include "powercut/fault.h"
#include "powercut/random.h"

/* The seed of the tears of flash operation `flash_operation`, of the workload or of the recovery that has this seed. */
static inline uint64_t pc_seed_of_operation(uint64_t seed, uint32_t flash_operation) {
  return pc_random_mix(seed, flash_operation);
}

/* The seed of the recovery from a cut in an operation. */
static inline uint64_t pc_seed_of_recovery(uint64_t operation_seed, enum pc_fault fault, uint32_t variant) {
  return pc_random_mix(operation_seed, ((uint64_t)fault << 32) + variant);
}

#endif
