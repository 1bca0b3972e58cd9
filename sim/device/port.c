/* The port that a store calls: the budget first, then the rules, then the cells. */
#include <string.h>

#include "state.h"
#include "words.h"

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

static inline void tell(struct pc_device *device, enum pc_port_call_kind kind, uint32_t address, size_t size,
                        const void *data) {
  if (device->observer != NULL) {
    const struct pc_port_call call = {.kind = kind, .address = address, .size = size, .data = data};
    device->observer(device->observer_context, &call);
  }
}

/* A call is about to look at these bytes, which may lie anywhere. */
static inline bool touches(uint32_t begin, uint32_t end, uint32_t address, size_t size) {
  return address < end && size > 0 && (address >= begin || size > begin - address);
}

static inline void watch(struct pc_device *device, uint32_t address, size_t size) {
  device->watched.met |= touches(device->watched.begin, device->watched.end, address, size);
}

/* The rules look at the row, and a program that wraps at the rest of its page: neither goes beyond the sector. */
static inline void watch_sectors(struct pc_device *device, uint32_t address, size_t size) {
  device->watched.met |= touches(device->watched.first_sector, device->watched.last_sector, address, size);
}

/* These sectors are about to be erased: what is watched there will be what it would be with any other bytes. */
static void unwatch(struct pc_device *device, uint32_t address, uint32_t size) {
  struct pc_watched *watched = &device->watched;
  if (watched->begin >= address && watched->end - address <= size) {
    *watched = (struct pc_watched){.met = watched->met};
  }
}

static void invert(uint8_t *to, const uint8_t *from, size_t size) {
  for (size_t i = 0; i < size; i++) {
    to[i] = (uint8_t)~from[i];
  }
}

/* A read of a device with planes or faults. */
static int read_carefully(struct pc_device *device, uint32_t address, void *data, size_t size) {
  if (device->armed != NULL && pc_armed_fails_read(device, address, size)) {
    return PC_FLASH_FAILED;
  }
  memcpy(data, device->cells + address, size);
  pc_weak_read(device, address, data, size);
  if (device->planes[PC_PLANE_SYNDROMES].bytes != NULL && !pc_guard_read(device, address, data, (uint32_t)size)) {
    return pc_rules_judge_ecc(device, address, size);
  }
  return PC_FLASH_OK;
}

/* A polynomial, so that a sequence of reads adds the same to a trace whatever came before. */
#define TRACE_FACTOR 0xD6E8FEB86659FD93u

static void trace(struct pc_device *device, uint32_t address, size_t size) {
  uint64_t word = ((uint64_t)size << 32 ^ address) * 0x9E3779B97F4A7C15u;
  device->trace = device->trace * TRACE_FACTOR + (word ^ word >> 32);
  device->traced++;
}

static int read_cells(struct pc_device *device, uint32_t address, void *data, size_t size) {
  if (device->has_planes || device->armed != NULL) {
    return read_carefully(device, address, data, size);
  }
  pc_copy_short(data, device->cells + address, size);
  return PC_FLASH_OK;
}

static int read(void *context, uint32_t address, void *data, size_t size) {
  struct pc_device *device = context;
  tell(device, PC_PORT_READ, address, size, NULL);
  watch(device, address, size);
  trace(device, address, size);
  uint64_t amount = size > PC_LEAST_READ_COST && size <= device->size ? size : PC_LEAST_READ_COST;
  if (!charge(device, &device->budget.read_bytes, amount)) {
    return PC_FLASH_STOPPED;
  }
  if (!pc_rules_allow_read(device, address, size)) {
    return PC_FLASH_REFUSED;
  }
  if (size == 0) {
    return PC_FLASH_OK;
  }
  int status = read_cells(device, address, data, size);
  if (device->flipped != NULL && status == PC_FLASH_OK) {
    invert(data, data, size);
  }
  return status;
}

void pc_device_wrap_program(const struct pc_device *device, struct pc_program_parts *parts) {
  struct pc_program_part *first = &parts->part[0];
  uint32_t page_size = device->profile.page_size;
  if (first->size <= page_size - pc_remainder(&device->page, first->address)) {
    return;
  }
  /* The part keeps only as many bytes as a page has, each in its place: later ones overwrite earlier ones. */
  uint32_t dropped = first->size > page_size ? first->size - page_size : 0;
  uint32_t page = first->address - first->address % page_size;
  uint32_t left = first->size - dropped;
  first->address = page + (first->address - page + dropped) % page_size;
  first->data += dropped;
  first->size = page + page_size - first->address;
  if (first->size >= left) {
    first->size = left;
    return;
  }
  parts->part[1].address = page;
  parts->part[1].size = left - first->size;
  parts->part[1].data = first->data + first->size;
  parts->count = 2;
}

static int program(void *context, uint32_t address, const void *data, size_t size) {
  struct pc_device *device = context;
  tell(device, PC_PORT_PROGRAM, address, size, data);
  watch_sectors(device, address, size);
  if (!charge(device, &device->budget.flash_operations, 1)) {
    return PC_FLASH_STOPPED;
  }
  struct pc_program_parts parts;
  const uint8_t *bytes = data;
  if (device->flipped != NULL && size <= device->size) { /* what is larger is refused, and not looked at */
    invert(device->flipped, bytes, size);
    bytes = device->flipped;
  }
  int status = pc_rules_judge_program(device, address, bytes, size, &parts);
  if (status != PC_FLASH_OK) {
    return status;
  }
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
  tell(device, PC_PORT_ERASE, address, size, NULL);
  if (!charge(device, &device->budget.flash_operations, 1)) {
    return PC_FLASH_STOPPED;
  }
  if (!pc_rules_allow_erase(device, address, size)) {
    return PC_FLASH_REFUSED;
  }
  unwatch(device, address, size);
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

static struct pc_watched watched_of(const struct pc_device *device, uint32_t address, uint32_t size) {
  uint32_t sector_size = device->profile.sector_size;
  return (struct pc_watched){.begin = address,
                             .end = address + size,
                             .first_sector = address / sector_size * sector_size,
                             .last_sector = (address + size + sector_size - 1) / sector_size * sector_size};
}

bool pc_port_call_meets(const struct pc_device *device, const struct pc_port_call *call, uint32_t address,
                        uint32_t size) {
  const struct pc_watched watched = watched_of(device, address, size);
  if (call->kind == PC_PORT_READ) {
    return touches(watched.begin, watched.end, call->address, call->size);
  }
  return call->kind == PC_PORT_PROGRAM && touches(watched.first_sector, watched.last_sector, call->address, call->size);
}

void pc_device_watch(struct pc_device *device, uint32_t address, uint32_t size) {
  device->watched = watched_of(device, address, size);
  if (size == 0) {
    device->watched = (struct pc_watched){0};
  }
}

bool pc_device_watch_met(const struct pc_device *device) {
  return device->watched.met || device->weak_cells > 0 || !pc_device_is_sound(device);
}

void pc_device_begin_trace(struct pc_device *device) {
  device->trace = 0;
  device->traced = 0;
}

uint64_t pc_device_trace(const struct pc_device *device) {
  return device->trace;
}

struct pc_port_counts pc_device_port_counts(const struct pc_device *device) {
  return (struct pc_port_counts){.budget = device->budget, .trace = device->trace, .reads = device->traced};
}

void pc_device_set_port_counts(struct pc_device *device, const struct pc_port_counts *counts) {
  device->budget = counts->budget;
  device->trace = counts->trace;
  device->traced = counts->reads;
}

/* Squares and multiplies. */
static uint64_t power(uint64_t base, uint64_t exponent) {
  uint64_t result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base) {
    result *= (exponent & 1u) != 0 ? base : 1;
  }
  return result;
}

void pc_device_repeat_port_counts(struct pc_device *device, const struct pc_port_counts *from,
                                  const struct pc_port_counts *to) {
  uint64_t reads = to->reads - from->reads, factor = power(TRACE_FACTOR, reads);
  device->trace = device->trace * factor + (to->trace - from->trace * factor);
  device->traced += reads;
  device->budget.read_bytes -= from->budget.read_bytes - to->budget.read_bytes;
  device->budget.flash_operations -= from->budget.flash_operations - to->budget.flash_operations;
}

void pc_device_observe(struct pc_device *device, pc_port_observer observer, void *context) {
  device->observer = observer;
  device->observer_context = context;
}
