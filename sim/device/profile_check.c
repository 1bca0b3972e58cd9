#include <math.h>
#include <string.h>

#include "powercut/device.h"

#define MAX_SECTOR_SIZE (1u << 20)
#define MAX_DEVICE_SIZE (1u << 28)
#define MAX_PROGRAMS_PER_UNIT 255u

static enum pc_result check_range(const char *name, uint32_t value, uint32_t least, uint32_t most,
                                  struct pc_error *error) {
  if (value < least || value > most) {
    return pc_fail(error, PC_BAD_INPUT, "%s: %lu is out of range (%lu to %lu)", name, (unsigned long)value,
                   (unsigned long)least, (unsigned long)most);
  }
  return PC_OK;
}

static enum pc_result check_multiple(const char *name, uint32_t value, uint32_t program_unit, struct pc_error *error) {
  if (value % program_unit != 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s: %lu is not a multiple of program_unit, %lu", name, (unsigned long)value,
                   (unsigned long)program_unit);
  }
  return PC_OK;
}

static enum pc_result check_times(const char *what, double typical, double maximum, struct pc_error *error) {
  if (!isfinite(typical) || typical < 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s_typical_us: %g is not a time", what, typical);
  }
  if (!isfinite(maximum) || maximum < 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s_maximum_us: %g is not a time", what, maximum);
  }
  if (maximum > 0 && typical > maximum) {
    return pc_fail(error, PC_BAD_INPUT, "%s_typical_us: %g is above %s_maximum_us, %g", what, typical, what, maximum);
  }
  return PC_OK;
}

static enum pc_result check_geometry(const struct pc_profile *profile, uint32_t sectors, struct pc_error *error) {
  enum pc_result result = check_range("program_unit", profile->program_unit, 1, 256, error);
  if (result != PC_OK) {
    return result;
  }
  result = check_range("sector_size", profile->sector_size, 16, MAX_SECTOR_SIZE, error);
  if (result != PC_OK) {
    return result;
  }
  result = check_multiple("sector_size", profile->sector_size, profile->program_unit, error);
  if (result != PC_OK) {
    return result;
  }
  result = check_multiple("page_size", profile->page_size, profile->program_unit, error);
  if (result != PC_OK) {
    return result;
  }
  uint32_t most = MAX_DEVICE_SIZE / profile->sector_size;
  return check_range("sectors", sectors, 1, most < 65535 ? most : 65535, error);
}

enum pc_result pc_profile_check(const struct pc_profile *profile, uint32_t sectors, struct pc_error *error) {
  enum pc_result result = check_geometry(profile, sectors, error);
  if (result != PC_OK) {
    return result;
  }
  result = check_range("programs_per_unit", profile->programs_per_unit, 0, MAX_PROGRAMS_PER_UNIT, error);
  if (result != PC_OK) {
    return result;
  }
  result = check_times("program", profile->program_typical_us, profile->program_maximum_us, error);
  if (result != PC_OK) {
    return result;
  }
  return check_times("erase", profile->erase_typical_us, profile->erase_maximum_us, error);
}
