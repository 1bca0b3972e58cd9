/* Promises two copies and keeps one. */
#include "wrapped.h"

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  promises->redundancy = 2;
  return status;
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = configure,
    .start = wrapped_start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
