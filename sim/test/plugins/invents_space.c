/* Claims more free space than there is. */
#include "wrapped.h"

static enum pc_status sector_report(void *memory, uint32_t sector, struct pc_sector_report *report) {
  enum pc_status status = wrapped_sector_report(memory, sector, report);
  report->free_bytes = wrapped(memory)->flash.sector_size;
  return status;
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = wrapped_configure,
    .start = wrapped_start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = sector_report,
};
