/* Falls over as soon as it is loaded. */
#include <stdlib.h>

#include "powercut/store.h"

__attribute__((constructor)) static void fall_over(void) {
  abort();
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {.api = PC_STORE_API, .name = "constructor_crashes", .summary = "never there"};
