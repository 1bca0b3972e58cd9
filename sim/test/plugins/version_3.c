/* Built for the oldest version of the interface that is taken. */
#define WRAPPED_API 3u
#include "wrapped.h"

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {WRAPPED_STORE,
                                        .configure = wrapped_configure,
                                        .start = wrapped_start,
                                        .put = wrapped_put,
                                        .remove = wrapped_remove,
                                        .get = wrapped_get,
                                        .iterate = wrapped_iterate};
