/* Entries on flash: reading and checking one, walking those of a sector, and the header of a new one. */
#ifndef NORKV_ENTRY_H
#define NORKV_ENTRY_H

#include "common.h"

#define NORKV_HEADER_SIZE 16u
#define NORKV_CHECKSUM_END 8u        /* where the header's checksum ends */
#define NORKV_TOMBSTONE_SIZE 0xFFFFu /* the value size that marks a tombstone */
#define NORKV_BLANK 0xFFFFFFFFu

/* Which of a key's entries it is. */
struct norkv_version {
  uint32_t transaction_id;
  uint16_t extent; /* as in struct norkv_key: what it takes at the present alignment, and whether it is deleted */
};

struct norkv_entry {
  const struct norkv_format *format; /* NULL: the magic names none */
  uint32_t address;
  uint32_t size; /* bytes on flash, padding included; the entry ends inside its sector */
  uint32_t checksum;
  struct norkv_version version;
  uint16_t value_size; /* 0 for a tombstone */
  uint8_t alignment_units;
  uint8_t key_length;
  uint8_t key[NORKV_MAX_KEY];
};

/* The part of an entry's header, key and value that norkv_entry_verify hands out as it reads them: copied to `data` or,
   where that is NULL, added to a checksum. */
struct norkv_slice {
  uint8_t *data;
  uint32_t offset; /* from the entry's start */
  uint32_t size;   /* what is asked for */
  uint32_t end;    /* where it ends, from the entry's start: the value may end before */
  enum norkv_checksum kind;
  uint32_t running;
};

/*
 * Reads flash. A place that can't be read, as an ECC word with two wrong bits, is damage as any other: DATA_LOSS. A
 * part that can't be read is not: FLASH, so that nothing is given up, still less erased, because a bus is down. What
 * tells them apart: the place fails three times, and each time the first byte of some sector is read after it.
 */
enum norkv_error norkv_read(const struct norkv *kv, uint32_t address, void *buffer, uint32_t size);

/*
 * Reads through the store's buffer: `size` bytes at `address`. Reads ahead up to kv->window_end, so that neighbours
 * come in one flash read. Valid until the buffer is used again. Errors: as norkv_read.
 */
enum norkv_error norkv_window(struct norkv *kv, uint32_t address, uint32_t size, uint8_t **bytes);

/* Forgets what the window holds, because the buffer or the flash changed or time has passed. The next reads go ahead up
   to `ahead` bytes behind `address`, but not beyond its sector. */
void norkv_window_drop(struct norkv *kv, uint32_t address, uint32_t ahead);

/* Reads header and key. Errors: NOT_FOUND (blank), DATA_LOSS (no entry can start like this), FLASH. At least a header
   must fit between `address` and the end of its sector. */
enum norkv_error norkv_entry_load(struct norkv *kv, uint32_t address, struct norkv_entry *entry);

/* The running checksum behind an entry's magic and its own checksum, which counts as zero. */
uint32_t norkv_entry_sum_start(const struct norkv_format *format);

/* Checks a loaded entry's checksum over all its bytes. `slice` may be NULL. Errors: DATA_LOSS, FLASH. */
enum norkv_error norkv_entry_verify(struct norkv *kv, const struct norkv_entry *entry, struct norkv_slice *slice);

/* Load and verify. */
enum norkv_error norkv_entry_read(struct norkv *kv, uint32_t address, struct norkv_entry *entry);

/* Little-endian. */
void norkv_put32(uint8_t *bytes, uint32_t number);

/* The present alignment, as entries carry it. */
static inline uint32_t norkv_alignment_units(const struct norkv *kv) {
  return kv->entry_alignment / NORKV_SIZE_UNIT - 1;
}

/* Where the value ends, from the entry's start. */
static inline uint32_t norkv_entry_content(const struct norkv_entry *entry) {
  return NORKV_HEADER_SIZE + entry->key_length + entry->value_size;
}

#endif
