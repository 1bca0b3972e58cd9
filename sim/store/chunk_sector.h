/* What is written to sectors: headers, marks, chunks. */
#ifndef PC_CHUNK_SECTOR_H
#define PC_CHUNK_SECTOR_H

#include "chunk_flash.h"
#include "chunk_index.h"

/* Erases a sector and writes its header. Precondition: no key is in it. */
enum pc_status pc_chunk_reset(struct pc_chunk *chunk, uint32_t sector);

/* Marks a sector for cleaning with the next clean order, unless it is marked. It takes no chunks from then on. */
enum pc_status pc_chunk_mark(struct pc_chunk *chunk, uint32_t sector);

/* Whether a sector takes a chunk of these sizes. */
bool pc_chunk_has_room(const struct pc_chunk *chunk, uint32_t sector, uint32_t key_size, uint32_t value_size);

/* The first sector that does; with `keep_last`, the last empty one has no room. The sector count: there is none. */
uint32_t pc_chunk_find_room(const struct pc_chunk *chunk, uint32_t key_size, uint32_t value_size, bool keep_last);

/* Appends a chunk to a sector that has room for it and makes it the key's current one: `key` has its bytes and their
   size. A `value` of NULL: the key is erased. Where the port fails, the key stays as it was and the room is lost. */
enum pc_status pc_chunk_append(struct pc_chunk *chunk, uint32_t sector, struct pc_chunk_key *key,
                               const struct pc_bytes *value);

/* The same with the chunk that is the key's current one. */
enum pc_status pc_chunk_move(struct pc_chunk *chunk, uint32_t sector, struct pc_chunk_key *key);

/* Where a key's value is. */
struct pc_chunk_place pc_chunk_value_place(const struct pc_chunk *chunk, const struct pc_chunk_key *key);

#endif
