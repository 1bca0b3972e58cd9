/* Writes behind its memory where recovery had something to mend. */
#include "wrapped.h"

/* norkv's part is at the end of what the store asked for, and the guard is behind it. */
static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  enum pc_status status = wrapped_start(memory, setup);
  struct pc_store_promises promises;
  char message[256];
  if (wrapped(memory)->flash_operations > 0 &&
      wrapped_configure(setup, &promises, message, sizeof message) == PC_STATUS_OK) {
    memset((uint8_t *)memory + promises.memory_size, 0, 16);
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
