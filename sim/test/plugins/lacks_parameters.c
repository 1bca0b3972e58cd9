/* A store that counts parameters that it doesn't name. */
#include "wrapped.h"

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,          .parameter_count = 1, .configure = wrapped_configure,
    .start = wrapped_start, .put = wrapped_put,   .remove = wrapped_remove,
    .get = wrapped_get,
};
