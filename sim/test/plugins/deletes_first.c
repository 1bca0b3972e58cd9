/* Replaces a value by deleting it first. */
#include "wrapped.h"

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  enum pc_status status = wrapped_remove(memory, key);
  return status == PC_STATUS_OK || status == PC_STATUS_NOT_FOUND ? wrapped_put(memory, key, value) : status;
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
