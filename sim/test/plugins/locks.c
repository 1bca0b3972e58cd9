/* A sound store with a lock of its own, which every call takes and gives back: one that is called from inside itself,
   or started again while it runs, would stand still. */
#include <pthread.h>
#include <stdlib.h>

#include "wrapped.h"

static pthread_mutex_t lock; /* made by start, unmade by stop */

/* Checked: a lock that isn't there would let everything pass. */
static void take(void) {
  if (pthread_mutex_lock(&lock) != 0) {
    abort();
  }
}

static enum pc_status give_back(enum pc_status status) {
  if (pthread_mutex_unlock(&lock) != 0) {
    abort();
  }
  return status;
}

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  enum pc_status status = wrapped_configure(setup, promises, message, size);
  promises->self_contained = false;
  return status;
}

static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  if (pthread_mutex_init(&lock, NULL) != 0) {
    return PC_STATUS_FAILED;
  }
  take();
  return give_back(wrapped_start(memory, setup));
}

static void stop(void *memory) {
  (void)memory;
  if (pthread_mutex_destroy(&lock) != 0) {
    abort(); /* a call has it: the power went off in the middle of it */
  }
}

static enum pc_status put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  take();
  return give_back(wrapped_put(memory, key, value));
}

static enum pc_status delete_key(void *memory, struct pc_bytes key) {
  take();
  return give_back(wrapped_remove(memory, key));
}

static enum pc_status get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  take();
  return give_back(wrapped_get(memory, key, buffer, capacity, size));
}

static enum pc_status iterate(void *memory, pc_visit visit, void *context) {
  take();
  return give_back(wrapped_iterate(memory, visit, context));
}

static enum pc_status maintain(void *memory, enum pc_maintenance level) {
  take();
  return give_back(wrapped_maintain(memory, level));
}

static enum pc_status sector_report(void *memory, uint32_t sector, struct pc_sector_report *report) {
  take();
  return give_back(wrapped_sector_report(memory, sector, report));
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    .api = PC_STORE_API,
    .name = "locks",
    .summary = "norkv, behind a lock",
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
