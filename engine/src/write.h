/* Appending entries: new ones from the caller's memory, and copies of those on flash. */
#ifndef NORKV_WRITE_H
#define NORKV_WRITE_H

#include "entry.h"

/* An entry to be written: its header, then `key_size` bytes at `key` and `value_size` at `value`, or, where `key` is
   NULL, `key_size` bytes of flash at `address`; then zeros up to its size. */
struct norkv_source {
  uint8_t header[NORKV_HEADER_SIZE];
  const uint8_t *key;
  const uint8_t *value;
  uint32_t address;
  uint32_t key_size;
  uint32_t value_size;
  uint32_t size; /* bytes on flash, padding included */
};

/* Computes the checksum over the source, which is not on flash, and puts it into the header. */
void norkv_source_seal(struct norkv *kv, struct norkv_source *source);

/* Appends the source to a sector that has room and was seen blank; tells where. If the flash fails or what is read back
   differs, the sector is damaged from then on. Errors: FLASH, DATA_LOSS (the source can't be read any more). */
enum norkv_error norkv_write_append(struct norkv *kv, uint32_t sector, const struct norkv_source *source,
                                    uint32_t *address);

/* Writes a copy of a key's current entry to `sector`, in the primary format and the present alignment, and tells where;
   the index does not change. Damaged copies are passed over as long as there is a good one. Errors: DATA_LOSS (no good
   copy, or it changed while it was copied), FULL (it does not fit), FLASH. */
enum norkv_error norkv_write_copy(struct norkv *kv, uint32_t slot, uint32_t sector, uint32_t *address);

#endif
