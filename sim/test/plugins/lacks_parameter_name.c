/* A store of whose parameters one has no name. */
#include "wrapped.h"

static const struct pc_parameter_info parameters[] = {{"size", "1", "of it"}, {NULL, "2", "of nothing"}};

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,          .parameters = parameters, .parameter_count = 2,     .configure = wrapped_configure,
    .start = wrapped_start, .put = wrapped_put,       .remove = wrapped_remove, .get = wrapped_get,
};
