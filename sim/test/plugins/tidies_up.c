/* Collects all garbage after each put, and says that a put is one program. */
#include "wrapped.h"

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  promises->bounds[PC_CALL_PUT].flash_operations = 1;
  return status;
}

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  enum pc_status status = wrapped_put(memory, key, value);
  (void)wrapped_maintain(memory, PC_MAINTAIN_HEAVY);
  return status;
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
