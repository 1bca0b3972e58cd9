/*
 * norkv in a wrapper that a plugin spoils in one way. A plugin includes this, defines its spoilt functions, and exports
 * a store that takes all others from here. It is self-contained as norkv is: a plugin that keeps anything outside of
 * its memory says otherwise. norkv runs with its fallback parameters; the plugin takes none.
 */
#ifndef PC_TEST_WRAPPED_H
#define PC_TEST_WRAPPED_H

#include <string.h>

#include "powercut/store.h"
#include "powercut/stores.h"

/* At the start of the store's memory; norkv's follows. */
struct wrapped {
  struct pc_store_setup setup;  /* norkv's */
  struct pc_flash flash;        /* the device's */
  uint64_t flash_operations;    /* that norkv did since its start began */
  uint8_t key[256], value[256]; /* for what a plugin remembers */
  size_t key_size, value_size;
};

#define WRAPPED_SIZE ((sizeof(struct wrapped) + 15u) / 16u * 16u)

static inline const struct pc_store *norkv(void) {
  return pc_store_named("norkv");
}

static inline struct wrapped *wrapped(void *memory) {
  return memory;
}

static inline void *norkv_memory(void *memory) {
  return (uint8_t *)memory + WRAPPED_SIZE;
}

/* The parameters that norkv gets: the fallbacks, and the redundancy that the plugin says. */
#ifndef WRAPPED_REDUNDANCY
#define WRAPPED_REDUNDANCY "1"
#endif

/* Fills in `parameters`, which has room for all of norkv's. */
static inline struct pc_store_setup norkv_setup(const struct pc_store_setup *setup, struct pc_parameter *parameters) {
  struct pc_store_setup inner = *setup;
  for (size_t i = 0; i < norkv()->parameter_count; i++) {
    const struct pc_parameter_info *info = &norkv()->parameters[i];
    parameters[i].name = info->name;
    parameters[i].value = strcmp(info->name, "redundancy") == 0 ? WRAPPED_REDUNDANCY : info->fallback;
  }
  inner.parameters = parameters;
  inner.parameter_count = norkv()->parameter_count;
  return inner;
}

#define WRAPPED_MAX_PARAMETERS 32u

static inline enum pc_status wrapped_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                               char *message, size_t size) {
  struct pc_parameter parameters[WRAPPED_MAX_PARAMETERS];
  struct pc_store_setup inner = norkv_setup(setup, parameters);
  enum pc_status status = norkv()->configure(&inner, promises, message, size);
  promises->memory_size += WRAPPED_SIZE;
  return status;
}

static inline int wrapped_read(void *context, uint32_t address, void *data, size_t size) {
  struct wrapped *self = context;
  return self->flash.read(self->flash.context, address, data, size);
}

static inline int wrapped_program(void *context, uint32_t address, const void *data, size_t size) {
  struct wrapped *self = context;
  self->flash_operations++;
  return self->flash.program(self->flash.context, address, data, size);
}

static inline int wrapped_erase(void *context, uint32_t address) {
  struct wrapped *self = context;
  self->flash_operations++;
  return self->flash.erase(self->flash.context, address);
}

static inline enum pc_status wrapped_start(void *memory, const struct pc_store_setup *setup) {
  struct wrapped *self = wrapped(memory);
  struct pc_parameter parameters[WRAPPED_MAX_PARAMETERS];
  memset(self, 0, sizeof *self);
  self->flash = setup->flash;
  self->setup = norkv_setup(setup, parameters);
  self->setup.flash.context = self;
  self->setup.flash.read = wrapped_read;
  self->setup.flash.program = wrapped_program;
  self->setup.flash.erase = wrapped_erase;
  return norkv()->start(norkv_memory(memory), &self->setup);
}

static inline enum pc_status wrapped_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  return norkv()->put(norkv_memory(memory), key, value);
}

static inline enum pc_status wrapped_remove(void *memory, struct pc_bytes key) {
  return norkv()->remove(norkv_memory(memory), key);
}

static inline enum pc_status wrapped_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity,
                                         size_t *size) {
  return norkv()->get(norkv_memory(memory), key, buffer, capacity, size);
}

static inline enum pc_status wrapped_iterate(void *memory, pc_visit visit, void *context) {
  return norkv()->iterate(norkv_memory(memory), visit, context);
}

static inline enum pc_status wrapped_maintain(void *memory, enum pc_maintenance level) {
  return norkv()->maintain(norkv_memory(memory), level);
}

static inline enum pc_status wrapped_sector_report(void *memory, uint32_t sector, struct pc_sector_report *report) {
  return norkv()->sector_report(norkv_memory(memory), sector, report);
}

static inline uint64_t wrapped_footprint(const struct pc_store_setup *setup, size_t key_size, size_t value_size) {
  struct pc_parameter parameters[WRAPPED_MAX_PARAMETERS];
  struct pc_store_setup inner = norkv_setup(setup, parameters);
  return norkv()->footprint(&inner, key_size, value_size);
}

static inline bool wrapped_must_accept(const struct pc_store_setup *setup, const struct pc_usage *usage,
                                       size_t key_size, size_t value_size) {
  struct pc_parameter parameters[WRAPPED_MAX_PARAMETERS];
  struct pc_store_setup inner = norkv_setup(setup, parameters);
  return norkv()->must_accept(&inner, usage, key_size, value_size);
}

/* The version of the interface that the store says it was built for. */
#ifndef WRAPPED_API
#define WRAPPED_API PC_STORE_API
#endif

/* What every spoilt store takes from here. */
#define WRAPPED_STORE                                                                                        \
  .api = WRAPPED_API, .name = "spoilt", .summary = "norkv, spoilt for a test", .maintain = wrapped_maintain, \
  .footprint = wrapped_footprint, .must_accept = wrapped_must_accept

#endif
