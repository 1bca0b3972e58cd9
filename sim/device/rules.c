#include <string.h>

#include "state.h"

static bool refuse(struct pc_device *device, enum pc_rule rule, uint32_t address, size_t size) {
  if (device->violations == 0) {
    device->first_violation = (struct pc_contract_violation){.rule = rule, .address = address, .size = size};
  }
  device->violations++;
  return false;
}

static bool is_inside(const struct pc_device *device, uint32_t address, size_t size) {
  return address <= device->size && size <= device->size - address;
}

static bool sets_a_bit(const uint8_t *cells, const uint8_t *data, size_t size) {
  uint64_t set = 0;
  size_t i = 0;
  for (; size - i >= sizeof set; i += sizeof set) {
    uint64_t old, new;
    memcpy(&old, cells + i, sizeof old);
    memcpy(&new, data + i, sizeof new);
    set |= new & ~old;
  }
  for (; i < size; i++) {
    set |= (uint64_t)data[i] & ~(uint64_t)cells[i];
  }
  return set != 0;
}

static bool is_overprogrammed(const struct pc_device *device, uint32_t address, size_t size) {
  if (device->counts == NULL) {
    return false;
  }
  size_t end = (address + size) / device->profile.program_unit;
  for (size_t unit = address / device->profile.program_unit; unit < end; unit++) {
    if (device->counts[unit] >= device->profile.programs_per_unit) {
      return true;
    }
  }
  return false;
}

bool pc_rules_allow_read(struct pc_device *device, uint32_t address, size_t size) {
  return is_inside(device, address, size) || refuse(device, PC_RULE_RANGE, address, size);
}

bool pc_rules_allow_program(struct pc_device *device, uint32_t address, const uint8_t *data, size_t size) {
  const struct pc_profile *profile = &device->profile;
  if (!is_inside(device, address, size)) {
    return refuse(device, PC_RULE_RANGE, address, size);
  }
  if (profile->program_unit > 1 && (address % profile->program_unit != 0 || size % profile->program_unit != 0)) {
    return refuse(device, PC_RULE_ALIGNMENT, address, size);
  }
  if (profile->page_size > 0 && size > profile->page_size - address % profile->page_size) {
    return refuse(device, PC_RULE_PAGE, address, size);
  }
  if (sets_a_bit(device->cells + address, data, size)) {
    return refuse(device, PC_RULE_SET_BIT, address, size);
  }
  if (is_overprogrammed(device, address, size)) {
    return refuse(device, PC_RULE_OVERPROGRAM, address, size);
  }
  return true;
}

bool pc_rules_allow_erase(struct pc_device *device, uint32_t address) {
  if (address >= device->size) {
    return refuse(device, PC_RULE_RANGE, address, device->profile.sector_size);
  }
  if (address % device->profile.sector_size != 0) {
    return refuse(device, PC_RULE_ALIGNMENT, address, device->profile.sector_size);
  }
  return true;
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
      [PC_RULE_ALIGNMENT] = "not aligned to what the part programs or erases at once",
      [PC_RULE_SET_BIT] = "a program that would change a 0 to a 1",
      [PC_RULE_OVERPROGRAM] = "a unit programmed more often than the part allows between erases",
      [PC_RULE_PAGE] = "a program across a page boundary",
  };
  return texts[rule];
}
