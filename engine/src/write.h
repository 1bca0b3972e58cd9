/* Appending entries: new ones from the caller's memory, and copies of those on flash. */
#ifndef NORKV_WRITE_H
#define NORKV_WRITE_H

#include "entry.h"

/* Some bytes of an entry: `size` of them at `bytes` or, where that is NULL, on flash at `address`, or zeros where that
   is NORKV_NO_ADDRESS. */
struct norkv_piece {
  const uint8_t *bytes;
  uint32_t address;
  uint32_t size;
};

enum { NORKV_PIECE_HEADER, NORKV_PIECE_KEY, NORKV_PIECE_VALUE, NORKV_PIECE_PADDING, NORKV_PIECES };

/* An entry to be written, piece by piece. Stays where it is: a piece may be the header in it. */
struct norkv_source {
  struct norkv_piece pieces[NORKV_PIECES];
  uint32_t size; /* bytes on flash, padding included */
  uint8_t header[NORKV_HEADER_SIZE];
};

/* Makes the source the entry of a key and a value in memory, a tombstone if the version says so: header, padding,
   checksum. The pieces of key and value are set. */
void norkv_source_seal(const struct norkv *kv, struct norkv_source *source, const struct norkv_version *version);

/* Appends the source to a sector that has room and was seen blank; tells where. If the flash fails or what is read back
   differs, the sector is damaged from then on. Errors: FLASH, DATA_LOSS (the source can't be read any more). */
enum norkv_error norkv_write_append(struct norkv *kv, uint32_t sector, const struct norkv_source *source,
                                    uint32_t *address);

/* Writes a copy of a key's current entry to `sector`, in the primary format and the present alignment. Then it
   puts the address to `copy`; else the index does not change. There is room for it. Damaged copies are passed over as
   long as there is a good one. Errors: DATA_LOSS (no good copy, or it changed while it was copied), FLASH. */
enum norkv_error norkv_write_copy(struct norkv *kv, struct norkv_key *key, uint32_t sector, uint32_t *copy);

#endif
