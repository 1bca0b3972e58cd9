/* Nothing is spoilt: what the wrapper itself does must not show. */
#include "wrapped.h"

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = wrapped_configure,
    .start = wrapped_start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
