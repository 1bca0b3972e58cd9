/* Writes a live key again whenever it starts. */
#include "wrapped.h"

struct first_key {
  uint8_t bytes[64];
  size_t size;
};

static void keep_first(void *context, struct pc_bytes key) {
  struct first_key *first = context;
  if (first->size == 0 && key.size <= sizeof first->bytes) {
    memcpy(first->bytes, key.data, key.size);
    first->size = key.size;
  }
}

static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  enum pc_status status = wrapped_start(memory, setup);
  struct first_key first = {0};
  if (status == PC_STATUS_OK) {
    status = wrapped_iterate(memory, keep_first, &first);
  }
  if (status != PC_STATUS_OK || first.size == 0) {
    return status;
  }
  struct wrapped *self = wrapped(memory);
  struct pc_bytes key = {.data = first.bytes, .size = first.size};
  size_t size;
  status = wrapped_get(memory, key, self->value, sizeof self->value, &size);
  return status == PC_STATUS_OK ? wrapped_put(memory, key, (struct pc_bytes){.data = self->value, .size = size})
                                : status;
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = wrapped_configure,
    .start = start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
