/*
 * The flash port: how a store under test reaches the device. Part of the interface for store authors.
 *
 * Addresses are bytes from 0. The partition is sector_count erase sectors of sector_size bytes. Erased memory reads as
 * ones, and programs change ones to zeros; on a few parts erased memory reads as zeros, and programs change zeros to
 * ones (pc_store_setup.erased_value).
 */
#ifndef POWERCUT_FLASH_H
#define POWERCUT_FLASH_H

#include <stddef.h>
#include <stdint.h>

enum pc_flash_status {
  PC_FLASH_OK = 0,
  PC_FLASH_REFUSED, /* a real part would not do this (put a programmed bit back, misaligned, out of range, unit
                       programmed too often): nothing was done, and it is recorded as a violation of `device_contract`
                     */
  PC_FLASH_STOPPED, /* the call's budget of flash operations or of bytes read is used up: the store is looping */
  PC_FLASH_FAILED,  /* the part answers an error: a read gave nothing; of a program or an erase any part may be done */
};

struct pc_flash {
  void *context;
  uint32_t sector_size;  /* bytes that one erase sets to the erased value */
  uint32_t sector_count; /* at least 1 */
  uint32_t program_unit; /* bytes; address and size of a program are multiples of it */
  uint32_t page_size;    /* bytes that a program may not cross a multiple of; 0: no pages */
  uint32_t read_unit;    /* bytes; address and size of a read are multiples of it; 1 for most parts */

  /* Each returns an enum pc_flash_status. `address` of an erase is the first byte of a sector. A read or program of no
     bytes does nothing; `data` may then be NULL. */
  int (*read)(void *context, uint32_t address, void *data, size_t size);
  int (*program)(void *context, uint32_t address, const void *data, size_t size);
  int (*erase)(void *context, uint32_t address);
};

/* A size that the part erases at once, and where. */
struct pc_erase_size {
  uint32_t size;      /* bytes: whole sectors, 1 to 65,536 of them */
  uint32_t from, end; /* blocks of so many bytes, at multiples of it, that lie inside [from, end) */
};
#define PC_MAX_ERASE_SIZES 5u

/* All sizes that the part erases: many a serial flash takes 32 or 64 KiB at once in a fraction of what the sectors take
   one by one, and boot sectors are smaller than the others. Sizes that no block of the partition has are left out. */
struct pc_flash_erases {
  struct pc_erase_size sizes[PC_MAX_ERASE_SIZES]; /* rising; the first is that of a sector */
  uint32_t count;                                 /* at least 1 */
  /* Erases the block of `size` bytes, one of the sizes, at `address`, a multiple of it. One flash operation, which a
     cut tears as a whole. Answers an enum pc_flash_status; the context is that of the port. */
  int (*erase)(void *context, uint32_t address, uint32_t size);
};

#endif
