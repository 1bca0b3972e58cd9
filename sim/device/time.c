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

double pc_work_typical_us(const struct pc_profile *profile, struct pc_flash_work work) {
  return add(time_of(work.programs, profile->program_typical_us), time_of(work.erases, profile->erase_typical_us));
}

double pc_work_maximum_us(const struct pc_profile *profile, struct pc_flash_work work) {
  return add(time_of(work.programs, profile->program_maximum_us), time_of(work.erases, profile->erase_maximum_us));
}
