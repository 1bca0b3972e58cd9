/* A sound store that takes its memory from malloc when it starts and gives it back when it stops. It sees to it that
   each start is followed by one stop before the next start, and that what it left in powercut's memory is still there.
 */
#include <stdlib.h>

#include "wrapped.h"

struct handle {
  void *taken;
};

static unsigned running; /* instances that were started and not stopped */

static void *taken(void *memory) {
  return ((struct handle *)memory)->taken;
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
  free(taken(memory));
}

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  return wrapped_put(taken(memory), key, value);
}

static enum pc_status delete_key(void *memory, struct pc_bytes key) {
  return wrapped_remove(taken(memory), key);
}

static enum pc_status get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  return wrapped_get(taken(memory), key, buffer, capacity, size);
}

static enum pc_status iterate(void *memory, pc_visit visit, void *context) {
  return wrapped_iterate(taken(memory), visit, context);
}

static enum pc_status maintain(void *memory, enum pc_maintenance level) {
  return wrapped_maintain(taken(memory), level);
}

static enum pc_status sector_report(void *memory, uint32_t sector, struct pc_sector_report *report) {
  return wrapped_sector_report(taken(memory), sector, report);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    .api = PC_STORE_API,
    .name = "allocates",
    .summary = "norkv, with its memory from malloc",
    .configure = configure,
    .start = start,
    .put = put,
    .remove = delete_key,
    .get = get,
    .iterate = iterate,
    .maintain = maintain,
    .sector_report = sector_report,
    .stop = stop,
    .footprint = wrapped_footprint,
    .must_accept = wrapped_must_accept,
};
