/* Falls over at the third put of a run, without any cut. */
#include <stdlib.h>

#include "wrapped.h"

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  if (++wrapped(memory)->value_size == 3) {
    abort();
  }
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
