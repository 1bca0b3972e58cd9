/* A sound store that has only what every store must have: no iteration, no maintenance, no room promise, no layout,
   no bounds. */
#include "wrapped.h"

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  promises->has_layout = false;
  promises->redundancy = 0;
  memset(promises->bounds, 0, sizeof promises->bounds);
  return status;
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    .api = PC_STORE_API,
    .name = "least",
    .summary = "norkv, with no more than is required",
    .configure = configure,
    .start = wrapped_start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
};
