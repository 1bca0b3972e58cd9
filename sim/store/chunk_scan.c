#include "chunk_scan.h"

#include "chunk_crc.h"
#include "chunk_sector.h"

/* A chunk that the scan came by: where, and what its header says. */
struct found {
  uint32_t sector, offset;
  struct pc_chunk_header header;
};

static enum pc_status read_order(struct pc_chunk *chunk, uint32_t sector) {
  struct pc_chunk_sector *state = &chunk->sectors[sector];
  uint8_t bytes[PC_CHUNK_HEADER_SIZE];
  uint32_t address = sector * chunk->flash.sector_size + pc_chunk_align(PC_CHUNK_HEADER_SIZE, state->alignment);
  enum pc_status status = pc_chunk_read(&chunk->flash, address, bytes, sizeof bytes);
  if (status != PC_STATUS_OK) {
    return status;
  }
  state->order = pc_chunk_decode_order(bytes);
  if (state->order != PC_CHUNK_IN_USE && state->order >= chunk->next_order) {
    chunk->next_order = state->order + 1;
  }
  return PC_STATUS_OK;
}

/* Whether this part can have written a sector of this alignment, and has room for a mark and a chunk in it. */
static bool fits_part(const struct pc_chunk *chunk, uint32_t alignment) {
  return pc_chunk_align(PC_CHUNK_HEADER_SIZE, alignment) % chunk->flash.program_unit == 0 &&
         pc_chunk_sector_header_size(alignment) < chunk->flash.sector_size;
}

static enum pc_status read_sector_header(struct pc_chunk *chunk, uint32_t sector) {
  struct pc_chunk_sector *state = &chunk->sectors[sector];
  uint8_t bytes[PC_CHUNK_HEADER_SIZE];
  enum pc_status status = pc_chunk_read(&chunk->flash, sector * chunk->flash.sector_size, bytes, sizeof bytes);
  if (status != PC_STATUS_OK) {
    return status;
  }
  switch (pc_chunk_decode_sector(bytes, &state->alignment)) {
    case PC_CHUNK_BLANK:
    case PC_CHUNK_FOREIGN:
      return pc_chunk_reset(chunk, sector);
    case PC_CHUNK_UNKNOWN:
      return PC_STATUS_FAILED;
    case PC_CHUNK_FOUND:
      break;
  }
  return fits_part(chunk, state->alignment) ? read_order(chunk, sector) : PC_STATUS_FAILED;
}

/* Reads a chunk's key, and whether the chunk is what its checksum says. */
static enum pc_status check_chunk(const struct pc_chunk *chunk, const struct found *found, uint8_t *key, bool *good) {
  *good = found->header.key_size > 0 && found->header.value_size <= PC_CHUNK_MAX_VALUE;
  if (!*good) {
    return PC_STATUS_OK;
  }
  uint32_t alignment = chunk->sectors[found->sector].alignment;
  uint32_t address = found->sector * chunk->flash.sector_size + found->offset;
  enum pc_status status = pc_chunk_read(&chunk->flash, address + pc_chunk_align(PC_CHUNK_HEADER_SIZE, alignment), key,
                                        found->header.key_size);
  if (status != PC_STATUS_OK) {
    return status;
  }
  uint16_t crc = pc_chunk_crc(PC_CHUNK_CRC_BEGIN, key, found->header.key_size);
  struct pc_chunk_place value = {.address = address + pc_chunk_size(found->header.key_size, 0, alignment),
                                 .size = found->header.value_size};
  status = pc_chunk_crc_of(&chunk->flash, value, &crc);
  *good = crc == found->header.crc;
  return status;
}

/* Takes a chunk into the index if it is good and newer than what is there. A damaged one is passed over. */
static enum pc_status take(struct pc_chunk *chunk, const struct found *found) {
  uint8_t bytes[PC_CHUNK_MAX_KEY];
  bool good;
  enum pc_status status = check_chunk(chunk, found, bytes, &good);
  if (status != PC_STATUS_OK || !good) {
    return status;
  }
  struct pc_bytes name = {.data = bytes, .size = found->header.key_size};
  struct pc_chunk_key *key = pc_chunk_find(chunk, name);
  bool newer = key == NULL || key->sector == found->sector ||
               chunk->sectors[found->sector].order > chunk->sectors[key->sector].order;
  if (!newer) {
    return PC_STATUS_OK;
  }
  if (key == NULL) {
    key = pc_chunk_add(chunk, name);
    if (key == NULL) {
      return PC_STATUS_FAILED;
    }
  }
  key->sector = found->sector;
  key->offset = found->offset;
  key->header = found->header;
  return PC_STATUS_OK;
}

/* Reads the chunk header at `*offset` and takes the chunk. False in `*more`: the scan ends, and `*offset` is where the
   next chunk goes; the sector's size if none may, since what is there isn't blank. */
static enum pc_status scan_chunk(struct pc_chunk *chunk, uint32_t sector, uint32_t *offset, bool *more) {
  uint8_t bytes[PC_CHUNK_HEADER_SIZE];
  struct found found = {.sector = sector, .offset = *offset};
  enum pc_status status =
      pc_chunk_read(&chunk->flash, sector * chunk->flash.sector_size + *offset, bytes, sizeof bytes);
  if (status != PC_STATUS_OK) {
    return status;
  }
  enum pc_chunk_sight sight = pc_chunk_decode_header(bytes, &found.header);
  *more = sight == PC_CHUNK_FOUND;
  if (sight == PC_CHUNK_BLANK) {
    return PC_STATUS_OK;
  }
  uint32_t room = chunk->flash.sector_size - *offset;
  uint32_t size =
      *more ? pc_chunk_size(found.header.key_size, found.header.value_size, chunk->sectors[sector].alignment) : 0;
  if (!*more || size > room) {
    *more = false;
    *offset = chunk->flash.sector_size;
    return PC_STATUS_OK;
  }
  *offset += size;
  return take(chunk, &found);
}

static enum pc_status scan_sector(struct pc_chunk *chunk, uint32_t sector) {
  struct pc_chunk_sector *state = &chunk->sectors[sector];
  uint32_t offset = pc_chunk_sector_header_size(state->alignment);
  uint32_t least = pc_chunk_align(PC_CHUNK_HEADER_SIZE, state->alignment);
  bool more = true;
  while (more && least <= chunk->flash.sector_size - offset) {
    enum pc_status status = scan_chunk(chunk, sector, &offset, &more);
    if (status != PC_STATUS_OK) {
      return status;
    }
  }
  /* A sector of another alignment is read, but nothing more is written to it. */
  state->used = state->alignment == chunk->alignment ? offset : chunk->flash.sector_size;
  return PC_STATUS_OK;
}

enum pc_status pc_chunk_scan(struct pc_chunk *chunk) {
  /* All the orders first: they decide between chunks of different sectors. */
  for (uint32_t i = 0; i < chunk->flash.sector_count; i++) {
    enum pc_status status = read_sector_header(chunk, i);
    if (status != PC_STATUS_OK) {
      return status;
    }
  }
  for (uint32_t i = 0; i < chunk->flash.sector_count; i++) {
    enum pc_status status = scan_sector(chunk, i);
    if (status != PC_STATUS_OK) {
      return status;
    }
  }
  return PC_STATUS_OK;
}
