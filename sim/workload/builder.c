#include "builder.h"

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "powercut/random.h"

struct pc_builder pc_builder_resume(const struct pc_workload *workload) {
  return (struct pc_builder){.workload = *workload, .operation_capacity = workload->operation_count};
}

bool pc_builder_bytes(struct pc_builder *builder, size_t size, uint8_t **bytes) {
  *bytes = NULL;
  if (size == 0) {
    return true;
  }
  *bytes = pc_arena_take(&builder->workload.arena, size);
  return *bytes != NULL;
}

static uint64_t hash_key(struct pc_bytes key) {
  uint64_t hash = key.size;
  for (size_t at = 0; at < key.size; at += 8) {
    uint64_t word = 0;
    memcpy(&word, key.data + at, key.size - at < 8 ? key.size - at : 8);
    hash = pc_random_mix(hash, word);
  }
  return hash;
}

/* The slot that holds the key, or the free one where it belongs. The table is never full. */
static uint32_t find_slot(const struct pc_builder *builder, struct pc_bytes key) {
  uint32_t mask = builder->slot_count - 1;
  uint32_t slot = (uint32_t)hash_key(key) & mask;
  while (builder->slots[slot] != 0 && !pc_bytes_equal(builder->workload.keys[builder->slots[slot] - 1], key)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

/* Makes room for one more key: at most half of the slots are in use, so probing stays short. */
static bool reserve_key(struct pc_builder *builder) {
  if (builder->workload.key_count < builder->key_capacity) {
    return true;
  }
  uint32_t capacity = 64;
  while (capacity <= builder->workload.key_count) {
    capacity *= 2;
  }
  struct pc_bytes *keys = realloc(builder->workload.keys, capacity * sizeof *keys);
  if (keys == NULL) {
    return false;
  }
  builder->workload.keys = keys;
  uint32_t *slots = calloc((size_t)capacity * 2, sizeof *slots);
  if (slots == NULL) {
    return false;
  }
  free(builder->slots);
  builder->slots = slots;
  builder->slot_count = capacity * 2;
  builder->key_capacity = capacity;
  for (uint32_t i = 0; i < builder->workload.key_count; i++) {
    builder->slots[find_slot(builder, keys[i])] = i + 1;
  }
  return true;
}

bool pc_builder_key(struct pc_builder *builder, struct pc_bytes key, uint32_t *index) {
  if (!reserve_key(builder)) {
    return false;
  }
  uint32_t slot = find_slot(builder, key);
  if (builder->slots[slot] != 0) {
    *index = builder->slots[slot] - 1;
    return true;
  }
  uint8_t *copy;
  if (!pc_builder_bytes(builder, key.size, &copy)) {
    return false;
  }
  if (key.size > 0) {
    memcpy(copy, key.data, key.size);
  }
  *index = builder->workload.key_count++;
  builder->workload.keys[*index] = (struct pc_bytes){copy, key.size};
  builder->slots[slot] = *index + 1;
  return true;
}

bool pc_builder_add(struct pc_builder *builder, const struct pc_operation *operation) {
  struct pc_workload *workload = &builder->workload;
  if (workload->operation_count == builder->operation_capacity) {
    uint32_t capacity = builder->operation_capacity == 0 ? 256 : builder->operation_capacity * 2;
    struct pc_operation *operations = realloc(workload->operations, capacity * sizeof *operations);
    if (operations == NULL) {
      return false;
    }
    workload->operations = operations;
    builder->operation_capacity = capacity;
  }
  workload->operations[workload->operation_count++] = *operation;
  return true;
}

struct pc_workload pc_builder_finish(struct pc_builder *builder) {
  struct pc_workload workload = builder->workload;
  free(builder->slots);
  *builder = (struct pc_builder){0};
  return workload;
}

void pc_builder_abandon(struct pc_builder *builder) {
  struct pc_workload workload = pc_builder_finish(builder);
  pc_workload_free(&workload);
}
