/* Prints whenever it is called: that is no result of the command. */
#include <stdio.h>

#include "wrapped.h"

static void print(void) {
  (void)printf("{\"what a store\": \"prints\"}\n");
  (void)fflush(stdout);
}

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  print();
  return wrapped_configure(setup, promises, message, size);
}

static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  print();
  return wrapped_start(memory, setup);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = configure,
    .start = start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
