/* A sound store that keeps all it knows in globals and needs no memory from powercut. */
#include <stdlib.h>

#include "wrapped.h"

static _Alignas(16) uint8_t state[65536];

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  if (promises->memory_size > sizeof state) {
    abort();
  }
  promises->memory_size = 0;
  promises->self_contained = false;
  return status;
}

static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  (void)memory;
  return wrapped_start(state, setup);
}

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  (void)memory;
  return wrapped_put(state, key, value);
}

static enum pc_status delete_key(void *memory, struct pc_bytes key) {
  (void)memory;
  return wrapped_remove(state, key);
}

static enum pc_status get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  (void)memory;
  return wrapped_get(state, key, buffer, capacity, size);
}

static enum pc_status iterate(void *memory, pc_visit visit, void *context) {
  (void)memory;
  return wrapped_iterate(state, visit, context);
}

static enum pc_status maintain(void *memory, enum pc_maintenance level) {
  (void)memory;
  return wrapped_maintain(state, level);
}

static enum pc_status sector_report(void *memory, uint32_t sector, struct pc_sector_report *report) {
  (void)memory;
  return wrapped_sector_report(state, sector, report);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    .api = PC_STORE_API,
    .name = "globals",
    .summary = "norkv, with its state in globals",
    .configure = configure,
    .start = start,
    .put = put,
    .remove = delete_key,
    .get = get,
    .iterate = iterate,
    .maintain = maintain,
    .sector_report = sector_report,
    .footprint = wrapped_footprint,
    .must_accept = wrapped_must_accept,
};
