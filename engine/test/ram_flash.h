/*
 * A NOR part in memory for the engine's tests. It refuses what a real part could not do, and reports it in
 * `violations`: programs that would set a bit, misaligned or empty programs, anything out of range. It can lose power:
 * at flash operation number `cut_at` (counted from 1 by ram_flash_cut) it leaves what `tear` says, and every later call
 * fails.
 */
#ifndef RAM_FLASH_H
#define RAM_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "norkv/flash.h"

enum ram_tear {
  RAM_TEAR_NOTHING,   /* the operation did not begin */
  RAM_TEAR_ALL,       /* it was finished, but the caller never heard */
  RAM_TEAR_PREFIX,    /* it stopped at some byte */
  RAM_TEAR_BITS,      /* any subset of the bits that were changing */
  RAM_TEAR_UNITS,     /* any subset of 16-byte units */
  RAM_TEAR_ONE_BIT,   /* a single bit had changed */
  RAM_TEAR_TWO_PHASE, /* an erase: zeros from the end, then ones bit by bit; a program: as RAM_TEAR_BITS */
  RAM_TEAR_COUNT,
};

struct ram_flash {
  uint8_t *bytes;
  uint32_t sector_size;
  uint32_t sector_count;
  uint32_t alignment;
  uint64_t random;     /* state of the tears' choices */
  uint64_t operations; /* programs and erases since ram_flash_init */
  uint64_t reads;
  uint64_t read_bytes;
  uint64_t cut_at; /* 0: never */
  enum ram_tear tear;
  bool is_off;
  uint32_t violations;
  uint64_t *erases;    /* of each sector */
  uint64_t programmed; /* bytes */
  /* Faults without a cut. Each counts down from n: the n-th call fails, 0 is never. */
  uint32_t fail_read_in;
  uint32_t
      fail_reads_more;    /* so many reads behind that one fail too: `sector_count` make norkv take the part for dead */
  uint32_t failing_reads; /* of these, still to come */
  uint32_t fail_program_in; /* leaves a torn program */
  uint32_t fail_erase_in;   /* leaves the sector as it was */
  uint32_t flip_program_in; /* reports success but leaves one bit unprogrammed */
  uint32_t bad_address;     /* reads that touch the `bad_size` bytes here fail until their sector is erased */
  uint32_t bad_size;
  uint32_t broken_sector; /* its programs, or its erases, fail and do nothing */
  bool broken_programs;
  bool broken_erases;
  bool fail_all_programs; /* nothing is programmed */
  bool deny_all_programs; /* everything is programmed, and failure reported */
};

/* All blank. Ends the test if there is no memory. */
void ram_flash_init(struct ram_flash *flash, uint32_t sector_size, uint32_t sector_count, uint32_t alignment);
void ram_flash_free(struct ram_flash *flash);

/* Power on again; a cut that is pending is forgotten. */
void ram_flash_power_on(struct ram_flash *flash);

/* Loses power at the n-th flash operation from now, n from 1. */
void ram_flash_cut(struct ram_flash *flash, uint64_t n, enum ram_tear tear, uint64_t seed);

/* The port of this part. */
struct norkv_flash ram_flash_port(struct ram_flash *flash);

/* splitmix64, for all random choices of the tests. */
uint64_t ram_random(uint64_t *state);
uint32_t ram_random_below(uint64_t *state, uint32_t limit);

#endif
