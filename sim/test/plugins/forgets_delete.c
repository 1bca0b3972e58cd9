/* Notes the latest delete in RAM only. */
#include "wrapped.h"

static bool is_deleted(void *memory, struct pc_bytes key) {
  struct wrapped *self = wrapped(memory);
  return self->key_size == key.size && memcmp(self->key, key.data, key.size) == 0;
}

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  if (is_deleted(memory, key)) {
    wrapped(memory)->key_size = 0;
  }
  return wrapped_put(memory, key, value);
}

static enum pc_status delete_key(void *memory, struct pc_bytes key) {
  struct wrapped *self = wrapped(memory);
  if (self->key_size != 0 && !is_deleted(memory, key)) {
    struct pc_bytes before = {.data = self->key, .size = self->key_size};
    enum pc_status status = wrapped_remove(memory, before);
    if (status != PC_STATUS_OK && status != PC_STATUS_NOT_FOUND) {
      return status;
    }
  }
  memcpy(self->key, key.data, key.size);
  self->key_size = key.size;
  return PC_STATUS_OK;
}

static enum pc_status get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  return is_deleted(memory, key) ? PC_STATUS_NOT_FOUND : wrapped_get(memory, key, buffer, capacity, size);
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
