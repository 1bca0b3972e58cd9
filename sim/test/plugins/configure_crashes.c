/* Falls over when it is asked whether it takes its setup, and prints before that. */
#include <stdio.h>
#include <stdlib.h>

#include "wrapped.h"

static enum pc_status configure(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                                size_t size) {
  (void)setup;
  (void)promises;
  (void)message;
  (void)size;
  (void)printf("what a store prints\n");
  (void)fflush(stdout);
  abort();
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
