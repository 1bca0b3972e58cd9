#include "powercut/stores.h"

#include <string.h>

#include "chunk_store.h"
#include "norkv_store.h"

static const struct pc_store *const stores[] = {&pc_norkv_store, &pc_chunk_store};

size_t pc_store_count(void) {
  return sizeof stores / sizeof stores[0];
}

const struct pc_store *pc_store_at(size_t index) {
  return stores[index];
}

const struct pc_store *pc_store_named(const char *name) {
  for (size_t i = 0; i < pc_store_count(); i++) {
    if (strcmp(stores[i]->name, name) == 0) {
      return stores[i];
    }
  }
  return NULL;
}
