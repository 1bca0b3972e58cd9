/* A sound store with a lock of its own, which every call takes and gives back: one that is called from inside itself,
   or started again while it runs, would stand still. */
#include <pthread.h>
#include <stdlib.h>

#include "forwarded.h"

static pthread_mutex_t lock; /* made by start, unmade by stop */

/* Checked: a lock that isn't there would let everything pass. */
static void *enter(void *memory) {
  if (pthread_mutex_lock(&lock) != 0) {
    abort();
  }
  return memory;
}

static enum pc_status leave(enum pc_status status) {
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
  return leave(wrapped_start(enter(memory), setup));
}

static void stop(void *memory) {
  (void)memory;
  if (pthread_mutex_destroy(&lock) != 0) {
    abort(); /* a call has it: the power went off in the middle of it */
  }
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    FORWARDED_STORE,        .name = "locks", .summary = "norkv, behind a lock",
    .configure = configure, .start = start,  .stop = stop,
};
