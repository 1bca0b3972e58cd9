#include "chunk_sector.h"

#include "chunk_crc.h"

static uint32_t sector_address(const struct pc_chunk *chunk, uint32_t sector) {
  return sector * chunk->flash.sector_size;
}

enum pc_status pc_chunk_reset(struct pc_chunk *chunk, uint32_t sector) {
  enum pc_status status = pc_chunk_erase(&chunk->flash, sector);
  if (status != PC_STATUS_OK) {
    return status;
  }
  chunk->sectors[sector] = (struct pc_chunk_sector){
      .order = PC_CHUNK_IN_USE,
      .used = pc_chunk_sector_header_size(chunk->alignment),
      .alignment = chunk->alignment,
  };
  uint8_t header[PC_CHUNK_HEADER_SIZE];
  pc_chunk_encode_sector(header, chunk->alignment);
  return pc_chunk_program(&chunk->flash, sector_address(chunk, sector),
                          (struct pc_bytes){.data = header, .size = sizeof header}, chunk->alignment);
}

enum pc_status pc_chunk_mark(struct pc_chunk *chunk, uint32_t sector) {
  struct pc_chunk_sector *state = &chunk->sectors[sector];
  if (state->order != PC_CHUNK_IN_USE) {
    return PC_STATUS_OK;
  }
  state->order = chunk->next_order++;
  uint8_t order[PC_CHUNK_HEADER_SIZE];
  pc_chunk_encode_order(order, state->order);
  uint32_t address = sector_address(chunk, sector) + pc_chunk_align(PC_CHUNK_HEADER_SIZE, state->alignment);
  return pc_chunk_program(&chunk->flash, address, (struct pc_bytes){.data = order, .size = sizeof order},
                          state->alignment);
}

bool pc_chunk_has_room(const struct pc_chunk *chunk, uint32_t sector, uint32_t key_size, uint32_t value_size) {
  const struct pc_chunk_sector *state = &chunk->sectors[sector];
  return state->order == PC_CHUNK_IN_USE &&
         pc_chunk_size(key_size, value_size, state->alignment) <= chunk->flash.sector_size - state->used;
}

uint32_t pc_chunk_find_room(const struct pc_chunk *chunk, uint32_t key_size, uint32_t value_size, bool keep_last) {
  bool use_empty = !keep_last || pc_chunk_empty_sectors(chunk) > 1;
  for (uint32_t i = 0; i < chunk->flash.sector_count; i++) {
    if (pc_chunk_has_room(chunk, i, key_size, value_size) && (use_empty || !pc_chunk_is_empty(chunk, i))) {
      return i;
    }
  }
  return chunk->flash.sector_count;
}

struct pc_chunk_place pc_chunk_value_place(const struct pc_chunk *chunk, const struct pc_chunk_key *key) {
  uint32_t before = pc_chunk_size(key->header.key_size, 0, chunk->sectors[key->sector].alignment);
  return (struct pc_chunk_place){
      .address = sector_address(chunk, key->sector) + key->offset + before,
      .size = key->header.value_size,
  };
}

/* Takes the room for a chunk with the key's header, and writes header and key. Whatever comes of it, the room is not
   used again: something may have been programmed there. */
static enum pc_status begin(struct pc_chunk *chunk, const struct pc_chunk_key *key) {
  struct pc_chunk_sector *state = &chunk->sectors[key->sector];
  state->used += pc_chunk_key_footprint(chunk, key);
  uint8_t header[PC_CHUNK_HEADER_SIZE];
  pc_chunk_encode_header(header, &key->header);
  uint32_t address = sector_address(chunk, key->sector) + key->offset;
  enum pc_status status = pc_chunk_program(&chunk->flash, address,
                                           (struct pc_bytes){.data = header, .size = sizeof header}, state->alignment);
  if (status != PC_STATUS_OK) {
    return status;
  }
  address += pc_chunk_align(PC_CHUNK_HEADER_SIZE, state->alignment);
  return pc_chunk_program(&chunk->flash, address, (struct pc_bytes){.data = key->bytes, .size = key->header.key_size},
                          state->alignment);
}

enum pc_status pc_chunk_append(struct pc_chunk *chunk, uint32_t sector, struct pc_chunk_key *key,
                               const struct pc_bytes *value) {
  struct pc_bytes content = value == NULL ? (struct pc_bytes){0} : *value;
  struct pc_chunk_key current = *key;
  current.sector = sector;
  current.offset = chunk->sectors[sector].used;
  current.header.erased = value == NULL;
  current.header.value_size = (uint16_t)content.size;
  current.header.crc =
      pc_chunk_crc(pc_chunk_crc(PC_CHUNK_CRC_BEGIN, key->bytes, key->header.key_size), content.data, content.size);
  enum pc_status status = begin(chunk, &current);
  if (status == PC_STATUS_OK) {
    status = pc_chunk_program(&chunk->flash, pc_chunk_value_place(chunk, &current).address, content,
                              chunk->sectors[sector].alignment);
  }
  if (status == PC_STATUS_OK) {
    *key = current;
  }
  return status;
}

enum pc_status pc_chunk_move(struct pc_chunk *chunk, uint32_t sector, struct pc_chunk_key *key) {
  struct pc_chunk_place from = pc_chunk_value_place(chunk, key);
  struct pc_chunk_key current = *key;
  current.sector = sector;
  current.offset = chunk->sectors[sector].used;
  enum pc_status status = begin(chunk, &current);
  if (status == PC_STATUS_OK) {
    status = pc_chunk_copy(&chunk->flash, from, pc_chunk_value_place(chunk, &current).address,
                           chunk->sectors[sector].alignment);
  }
  if (status == PC_STATUS_OK) {
    *key = current;
  }
  return status;
}
