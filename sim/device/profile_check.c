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

static enum pc_result check_divisor(const char *name, uint32_t value, uint32_t sector_size, struct pc_error *error) {
  if (sector_size % value != 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s: sector_size, %lu, is not a multiple of %lu", name,
                   (unsigned long)sector_size, (unsigned long)value);
  }
  return PC_OK;
}

static enum pc_result check_page_overflow(const struct pc_profile *profile, struct pc_error *error) {
  if (profile->page_overflow == PC_PAGE_REFUSE) {
    return PC_OK;
  }
  if (profile->page_size == 0) {
    return pc_fail(error, PC_BAD_INPUT, "page_overflow: without a page_size nothing wraps");
  }
  if (profile->row_size > 0) {
    return pc_fail(error, PC_BAD_INPUT, "page_overflow: wrap and row_size do not go together");
  }
  return check_divisor("page_size", profile->page_size, profile->sector_size, error);
}

static enum pc_result check_rows(const struct pc_profile *profile, struct pc_error *error) {
  if ((profile->row_size == 0) != (profile->programs_per_row == 0)) {
    return pc_fail(error, PC_BAD_INPUT, "row_size and programs_per_row are given together or not at all");
  }
  if (profile->row_size == 0) {
    return PC_OK;
  }
  if (profile->programs_per_unit == 0) {
    return pc_fail(error, PC_BAD_INPUT, "programs_per_row: programs_per_unit is needed with it");
  }
  enum pc_result result = check_multiple("row_size", profile->row_size, profile->program_unit, error);
  return result != PC_OK ? result : check_divisor("row_size", profile->row_size, profile->sector_size, error);
}

static enum pc_result check_programs(const struct pc_profile *profile, struct pc_error *error) {
  enum pc_result result = check_range("programs_per_unit", profile->programs_per_unit, 0, MAX_PROGRAMS_PER_UNIT, error);
  if (result != PC_OK) {
    return result;
  }
  if (profile->reprogram != PC_REPROGRAM_ANY && profile->programs_per_unit < 2) {
    return pc_fail(error, PC_BAD_INPUT, "reprogram: '%s' needs programs_per_unit of at least 2",
                   pc_reprogram_name(profile->reprogram));
  }
  result = check_rows(profile, error);
  return result != PC_OK ? result : check_page_overflow(profile, error);
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

/* What tears reach. */
static enum pc_result check_reach(const struct pc_profile *profile, struct pc_error *error) {
  if (profile->ecc_word > 0) {
    if (profile->program_unit % profile->ecc_word != 0) {
      return pc_fail(error, PC_BAD_INPUT, "ecc_word: program_unit, %lu, is not a multiple of %lu",
                     (unsigned long)profile->program_unit, (unsigned long)profile->ecc_word);
    }
  }
  if (profile->collateral > 0) {
    enum pc_result result = check_divisor("collateral", profile->collateral, profile->sector_size, error);
    return result != PC_OK ? result : check_multiple("collateral", profile->collateral, profile->program_unit, error);
  }
  return PC_OK;
}

static enum pc_result check_place(const char *name, uint32_t from, uint32_t end, uint32_t sector_size,
                                  struct pc_error *error) {
  if (from % sector_size != 0 || end % sector_size != 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s: from and end are multiples of sector_size, %lu", name,
                   (unsigned long)sector_size);
  }
  return end != 0 && end <= from ? pc_fail(error, PC_BAD_INPUT, "%s: it ends before it begins", name) : PC_OK;
}

/* Sizes that the part erases at once beside a sector. */
static enum pc_result check_erase_blocks(const struct pc_profile *profile, struct pc_error *error) {
  enum pc_result result =
      check_place("sector_from, sector_end", profile->sector_from, profile->sector_end, profile->sector_size, error);
  uint32_t smaller = profile->sector_size;
  if (profile->any_sector_size && profile->erase_block_count > 0) {
    return pc_fail(error, PC_BAD_INPUT, "any_sector_size and erase_blocks do not go together");
  }
  if (result == PC_OK) {
    result = check_range("erase_blocks", profile->erase_block_count, 0, PC_MAX_ERASE_BLOCKS, error);
  }
  for (uint32_t i = 0; result == PC_OK && i < profile->erase_block_count; i++) {
    const struct pc_erase_block *block = &profile->erase_blocks[i];
    if (block->size <= smaller || block->size % smaller != 0 || block->size > MAX_SECTOR_SIZE) {
      return pc_fail(error, PC_BAD_INPUT,
                     "erase_blocks: a size of %lu is not 2 times or more that of the one before, %lu, and to %lu",
                     (unsigned long)block->size, (unsigned long)smaller, (unsigned long)MAX_SECTOR_SIZE);
    }
    smaller = block->size;
    result = check_place("erase_blocks", block->from, block->end, profile->sector_size, error);
    if (result == PC_OK) {
      result = check_times("erase_blocks: erase", block->erase_typical_us, block->erase_maximum_us, error);
    }
  }
  return result;
}

static enum pc_result check_geometry(const struct pc_profile *profile, uint32_t sectors, struct pc_error *error) {
  enum pc_result result = check_range("program_unit", profile->program_unit, 1, 256, error);
  if (result != PC_OK) {
    return result;
  }
  result = check_range("read_unit", profile->read_unit, 0, 256, error);
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
  result = check_divisor("read_unit", profile->read_unit == 0 ? 1 : profile->read_unit, profile->sector_size, error);
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
  result = check_programs(profile, error);
  if (result != PC_OK) {
    return result;
  }
  result = check_reach(profile, error);
  if (result != PC_OK) {
    return result;
  }
  result = check_times("program", profile->program_typical_us, profile->program_maximum_us, error);
  if (result != PC_OK) {
    return result;
  }
  result = check_times("erase", profile->erase_typical_us, profile->erase_maximum_us, error);
  return result != PC_OK ? result : check_erase_blocks(profile, error);
}

uint8_t pc_profile_flip(const struct pc_profile *profile) {
  return profile->erases_to_zeros ? 0xFF : 0;
}

uint8_t pc_profile_erased_value(const struct pc_profile *profile) {
  return PC_ERASED ^ pc_profile_flip(profile);
}

const char *pc_reprogram_name(enum pc_reprogram reprogram) {
  static const char *const names[PC_REPROGRAM_COUNT] = {
      [PC_REPROGRAM_ANY] = "any",
      [PC_REPROGRAM_DIFFERENT] = "different",
      [PC_REPROGRAM_ZEROS] = "zeros",
  };
  return names[reprogram];
}

const char *pc_page_overflow_name(enum pc_page_overflow overflow) {
  static const char *const names[PC_PAGE_OVERFLOW_COUNT] = {[PC_PAGE_REFUSE] = "refuse", [PC_PAGE_WRAP] = "wrap"};
  return names[overflow];
}

const char *pc_ecc_error_name(enum pc_ecc_error error) {
  static const char *const names[PC_ECC_ERROR_COUNT] = {[PC_ECC_ERROR] = "error", [PC_ECC_FAULT] = "fault"};
  return names[error];
}
