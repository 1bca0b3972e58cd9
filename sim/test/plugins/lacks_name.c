/* A store without a name. */
#include "powercut/store.h"

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {.api = PC_STORE_API, .summary = "what would it be called?"};
