/*
 * The flash port: all that norkv needs from its host.
 *
 * A partition is `sector_count` sectors of `sector_size` bytes, numbered and addressed from 0. Erased memory reads as
 * all ones; programming can only clear bits; erasing sets a whole sector to ones.
 *
 * Each function returns 0 when it succeeded. Any other value means that the flash operation failed, and norkv reports
 * NORKV_ERR_FLASH or works around it as the header of each call says. norkv never calls out of range: every address,
 * size and sector it passes lies inside the partition.
 */
#ifndef NORKV_FLASH_H
#define NORKV_FLASH_H

#include <stddef.h>
#include <stdint.h>

/* Limits of the geometry; norkv_start refuses what lies outside with NORKV_ERR_GEOMETRY. */
#define NORKV_MIN_SECTORS 2u       /* one to write to and one to keep erased */
#define NORKV_MAX_SECTORS 65535u   /* sector numbers are kept in 16 bits */
#define NORKV_MAX_ALIGNMENT 256u   /* bytes; FLASH entries carry alignment in units of 16 bytes, at most 4,096 */
#define NORKV_MIN_SECTOR_SIZE 128u /* bytes; holds at least one entry of the longest key */

struct norkv_flash {
  void *context;         /* handed to each function, never looked at */
  uint32_t sector_size;  /* bytes, a multiple of `alignment`; sector_size * sector_count fits 32 bits */
  uint32_t sector_count; /* NORKV_MIN_SECTORS to NORKV_MAX_SECTORS */
  uint32_t alignment;    /* write granularity in bytes, 1 to NORKV_MAX_ALIGNMENT, any number (24 too) */

  /* Reads `size` bytes at `address` into `buffer`. No alignment is kept. An ECC word that can't be corrected is a
     failure: norkv takes what it tried to read for damaged once it failed three times, and after each of these the
     first byte of some sector could be read. A part that can't be read at all is NORKV_ERR_FLASH; nothing is erased. */
  int (*read)(void *context, uint32_t address, void *buffer, size_t size);
  /* Programs `size` bytes at `address`; both are multiples of `alignment`. norkv programs only what it saw erased.
     The port splits at the pages of its part, if it has any. */
  int (*program)(void *context, uint32_t address, const void *data, size_t size);
  /* Erases sector number `sector`. */
  int (*erase)(void *context, uint32_t sector);
};

#endif
