/* Flash as the chunk store needs it: each answers PC_STATUS_OK, or PC_STATUS_FLASH_ERROR if the port fails. */
#ifndef PC_CHUNK_FLASH_H
#define PC_CHUNK_FLASH_H

#include "powercut/bytes.h"
#include "powercut/flash.h"
#include "powercut/store.h"

/* A place on flash. */
struct pc_chunk_place {
  uint32_t address, size; /* bytes */
};

/* Any bytes, whatever the part's read unit. */
enum pc_status pc_chunk_read(const struct pc_flash *flash, uint32_t address, void *data, size_t size);

/* Programs `data` and zeros behind it up to the next multiple of `alignment`, which is at most PC_CHUNK_MAX_ALIGNMENT
   and a multiple of the part's program unit, as is `address`. Splits at the pages of the part, as a driver does. */
enum pc_status pc_chunk_program(const struct pc_flash *flash, uint32_t address, struct pc_bytes data,
                                uint32_t alignment);

enum pc_status pc_chunk_erase(const struct pc_flash *flash, uint32_t sector);

/* Continues `*crc` over what is on flash. */
enum pc_status pc_chunk_crc_of(const struct pc_flash *flash, struct pc_chunk_place place, uint16_t *crc);

/* Whether flash holds just these bytes. */
enum pc_status pc_chunk_compare(const struct pc_flash *flash, struct pc_chunk_place place, struct pc_bytes data,
                                bool *equal);

/* Programs what is at `from` to the address `to`, padded as pc_chunk_program pads. */
enum pc_status pc_chunk_copy(const struct pc_flash *flash, struct pc_chunk_place from, uint32_t to, uint32_t alignment);

#endif
