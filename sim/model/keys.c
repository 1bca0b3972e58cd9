#include "keys.h"

#include <stdlib.h>
#include <xxhash.h>

static size_t slot_of(const struct pc_keys *keys, struct pc_bytes key) {
  size_t slot = (size_t)XXH3_64bits(key.data, key.size) & keys->mask;
  while (keys->slots[slot] != PC_NO_KEY && !pc_bytes_equal(keys->workload->keys[keys->slots[slot]], key)) {
    slot = (slot + 1) & keys->mask;
  }
  return slot;
}

enum pc_result pc_keys_open(struct pc_keys *keys, const struct pc_workload *workload, struct pc_error *error) {
  size_t size = 16;
  while (size < (size_t)workload->key_count * 2) {
    size *= 2;
  }
  *keys = (struct pc_keys){.workload = workload, .mask = size - 1};
  keys->slots = malloc(size * sizeof *keys->slots);
  if (keys->slots == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t i = 0; i < size; i++) {
    keys->slots[i] = PC_NO_KEY;
  }
  for (uint32_t key = 0; key < workload->key_count; key++) {
    keys->slots[slot_of(keys, workload->keys[key])] = key;
  }
  return PC_OK;
}

void pc_keys_close(struct pc_keys *keys) {
  free(keys->slots);
  *keys = (struct pc_keys){0};
}

uint32_t pc_keys_find(const struct pc_keys *keys, struct pc_bytes key) {
  return keys->slots[slot_of(keys, key)];
}
