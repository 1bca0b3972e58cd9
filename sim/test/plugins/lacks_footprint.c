/* A store that promises room, and not what its entries take of it. */
#include "wrapped.h"

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    .api = PC_STORE_API,
    .name = "roomy",
    .summary = "promises room",
    .configure = wrapped_configure,
    .start = wrapped_start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .must_accept = wrapped_must_accept,
};
