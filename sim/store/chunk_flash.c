#include "chunk_flash.h"

#include <string.h>

#include "chunk_crc.h"
#include "chunk_format.h"

/* Bytes that are read at a time; every alignment and every read unit that there is fits. */
#define PIECE_SIZE 256u

static enum pc_status status_of(int flash_status) {
  return flash_status == PC_FLASH_OK ? PC_STATUS_OK : PC_STATUS_FLASH_ERROR;
}

/* Reads the units that hold some of the bytes asked for, and hands those on: at most PIECE_SIZE of them at a time. */
static enum pc_status read_units(const struct pc_flash *flash, uint32_t address, uint8_t *data, size_t size) {
  uint8_t units[PIECE_SIZE];
  const size_t most = sizeof units / flash->read_unit * flash->read_unit;
  while (size > 0) {
    size_t before = address % flash->read_unit;
    size_t part = size < most - before ? size : most - before;
    size_t whole = (before + part + flash->read_unit - 1) / flash->read_unit * flash->read_unit;
    enum pc_status status = status_of(flash->read(flash->context, address - (uint32_t)before, units, whole));
    if (status != PC_STATUS_OK) {
      return status;
    }
    memcpy(data, units + before, part);
    address += (uint32_t)part;
    data += part;
    size -= part;
  }
  return PC_STATUS_OK;
}

enum pc_status pc_chunk_read(const struct pc_flash *flash, uint32_t address, void *data, size_t size) {
  return flash->read_unit > 1 ? read_units(flash, address, data, size)
                              : status_of(flash->read(flash->context, address, data, size));
}

enum pc_status pc_chunk_erase(const struct pc_flash *flash, uint32_t sector) {
  return status_of(flash->erase(flash->context, sector * flash->sector_size));
}

static enum pc_status program_pages(const struct pc_flash *flash, uint32_t address, const uint8_t *data,
                                    uint32_t size) {
  while (size > 0) {
    uint32_t room = flash->page_size == 0 ? size : flash->page_size - address % flash->page_size;
    uint32_t part = size < room ? size : room;
    enum pc_status status = status_of(flash->program(flash->context, address, data, part));
    if (status != PC_STATUS_OK) {
      return status;
    }
    address += part;
    data += part;
    size -= part;
  }
  return PC_STATUS_OK;
}

enum pc_status pc_chunk_program(const struct pc_flash *flash, uint32_t address, struct pc_bytes data,
                                uint32_t alignment) {
  uint32_t size = (uint32_t)data.size;
  uint32_t whole = size / alignment * alignment;
  enum pc_status status = program_pages(flash, address, data.data, whole);
  if (status != PC_STATUS_OK || whole == size) {
    return status;
  }
  uint8_t tail[PC_CHUNK_MAX_ALIGNMENT] = {0};
  memcpy(tail, data.data + whole, size - whole);
  return program_pages(flash, address + whole, tail, alignment);
}

/* Takes the next bytes of `place` into `piece`: at most `limit`. */
static enum pc_status read_piece(const struct pc_flash *flash, struct pc_chunk_place *place, uint32_t limit,
                                 uint8_t *piece, uint32_t *size) {
  *size = place->size < limit ? place->size : limit;
  enum pc_status status = pc_chunk_read(flash, place->address, piece, *size);
  place->address += *size;
  place->size -= *size;
  return status;
}

enum pc_status pc_chunk_crc_of(const struct pc_flash *flash, struct pc_chunk_place place, uint16_t *crc) {
  enum pc_status status = PC_STATUS_OK;
  while (place.size > 0 && status == PC_STATUS_OK) {
    uint8_t piece[PIECE_SIZE];
    uint32_t size;
    status = read_piece(flash, &place, PIECE_SIZE, piece, &size);
    if (status == PC_STATUS_OK) {
      *crc = pc_chunk_crc(*crc, piece, size);
    }
  }
  return status;
}

enum pc_status pc_chunk_compare(const struct pc_flash *flash, struct pc_chunk_place place, struct pc_bytes data,
                                bool *equal) {
  *equal = place.size == data.size;
  while (*equal && place.size > 0) {
    uint8_t piece[PIECE_SIZE];
    uint32_t size;
    const uint8_t *expected = data.data + (data.size - place.size);
    enum pc_status status = read_piece(flash, &place, PIECE_SIZE, piece, &size);
    if (status != PC_STATUS_OK) {
      return status;
    }
    *equal = memcmp(piece, expected, size) == 0;
  }
  return PC_STATUS_OK;
}

enum pc_status pc_chunk_copy(const struct pc_flash *flash, struct pc_chunk_place from, uint32_t to,
                             uint32_t alignment) {
  enum pc_status status = PC_STATUS_OK;
  while (from.size > 0 && status == PC_STATUS_OK) {
    uint8_t piece[PIECE_SIZE];
    uint32_t size;
    status = read_piece(flash, &from, PIECE_SIZE / alignment * alignment, piece, &size);
    if (status == PC_STATUS_OK) {
      status = pc_chunk_program(flash, to, (struct pc_bytes){.data = piece, .size = size}, alignment);
    }
    to += size;
  }
  return status;
}
