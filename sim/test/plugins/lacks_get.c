/* A store that takes and never gives. */
#include "wrapped.h"

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE, .configure = wrapped_configure, .start = wrapped_start, .put = wrapped_put, .remove = wrapped_remove,
};
