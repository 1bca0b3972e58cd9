#include "seen.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 1024u

/* 0 stands for an empty slot. */
static uint64_t stored(uint64_t hash) {
  return hash == 0 ? 1 : hash;
}

static size_t find(const struct pc_seen *seen, uint64_t hash) {
  size_t slot = (size_t)hash & (seen->capacity - 1);
  while (seen->slots[slot] != 0 && seen->slots[slot] != hash) {
    slot = (slot + 1) & (seen->capacity - 1);
  }
  return slot;
}

void pc_seen_free(struct pc_seen *seen) {
  free(seen->slots);
  *seen = (struct pc_seen){0};
}

void pc_seen_clear(struct pc_seen *seen) {
  if (seen->count > 0) {
    memset(seen->slots, 0, seen->capacity * sizeof *seen->slots);
    seen->count = 0;
  }
}

bool pc_seen_has(const struct pc_seen *seen, uint64_t hash) {
  return seen->count > 0 && seen->slots[find(seen, stored(hash))] != 0;
}

static enum pc_result grow(struct pc_seen *seen, struct pc_error *error) {
  struct pc_seen grown = {.capacity = seen->capacity == 0 ? FIRST_CAPACITY : seen->capacity * 2, .count = seen->count};
  grown.slots = calloc(grown.capacity, sizeof *grown.slots);
  if (grown.slots == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t i = 0; i < seen->capacity; i++) {
    if (seen->slots[i] != 0) {
      grown.slots[find(&grown, seen->slots[i])] = seen->slots[i];
    }
  }
  free(seen->slots);
  *seen = grown;
  return PC_OK;
}

enum pc_result pc_seen_add(struct pc_seen *seen, uint64_t hash, struct pc_error *error) {
  if (seen->count == PC_SEEN_MOST) {
    pc_seen_clear(seen);
  }
  if (seen->count >= seen->capacity / 2) {
    enum pc_result result = grow(seen, error);
    if (result != PC_OK) {
      return result;
    }
  }
  uint64_t value = stored(hash);
  size_t slot = find(seen, value);
  seen->count += seen->slots[slot] == 0;
  seen->slots[slot] = value;
  return PC_OK;
}
