/* Decodes a raw partition without the engine's help: bit by bit checksums, straight from the format's description. */
#ifndef IMAGE_H
#define IMAGE_H

#include "store.h"

struct image_entry {
  uint32_t sector;
  uint32_t offset;
  uint32_t size;
  uint32_t magic;
  uint32_t transaction_id;
  uint8_t key[NORKV_MAX_KEY];
  uint8_t key_length;
  uint32_t value_size;
  bool deleted;
};

/* The good entry at this place, of any of the store's formats. */
bool image_entry_at(const struct store *store, uint32_t sector, uint32_t offset, struct image_entry *entry);

/* The next good entry behind the last one, entries behind damage included; begin with `*position` 0. */
bool image_next(const struct store *store, uint32_t *position, struct image_entry *entry);

/* Good entries of this key with this transaction ID, at most one for each sector. */
uint32_t image_copies(const struct store *store, const uint8_t *key, uint8_t key_length, uint32_t transaction_id);

/* Whether each live key has as many copies as the redundancy asks for; if not, names the first that has not. */
bool image_is_redundant(struct store *store, char *text, size_t size);

/* Checksums of the format's description. */
uint32_t image_crc16(const uint8_t *bytes, size_t size);
uint32_t image_crc32c(const uint8_t *bytes, size_t size);

/* Writes an entry into a blank place of the image, whatever the store would say to it. Returns its size. */
uint32_t image_write(struct store *store, uint32_t address, const char *key, const char *value,
                     uint32_t transaction_id);

#endif
