/* Acknowledges a put before it writes it: that comes with the next one. */
#include "wrapped.h"

static enum pc_status flush(void *memory) {
  struct wrapped *self = wrapped(memory);
  if (self->key_size == 0) {
    return PC_STATUS_OK;
  }
  struct pc_bytes key = {.data = self->key, .size = self->key_size};
  struct pc_bytes value = {.data = self->value, .size = self->value_size};
  self->key_size = 0;
  return wrapped_put(memory, key, value);
}

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  struct wrapped *self = wrapped(memory);
  enum pc_status status = flush(memory);
  if (status != PC_STATUS_OK || key.size > sizeof self->key || value.size > sizeof self->value) {
    return status == PC_STATUS_OK ? PC_STATUS_INVALID : status;
  }
  memcpy(self->key, key.data, key.size);
  self->key_size = key.size;
  if (value.size > 0) {
    memcpy(self->value, value.data, value.size);
  }
  self->value_size = value.size;
  return PC_STATUS_OK;
}

static enum pc_status delete_key(void *memory, struct pc_bytes key) {
  enum pc_status status = flush(memory);
  return status == PC_STATUS_OK ? wrapped_remove(memory, key) : status;
}

static enum pc_status get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  struct wrapped *self = wrapped(memory);
  if (self->key_size == key.size && memcmp(self->key, key.data, key.size) == 0 && self->value_size <= capacity) {
    memcpy(buffer, self->value, self->value_size);
    *size = self->value_size;
    return PC_STATUS_OK;
  }
  return wrapped_get(memory, key, buffer, capacity, size);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = wrapped_configure,
    .start = wrapped_start,
    .put = put,
    .remove = delete_key,
    .get = get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
