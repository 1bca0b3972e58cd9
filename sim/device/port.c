/* The port that a store calls: the budget first, then the rules, then the cells. */
#include <string.h>

#include "state.h"

/* Takes `amount` from a budget. Once it isn't enough, nothing is left of either, so that whatever a looping store
   tries next is stopped too. */
static bool charge(struct pc_device *device, uint64_t *left, uint64_t amount) {
  if (*left < amount) {
    device->budget = (struct pc_budget){0};
    device->stopped = true;
    return false;
  }
  *left -= amount;
  return true;
}

/* A call is about to look at these bytes, which may lie anywhere. */
static void watch(struct pc_device *device, uint32_t address, size_t size) {
  const struct pc_watched *watched = &device->watched;
  if (address < watched->end && size > 0 && (address >= watched->begin || size > watched->begin - address)) {
    device->watched.met = true;
  }
}

/* The rules look at the row, and a program that wraps at the rest of its page: neither goes beyond the sector. */
static void watch_sectors(struct pc_device *device, uint32_t address, size_t size) {
  uint32_t sector_size = device->profile.sector_size;
  uint32_t before = address % sector_size;
  watch(device, address - before, (before + size + sector_size - 1) / sector_size * sector_size);
}

static void trace(struct pc_device *device, uint32_t address, size_t size) {
  device->trace = (device->trace << 17 ^ device->trace >> 47 ^ ((uint64_t)size << 32 ^ address)) * 0x9E3779B97F4A7C15u;
}

static int read(void *context, uint32_t address, void *data, size_t size) {
  struct pc_device *device = context;
  watch(device, address, size);
  trace(device, address, size);
  uint64_t amount = size > PC_LEAST_READ_COST && size <= device->size ? size : PC_LEAST_READ_COST;
  if (!charge(device, &device->budget.read_bytes, amount)) {
    return PC_FLASH_STOPPED;
  }
  if (!pc_rules_allow_read(device, address, size)) {
    return PC_FLASH_REFUSED;
  }
  if (size > 0) {
    if (device->armed != NULL && pc_armed_fails_read(device, address, size)) {
      return PC_FLASH_FAILED;
    }
    memcpy(data, device->cells + address, size);
    pc_weak_read(device, address, data, size);
    if (device->planes[PC_PLANE_SYNDROMES].bytes != NULL && !pc_guard_read(device, address, data, (uint32_t)size)) {
      return pc_rules_judge_ecc(device, address, size);
    }
  }
  return PC_FLASH_OK;
}

struct pc_program_parts pc_device_program_parts(const struct pc_device *device, uint32_t address, const uint8_t *data,
                                                size_t size) {
  uint32_t page_size = device->profile.page_size;
  if (size == 0) {
    return (struct pc_program_parts){.count = 0};
  }
  if (device->profile.page_overflow == PC_PAGE_REFUSE || size <= page_size - address % page_size) {
    return (struct pc_program_parts){.part = {{.address = address, .size = (uint32_t)size, .data = data}}, .count = 1};
  }
  /* The part keeps only as many bytes as a page has, each in its place: later ones overwrite earlier ones. */
  size_t dropped = size > page_size ? size - page_size : 0;
  uint32_t page = address - address % page_size;
  uint32_t left = (uint32_t)(size - dropped);
  struct pc_program_part first = {.address = page + (uint32_t)((address - page + dropped) % page_size),
                                  .data = data + dropped};
  first.size = page + page_size - first.address;
  if (first.size >= left) {
    first.size = left;
    return (struct pc_program_parts){.part = {first}, .count = 1};
  }
  struct pc_program_part second = {.address = page, .size = left - first.size, .data = first.data + first.size};
  return (struct pc_program_parts){.part = {first, second}, .count = 2};
}

static int program(void *context, uint32_t address, const void *data, size_t size) {
  struct pc_device *device = context;
  watch_sectors(device, address, size);
  if (!charge(device, &device->budget.flash_operations, 1)) {
    return PC_FLASH_STOPPED;
  }
  int status = pc_rules_judge_program(device, address, data, size);
  if (status != PC_FLASH_OK) {
    return status;
  }
  const struct pc_program_parts parts = pc_device_program_parts(device, address, data, size);
  for (size_t i = 0; status == PC_FLASH_OK && i < parts.count; i++) {
    /* No bit is set, so that clearing bits leaves exactly the data. */
    status = pc_armed_operate(device, &(struct pc_flash_operation){.kind = PC_PROGRAM,
                                                                   .address = parts.part[i].address,
                                                                   .size = parts.part[i].size,
                                                                   .after = parts.part[i].data});
  }
  return status;
}

int pc_device_erase(void *context, uint32_t address, uint32_t size) {
  struct pc_device *device = context;
  watch_sectors(device, address, size);
  if (!charge(device, &device->budget.flash_operations, 1)) {
    return PC_FLASH_STOPPED;
  }
  if (!pc_rules_allow_erase(device, address, size)) {
    return PC_FLASH_REFUSED;
  }
  return pc_armed_operate(device, &(struct pc_flash_operation){
                                      .kind = PC_ERASE, .address = address, .size = size, .after = device->erased});
}

static int erase(void *context, uint32_t address) {
  const struct pc_device *device = context;
  return pc_device_erase(context, address, device->profile.sector_size);
}

struct pc_flash pc_device_port(struct pc_device *device) {
  return (struct pc_flash){
      .context = device,
      .sector_size = device->profile.sector_size,
      .sector_count = device->sectors,
      .program_unit = device->profile.program_unit,
      .page_size = device->profile.page_size,
      .read_unit = device->profile.read_unit > 0 ? device->profile.read_unit : 1,
      .read = read,
      .program = program,
      .erase = erase,
  };
}

void pc_device_set_budget(struct pc_device *device, struct pc_budget budget) {
  device->budget = budget;
  device->stopped = false;
}

struct pc_budget pc_device_budget(const struct pc_device *device) {
  return device->budget;
}

bool pc_device_stopped(const struct pc_device *device) {
  return device->stopped;
}

void pc_device_watch(struct pc_device *device, uint32_t address, uint32_t size) {
  device->watched = (struct pc_watched){.begin = address, .end = address + size};
}

bool pc_device_watch_met(const struct pc_device *device) {
  return device->watched.met || device->weak_cells > 0 || !pc_device_is_sound(device);
}

void pc_device_begin_trace(struct pc_device *device) {
  device->trace = 0;
}

uint64_t pc_device_trace(const struct pc_device *device) {
  return device->trace;
}
