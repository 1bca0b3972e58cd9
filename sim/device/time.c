/* Simulated time: counted as work, in whole numbers, so that undoing it is exact, and made a time only when asked. */
#include "powercut/device.h"
#include "state.h"

struct pc_flash_work pc_device_work(const struct pc_device *device) {
  return device->work;
}

static double time_of(uint64_t count, double each) {
  if (count == 0) {
    return 0;
  }
  return each > 0 ? (double)count * each : PC_TIME_UNKNOWN;
}

static double add(double a, double b) {
  return a < 0 || b < 0 ? PC_TIME_UNKNOWN : a + b;
}

struct pc_flash_work pc_device_work_since(const struct pc_device *device, const struct pc_flash_work *before) {
  struct pc_flash_work work = device->work;
  work.programs -= before->programs;
  work.erases -= before->erases;
  work.flash_operations -= before->flash_operations;
  for (uint32_t i = 0; i < PC_MAX_ERASE_BLOCKS; i++) {
    work.block_erases[i] -= before->block_erases[i];
  }
  return work;
}

double pc_work_typical_us(const struct pc_profile *profile, struct pc_flash_work work) {
  double sum = time_of(work.programs, profile->program_typical_us);
  for (uint32_t i = 0; i < profile->erase_block_count; i++) {
    work.erases -= work.block_erases[i];
    sum = add(sum, time_of(work.block_erases[i], profile->erase_blocks[i].erase_typical_us));
  }
  return add(sum, time_of(work.erases, profile->erase_typical_us));
}

double pc_work_maximum_us(const struct pc_profile *profile, struct pc_flash_work work) {
  double sum = time_of(work.programs, profile->program_maximum_us);
  for (uint32_t i = 0; i < profile->erase_block_count; i++) {
    work.erases -= work.block_erases[i];
    sum = add(sum, time_of(work.block_erases[i], profile->erase_blocks[i].erase_maximum_us));
  }
  return add(sum, time_of(work.erases, profile->erase_maximum_us));
}

bool pc_profile_tells_times(const struct pc_profile *profile) {
  bool told = profile->program_typical_us > 0 && profile->erase_typical_us > 0;
  for (uint32_t i = 0; i < profile->erase_block_count; i++) {
    told = told && profile->erase_blocks[i].erase_typical_us > 0;
  }
  return told;
}
