/* Programs ones over what is there before each put. */
#include "wrapped.h"

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  struct wrapped *self = wrapped(memory);
  uint8_t ones[256];
  memset(ones, 0xFF, sizeof ones);
  (void)wrapped_program(self, 0, ones, self->flash.program_unit);
  return wrapped_put(memory, key, value);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = wrapped_configure,
    .start = wrapped_start,
    .put = put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
