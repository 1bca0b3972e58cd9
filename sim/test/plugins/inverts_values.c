/* Stores values inverted, which is not the format that it claims. */
#include "wrapped.h"

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  uint8_t inverted[256];
  if (value.size > sizeof inverted) {
    return PC_STATUS_INVALID;
  }
  for (size_t i = 0; i < value.size; i++) {
    inverted[i] = (uint8_t)~value.data[i];
  }
  return wrapped_put(memory, key, (struct pc_bytes){.data = inverted, .size = value.size});
}

static enum pc_status get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  enum pc_status status = wrapped_get(memory, key, buffer, capacity, size);
  for (size_t i = 0; status == PC_STATUS_OK && i < *size; i++) {
    buffer[i] = (uint8_t)~buffer[i];
  }
  return status;
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = wrapped_configure,
    .start = wrapped_start,
    .put = put,
    .remove = wrapped_remove,
    .get = get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
