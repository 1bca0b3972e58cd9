#include <string.h>

#include "state.h"

static bool refuse(struct pc_device *device, enum pc_rule rule, uint32_t address, size_t size) {
  if (device->violations == 0) {
    device->first_violation = (struct pc_contract_violation){.rule = rule, .address = address, .size = size};
  }
  device->violations++;
  return false;
}

static int refused(struct pc_device *device, enum pc_rule rule, uint32_t address, size_t size) {
  (void)refuse(device, rule, address, size);
  return PC_FLASH_REFUSED;
}

static bool is_inside(const struct pc_device *device, uint32_t address, size_t size) {
  return address <= device->size && size <= device->size - address;
}

/* What most machines have registers for. */
typedef uint64_t wide __attribute__((vector_size(16)));

static bool sets_a_bit(const uint8_t *cells, const uint8_t *data, size_t size) {
  wide sets = {0, 0};
  uint8_t rest = 0;
  size_t i = 0;
  for (; size - i >= sizeof sets; i += sizeof sets) {
    wide old, new;
    memcpy(&old, cells + i, sizeof old);
    memcpy(&new, data + i, sizeof new);
    sets |= new & ~old;
  }
  for (; i < size; i++) {
    rest |= data[i] & (uint8_t)~cells[i];
  }
  return (sets[0] | sets[1] | rest) != 0;
}

/* Whether each bit that the program would set is one that the store can't know of: the cell isn't what the flash
   operations made of it. It then stays as it is. */
static bool is_excused(const struct pc_device *device, const struct pc_program_part *part) {
  const uint8_t *spoilt = device->planes[PC_PLANE_SPOILT].bytes;
  for (uint32_t i = 0; spoilt != NULL && i < part->size; i++) {
    if ((part->data[i] & ~(device->cells[part->address + i] | spoilt[part->address + i])) != 0) {
      return false;
    }
  }
  return spoilt != NULL;
}

static bool is_overprogrammed(const struct pc_device *device, uint32_t address, size_t size) {
  const uint8_t *counts = device->planes[PC_PLANE_COUNTS].bytes;
  size_t end = (address + size) / device->profile.program_unit;
  for (size_t unit = address / device->profile.program_unit; unit < end; unit++) {
    if (counts[unit] >= device->profile.programs_per_unit) {
      return true;
    }
  }
  return false;
}

/* Whether the part takes this as a further program of a unit. */
static bool takes_again(const struct pc_profile *profile, const uint8_t *cells, const uint8_t *data) {
  size_t unit = profile->program_unit;
  if (profile->reprogram == PC_REPROGRAM_DIFFERENT) {
    return memcmp(cells, data, unit) != 0;
  }
  for (size_t i = 0; i < unit; i++) {
    if (data[i] != 0) {
      return false;
    }
  }
  return true;
}

static bool is_reprogrammed_wrongly(const struct pc_device *device, const struct pc_program_part *part) {
  const struct pc_profile *profile = &device->profile;
  if (profile->reprogram == PC_REPROGRAM_ANY) {
    return false;
  }
  for (uint32_t done = 0; done < part->size; done += profile->program_unit) {
    uint32_t address = part->address + done;
    if (device->planes[PC_PLANE_COUNTS].bytes[address / profile->program_unit] > 0 &&
        !takes_again(profile, device->cells + address, part->data + done)) {
      return true;
    }
  }
  return false;
}

/* Programs of the units in [address, address + size) since their erase. */
static uint32_t count_programs(const struct pc_device *device, uint32_t address, uint32_t size) {
  uint32_t unit = device->profile.program_unit;
  uint32_t count = 0;
  for (uint32_t i = address / unit; i < (address + size) / unit; i++) {
    count += device->planes[PC_PLANE_COUNTS].bytes[i];
  }
  return count;
}

static bool overuses_a_row(const struct pc_device *device, const struct pc_program_part *part) {
  const struct pc_profile *profile = &device->profile;
  uint32_t end = part->address + part->size;
  if (profile->row_size == 0) {
    return false;
  }
  for (uint32_t row = part->address / profile->row_size * profile->row_size; row < end; row += profile->row_size) {
    uint32_t from = part->address > row ? part->address : row;
    uint32_t to = end - row < profile->row_size ? end : row + profile->row_size;
    if (count_programs(device, row, profile->row_size) + (to - from) / profile->program_unit >
        profile->programs_per_row) {
      return true;
    }
  }
  return false;
}

/* The rules about cells, for all parts of a program; PC_RULE_COUNT if it breaks none. */
static enum pc_rule find_broken(const struct pc_device *device, const struct pc_program_parts *parts) {
  enum pc_rule broken = PC_RULE_COUNT;
  for (size_t i = 0; i < parts->count; i++) {
    const struct pc_program_part *part = &parts->part[i];
    if (sets_a_bit(device->cells + part->address, part->data, part->size) && !is_excused(device, part)) {
      return PC_RULE_SET_BIT;
    }
    if (device->planes[PC_PLANE_COUNTS].bytes == NULL) {
      continue; /* the other rules are about how often */
    }
    if (broken == PC_RULE_OVERPROGRAM || is_overprogrammed(device, part->address, part->size)) {
      broken = PC_RULE_OVERPROGRAM;
    } else if (broken == PC_RULE_REPROGRAM || is_reprogrammed_wrongly(device, part)) {
      broken = PC_RULE_REPROGRAM;
    } else if (overuses_a_row(device, part)) {
      broken = PC_RULE_ROW;
    }
  }
  return broken;
}

bool pc_rules_allow_read(struct pc_device *device, uint32_t address, size_t size) {
  uint32_t unit = device->profile.read_unit;
  if (!is_inside(device, address, size)) {
    return refuse(device, PC_RULE_RANGE, address, size);
  }
  if (unit > 1 && (address % unit != 0 || size % unit != 0)) {
    return refuse(device, PC_RULE_ALIGNMENT, address, size);
  }
  return true;
}

int pc_rules_judge_program(struct pc_device *device, uint32_t address, const uint8_t *data, size_t size,
                           struct pc_program_parts *parts) {
  const struct pc_profile *profile = &device->profile;
  if (!is_inside(device, address, size)) {
    return refused(device, PC_RULE_RANGE, address, size);
  }
  if (profile->program_unit > 1 && (address % profile->program_unit != 0 || size % profile->program_unit != 0)) {
    return refused(device, PC_RULE_ALIGNMENT, address, size);
  }
  if (profile->page_size > 0 && profile->page_overflow == PC_PAGE_REFUSE &&
      size > profile->page_size - pc_remainder(&device->page, address)) {
    return refused(device, PC_RULE_PAGE, address, size);
  }
  parts->part[0].address = address;
  parts->part[0].size = (uint32_t)size;
  parts->part[0].data = data;
  parts->count = size > 0;
  if (profile->page_overflow == PC_PAGE_WRAP) {
    pc_device_wrap_program(device, parts);
  }
  enum pc_rule broken = find_broken(device, parts);
  bool of_cells = broken == PC_RULE_SET_BIT || broken == PC_RULE_OVERPROGRAM || broken == PC_RULE_REPROGRAM;
  if (of_cells && pc_guard_is_wrong(device, address, (uint32_t)size)) {
    return PC_FLASH_FAILED;
  }
  return broken == PC_RULE_COUNT ? PC_FLASH_OK : refused(device, broken, address, size);
}

bool pc_rules_allow_erase(struct pc_device *device, uint32_t address, uint32_t size) {
  if (address >= device->size) {
    return refuse(device, PC_RULE_RANGE, address, size);
  }
  if (size == 0) {
    return refuse(device, PC_RULE_ERASE_SIZE, address, size);
  }
  if (address % size != 0) {
    return refuse(device, PC_RULE_ALIGNMENT, address, size);
  }
  if (!is_inside(device, address, size)) {
    return refuse(device, PC_RULE_RANGE, address, size);
  }
  return pc_erase_is_offered(device, address, size) || refuse(device, PC_RULE_ERASE_SIZE, address, size);
}

size_t pc_device_contract_violations(const struct pc_device *device, struct pc_contract_violation *first) {
  if (first != NULL && device->violations > 0) {
    *first = device->first_violation;
  }
  return device->violations;
}

void pc_device_clear_contract_violations(struct pc_device *device) {
  device->violations = 0;
}

const char *pc_rule_text(enum pc_rule rule) {
  static const char *const texts[PC_RULE_COUNT] = {
      [PC_RULE_RANGE] = "outside the partition",
      [PC_RULE_ALIGNMENT] = "not aligned to what the part programs, erases or reads at once",
      [PC_RULE_SET_BIT] = "a program that would put a programmed bit back",
      [PC_RULE_OVERPROGRAM] = "a unit programmed more often than the part allows between erases",
      [PC_RULE_PAGE] = "a program across a page boundary",
      [PC_RULE_REPROGRAM] = "a programmed unit programmed again with what the part does not take there",
      [PC_RULE_ECC] = "a read of a word that ECC can't correct, which faults",
      [PC_RULE_ERASE_SIZE] = "an erase of a size that the part doesn't erase at once there",
      [PC_RULE_ROW] = "a row programmed more often than the part allows between erases",
  };
  return texts[rule];
}

int pc_rules_judge_ecc(struct pc_device *device, uint32_t address, size_t size) {
  return device->profile.ecc_error == PC_ECC_ERROR ? PC_FLASH_FAILED : refused(device, PC_RULE_ECC, address, size);
}
