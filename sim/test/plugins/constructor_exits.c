/* Takes its process along as soon as it is loaded, as if all were well. */
#include <stdlib.h>

#include "powercut/store.h"

__attribute__((constructor)) static void leave(void) {
  exit(0);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {.api = PC_STORE_API, .name = "constructor_exits", .summary = "never there"};
