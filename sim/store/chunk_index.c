#include "chunk_index.h"

#include <string.h>

struct pc_chunk_key *pc_chunk_find(const struct pc_chunk *chunk, struct pc_bytes key) {
  for (uint32_t i = 0; i < chunk->key_count; i++) {
    struct pc_chunk_key *known = &chunk->keys[i];
    if (known->header.key_size == key.size && memcmp(known->bytes, key.data, key.size) == 0) {
      return known;
    }
  }
  return NULL;
}

struct pc_chunk_key *pc_chunk_add(struct pc_chunk *chunk, struct pc_bytes key) {
  if (chunk->key_count == chunk->max_keys) {
    return NULL;
  }
  struct pc_chunk_key *added = &chunk->keys[chunk->key_count++];
  *added = (struct pc_chunk_key){.header = {.key_size = (uint8_t)key.size}};
  memcpy(added->bytes, key.data, key.size);
  return added;
}

void pc_chunk_drop(struct pc_chunk *chunk, struct pc_chunk_key *key) {
  *key = chunk->keys[--chunk->key_count];
}

uint32_t pc_chunk_key_footprint(const struct pc_chunk *chunk, const struct pc_chunk_key *key) {
  return pc_chunk_size(key->header.key_size, key->header.value_size, chunk->sectors[key->sector].alignment);
}

uint32_t pc_chunk_reclaimable(const struct pc_chunk *chunk, uint32_t sector) {
  uint32_t reclaimable = chunk->sectors[sector].used - pc_chunk_sector_header_size(chunk->sectors[sector].alignment);
  for (uint32_t i = 0; i < chunk->key_count; i++) {
    const struct pc_chunk_key *key = &chunk->keys[i];
    if (key->sector == sector && !key->header.erased) {
      reclaimable -= pc_chunk_key_footprint(chunk, key);
    }
  }
  return reclaimable;
}

bool pc_chunk_is_empty(const struct pc_chunk *chunk, uint32_t sector) {
  const struct pc_chunk_sector *state = &chunk->sectors[sector];
  return state->order == PC_CHUNK_IN_USE && state->used == pc_chunk_sector_header_size(state->alignment);
}

uint32_t pc_chunk_empty_sectors(const struct pc_chunk *chunk) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < chunk->flash.sector_count; i++) {
    count += pc_chunk_is_empty(chunk, i);
  }
  return count;
}
