/* Takes no more puts where recovery had something to mend. */
#include "wrapped.h"

static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  enum pc_status status = wrapped_start(memory, setup);
  wrapped(memory)->value_size = wrapped(memory)->flash_operations > 0;
  return status;
}

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  return wrapped(memory)->value_size == 1 ? PC_STATUS_FULL : wrapped_put(memory, key, value);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = wrapped_configure,
    .start = start,
    .put = put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
