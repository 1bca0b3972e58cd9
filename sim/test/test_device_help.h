/* Calls on a device, for the tests of the device. */
#ifndef TEST_DEVICE_HELP_H
#define TEST_DEVICE_HELP_H

#include <criterion/criterion.h>

#include "powercut/device.h"

static const struct pc_profile IDEAL = {.name = "ideal", .sector_size = 64, .program_unit = 1};
/* As an nRF52840: words of 4 bytes, two programs each. */
__attribute__((unused)) static const struct pc_profile WORDS = {
    .name = "words", .sector_size = 64, .program_unit = 4, .programs_per_unit = 2, .endurance = 10000};

static inline struct pc_device *create(const struct pc_profile *profile, uint32_t sectors) {
  struct pc_device *device;
  struct pc_error error;
  cr_assert_eq(pc_device_create(&device, profile, sectors, &error), PC_OK);
  return device;
}

static inline int program(struct pc_device *device, uint32_t address, const void *data, size_t size) {
  struct pc_flash port = pc_device_port(device);
  return port.program(port.context, address, data, size);
}

static inline int erase(struct pc_device *device, uint32_t address) {
  struct pc_flash port = pc_device_port(device);
  return port.erase(port.context, address);
}

static inline int read(struct pc_device *device, uint32_t address, void *data, size_t size) {
  struct pc_flash port = pc_device_port(device);
  return port.read(port.context, address, data, size);
}

static inline uint8_t cell(const struct pc_device *device, size_t address) {
  return pc_device_cells(device).data[address];
}

/* Expects a call to have been refused under a rule, and nothing else to have happened. */
#define EXPECT_REFUSED(device, call, expected_rule, expected_address, expected_size) \
  do {                                                                               \
    struct pc_device *d_ = (device);                                                 \
    struct pc_contract_violation first_;                                             \
    uint64_t hash_ = pc_device_hash(d_);                                             \
    size_t mark_ = pc_device_mark(d_);                                               \
    pc_device_clear_contract_violations(d_);                                         \
    cr_assert_eq((call), PC_FLASH_REFUSED);                                          \
    cr_assert_eq(pc_device_contract_violations(d_, &first_), 1);                     \
    cr_assert_eq(first_.rule, (expected_rule));                                      \
    cr_assert_eq(first_.address, (expected_address));                                \
    cr_assert_eq(first_.size, (expected_size));                                      \
    cr_assert_eq(pc_device_mark(d_), mark_);                                         \
    cr_assert_eq(pc_device_hash(d_), hash_);                                         \
  } while (0)

#endif
