/* Built for an interface of another version: what follows its first field is not looked at. */
#include "powercut/store.h"

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {.api = PC_STORE_API + 1};
