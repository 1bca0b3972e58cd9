/* Erases the first blank sector once more before each put, and says that it wears evenly. */
#include "wrapped.h"

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  promises->wear_spread = 1;
  return status;
}

static bool is_blank(struct wrapped *self, uint32_t address) {
  uint8_t bytes[16];
  for (uint32_t offset = 0; offset < self->flash.sector_size; offset += sizeof bytes) {
    (void)wrapped_read(self, address + offset, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
      if (bytes[i] != 0xFF) {
        return false;
      }
    }
  }
  return true;
}

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  struct wrapped *self = wrapped(memory);
  uint32_t sector = 0;
  while (sector < self->flash.sector_count && !is_blank(self, sector * self->flash.sector_size)) {
    sector++;
  }
  if (sector < self->flash.sector_count) {
    (void)wrapped_erase(self, sector * self->flash.sector_size);
  }
  return wrapped_put(memory, key, value);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = configure,
    .start = wrapped_start,
    .put = put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
