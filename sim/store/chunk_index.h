/* The chunk store in RAM: the index of keys, and what is known of each sector. */
#ifndef PC_CHUNK_INDEX_H
#define PC_CHUNK_INDEX_H

#include "chunk_format.h"
#include "powercut/store.h"

/* A key and its current chunk. An erased key keeps its place until its sector is cleaned. */
struct pc_chunk_key {
  uint32_t sector;
  uint32_t offset; /* of the chunk's header, bytes in the sector */
  struct pc_chunk_header header;
  uint8_t bytes[PC_CHUNK_MAX_KEY];
};

struct pc_chunk_sector {
  uint64_t order;     /* clean order; PC_CHUNK_IN_USE: not marked for cleaning */
  uint32_t used;      /* offset where the next chunk goes; the sector's size where none may follow */
  uint16_t alignment; /* its chunks', bytes */
};

struct pc_chunk {
  struct pc_flash flash;
  uint16_t alignment; /* of sectors that get their header from here on */
  uint32_t max_keys;
  uint32_t key_count;
  uint64_t next_order;
  struct pc_chunk_sector *sectors; /* flash.sector_count */
  struct pc_chunk_key *keys;       /* max_keys, the first key_count of them filled in, in no order */
};

/* NULL: there is no such key, not even as an erased one. */
struct pc_chunk_key *pc_chunk_find(const struct pc_chunk *chunk, struct pc_bytes key);

/* A new place in the index, filled in with the key's bytes; NULL: the index is full. */
struct pc_chunk_key *pc_chunk_add(struct pc_chunk *chunk, struct pc_bytes key);

/* Forgets a key; the last one takes its place. */
void pc_chunk_drop(struct pc_chunk *chunk, struct pc_chunk_key *key);

/* Bytes of a key's current chunk on flash. */
uint32_t pc_chunk_key_footprint(const struct pc_chunk *chunk, const struct pc_chunk_key *key);

/* Bytes of a sector that no current chunk of a key that isn't erased needs: what cleaning it gains. */
uint32_t pc_chunk_reclaimable(const struct pc_chunk *chunk, uint32_t sector);

bool pc_chunk_is_empty(const struct pc_chunk *chunk, uint32_t sector);
uint32_t pc_chunk_empty_sectors(const struct pc_chunk *chunk);

#endif
