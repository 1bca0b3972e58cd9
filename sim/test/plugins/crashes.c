/* Falls over where recovery had something to mend. */
#include <stdlib.h>

#include "wrapped.h"

static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  enum pc_status status = wrapped_start(memory, setup);
  if (wrapped(memory)->flash_operations > 0) {
    abort();
  }
  return status;
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = wrapped_configure,
    .start = start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
