/* A sound store that takes its memory from malloc when it starts and gives it back when it stops. It sees to it that
   each start is followed by one stop before the next start, and that what it left in powercut's memory is still there.
 */
#include <stdlib.h>

#include "forwarded.h"

struct handle {
  void *taken;
};

static unsigned running; /* instances that were started and not stopped */

static void *enter(void *memory) {
  return ((struct handle *)memory)->taken;
}

static enum pc_status leave(enum pc_status status) {
  return status;
}

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  promises->memory_size = sizeof(struct handle);
  promises->self_contained = false;
  return status;
}

static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  struct pc_store_promises promises;
  char message[256];
  if (running++ != 0) {
    abort();
  }
  struct handle *handle = memory;
  handle->taken = NULL;
  enum pc_status status = wrapped_configure(setup, &promises, message, sizeof message);
  if (status != PC_STATUS_OK) {
    return status;
  }
  handle->taken = malloc(promises.memory_size);
  return handle->taken == NULL ? PC_STATUS_FAILED : wrapped_start(handle->taken, setup);
}

static void stop(void *memory) {
  if (running-- != 1) {
    abort();
  }
  free(enter(memory));
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    FORWARDED_STORE,        .name = "allocates", .summary = "norkv, with its memory from malloc",
    .configure = configure, .start = start,      .stop = stop,
};
