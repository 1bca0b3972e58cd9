/* Iterates over all keys but the first. */
#include "wrapped.h"

struct skipping {
  pc_visit visit;
  void *context;
  bool skipped;
};

static void visit_later(void *context, struct pc_bytes key) {
  struct skipping *skipping = context;
  if (skipping->skipped) {
    skipping->visit(skipping->context, key);
  }
  skipping->skipped = true;
}

static enum pc_status iterate(void *memory, pc_visit visit, void *context) {
  struct skipping skipping = {.visit = visit, .context = context};
  return wrapped_iterate(memory, visit_later, &skipping);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = wrapped_configure,
    .start = wrapped_start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = iterate,
    .sector_report = wrapped_sector_report,
};
