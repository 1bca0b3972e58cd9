#include "write.h"

#include <string.h>

#include "checksum.h"
#include "index.h"
#include "sector.h"

#define READ_BACK_SIZE 64u /* bytes compared at a time, on the stack */

/* Whether `size` bytes at `address` read as what the buffer holds. */
static bool reads_back(const struct norkv *kv, uint32_t address, uint32_t size) {
  uint8_t stored[READ_BACK_SIZE];
  uint32_t piece = 0;
  for (uint32_t done = 0; done < size; done += piece) {
    piece = norkv_minimum(size - done, READ_BACK_SIZE);
    if (norkv_read(kv, address + done, stored, piece) != NORKV_OK || memcmp(stored, kv->buffer + done, piece) != 0) {
      return false;
    }
  }
  return true;
}

static enum norkv_error program(struct norkv *kv, uint32_t address, uint32_t size) {
  const struct norkv_flash *flash = &kv->config.flash;
  if (flash->program(flash->context, address, kv->buffer, size) != 0) {
    return NORKV_ERR_FLASH;
  }
  return kv->config.skip_verify_on_write || reads_back(kv, address, size) ? NORKV_OK : NORKV_ERR_FLASH;
}

/* Where the bytes of an entry go, through the store's buffer: to flash, or into a checksum. */
struct sink {
  uint32_t address;
  bool sums;
  uint32_t fill; /* bytes in the buffer */
  uint32_t running;
};

static enum norkv_error flush(struct norkv *kv, struct sink *sink) {
  uint32_t size = sink->fill;
  sink->fill = 0;
  if (sink->sums) {
    sink->running = norkv_checksum_add(kv->config.formats[0].checksum, sink->running, kv->buffer, size);
    return NORKV_OK;
  }
  sink->address += size;
  return program(kv, sink->address - size, size);
}

/* Takes `size` bytes: those at `bytes` or, where that is NULL, those of flash at `address`, or zeros if there is none.
 */
static enum norkv_error take(struct norkv *kv, struct sink *sink, const uint8_t *bytes, uint32_t address,
                             uint32_t size) {
  enum norkv_error err = NORKV_OK;
  while (size > 0 && err == NORKV_OK) {
    uint8_t *to = kv->buffer + sink->fill;
    uint32_t piece = norkv_minimum(size, kv->buffer_size - sink->fill);
    if (bytes != NULL) {
      memcpy(to, bytes, piece);
      bytes += piece;
    } else if (address != NORKV_NO_ADDRESS) {
      err = norkv_read(kv, address, to, piece);
      address += piece;
    } else {
      memset(to, 0, piece);
    }
    size -= piece;
    sink->fill += piece;
    if (err == NORKV_OK && sink->fill == kv->buffer_size) {
      err = flush(kv, sink);
    }
  }
  return err;
}

static enum norkv_error take_source(struct norkv *kv, struct sink *sink, const struct norkv_source *source) {
  norkv_window_drop(kv, 0, 0);
  enum norkv_error err = take(kv, sink, source->header, NORKV_NO_ADDRESS, NORKV_HEADER_SIZE);
  if (err == NORKV_OK) {
    err = take(kv, sink, source->key, source->address, source->key_size);
  }
  if (err == NORKV_OK) {
    err = take(kv, sink, source->value, NORKV_NO_ADDRESS, source->value_size);
  }
  if (err == NORKV_OK) {
    uint32_t padding = source->size - NORKV_HEADER_SIZE - source->key_size - source->value_size;
    err = take(kv, sink, NULL, NORKV_NO_ADDRESS, padding);
  }
  return err == NORKV_OK && sink->fill > 0 ? flush(kv, sink) : err;
}

void norkv_source_seal(struct norkv *kv, struct norkv_source *source) {
  enum norkv_checksum kind = kv->config.formats[0].checksum;
  struct sink sink = {.sums = true, .running = norkv_checksum_begin(kind)};
  (void)take_source(kv, &sink, source);
  norkv_entry_set_checksum(source->header, norkv_checksum_end(kind, sink.running));
}

enum norkv_error norkv_write_append(struct norkv *kv, uint32_t sector, const struct norkv_source *source,
                                    uint32_t *address) {
  uint32_t tail = kv->sectors[sector].tail;
  NORKV_ASSERT(kv->sectors[sector].state == NORKV_SECTOR_CLEAN);
  NORKV_ASSERT(norkv_sector_free(kv, sector) >= source->size);
  *address = norkv_sector_base(kv, sector) + tail;
  struct sink sink = {.address = *address};
  enum norkv_error err = take_source(kv, &sink, source);
  if (err != NORKV_OK) {
    norkv_sector_set_damaged(kv, sector);
    return err;
  }
  if (tail == 0) {
    kv->last_taken = (uint16_t)sector;
  }
  norkv_sector_set(kv, sector, tail + source->size, NORKV_SECTOR_CLEAN);
  return NORKV_OK;
}

/* Makes the loaded entry the source, in the primary format and the present alignment. Where its header changes, the new
   checksum is computed from the very bytes that the old one vouched for. Errors: DATA_LOSS, FLASH. */
static enum norkv_error source_from_flash(struct norkv *kv, const struct norkv_entry *entry,
                                          struct norkv_source *source) {
  uint32_t content = norkv_entry_content(entry);
  source->key = NULL;
  source->value = NULL;
  source->value_size = 0;
  source->address = entry->address + NORKV_HEADER_SIZE;
  source->size = norkv_extent_size(entry->version.extent);
  bool deleted = norkv_extent_is_deleted(entry->version.extent);
  norkv_entry_encode(kv, source->header, entry->key_length, deleted ? NORKV_TOMBSTONE_SIZE : entry->value_size,
                     entry->version.transaction_id);
  if (!NORKV_MIGRATION ||
      (entry->format == kv->config.formats && entry->alignment_units == norkv_alignment_units(kv))) {
    /* With the checksum stays the padding that it is over, be it zeros or not. */
    source->key_size = source->size - NORKV_HEADER_SIZE;
    norkv_entry_set_checksum(source->header, entry->checksum);
    return norkv_entry_verify(kv, entry, NULL);
  }
  source->key_size = content - NORKV_HEADER_SIZE;
  enum norkv_checksum kind = kv->config.formats[0].checksum;
  struct norkv_slice sum = {.offset = NORKV_HEADER_SIZE, .size = source->key_size, .kind = kind};
  sum.running = norkv_checksum_add(kind, norkv_checksum_begin(kind), source->header, NORKV_HEADER_SIZE);
  enum norkv_error err = norkv_entry_verify(kv, entry, &sum);
  struct sink sink = {.sums = true, .running = sum.running};
  norkv_window_drop(kv, 0, 0);
  (void)take(kv, &sink, NULL, NORKV_NO_ADDRESS, source->size - content);
  (void)flush(kv, &sink);
  norkv_entry_set_checksum(source->header, norkv_checksum_end(kind, sink.running));
  return err;
}

/* Finds a good copy of the key's current entry. */
static enum norkv_error find_source(struct norkv *kv, uint32_t slot, struct norkv_entry *entry,
                                    struct norkv_source *source) {
  const uint32_t *addresses = norkv_addresses(kv, slot);
  const struct norkv_key *key = &kv->keys[slot];
  enum norkv_error err = NORKV_ERR_DATA_LOSS;
  for (uint32_t i = 0; i < norkv_redundancy(kv) && err != NORKV_OK && err != NORKV_ERR_FLASH; i++) {
    if (addresses[i] == NORKV_NO_ADDRESS) {
      continue;
    }
    norkv_window_drop(kv, addresses[i], norkv_key_size(key));
    err = norkv_entry_load(kv, addresses[i], entry);
    if (err == NORKV_OK) {
      err = norkv_index_is_current(kv, slot, entry) ? source_from_flash(kv, entry, source) : NORKV_ERR_DATA_LOSS;
    }
  }
  return err == NORKV_ERR_NOT_FOUND ? NORKV_ERR_DATA_LOSS : err;
}

enum norkv_error norkv_write_copy(struct norkv *kv, uint32_t slot, uint32_t sector, uint32_t *address) {
  struct norkv_entry entry;
  struct norkv_source source;
  enum norkv_error err = find_source(kv, slot, &entry, &source);
  if (err == NORKV_OK && source.size > norkv_sector_free(kv, sector)) {
    err = NORKV_ERR_FULL;
  }
  if (err == NORKV_OK) {
    err = norkv_write_append(kv, sector, &source, address);
  }
  if (err != NORKV_OK) {
    return err;
  }
  /* The source was read again since its checksum was good: only the copy's own checksum tells that it still was. */
  norkv_window_drop(kv, *address, 0);
  err = norkv_entry_read(kv, *address, &entry);
  if (err != NORKV_OK) {
    /* The index doesn't count it, so it must not lie before the tail: what does is counted down in the end. */
    norkv_sector_set(kv, sector, *address - norkv_sector_base(kv, sector), NORKV_SECTOR_CLEAN);
    norkv_sector_set_damaged(kv, sector);
  }
  return err == NORKV_ERR_NOT_FOUND ? NORKV_ERR_DATA_LOSS : err;
}
