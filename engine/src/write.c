#include "write.h"

#include <string.h>

#include "checksum.h"
#include "index.h"
#include "sector.h"

#define READ_BACK_SIZE 64u /* bytes compared at a time, on the stack */

/* The part of a segment [start, start + length) of the entry that lies in [offset, offset + size), if any. */
struct overlap {
  uint32_t from; /* offset in the segment */
  uint32_t to;   /* offset in the piece */
  uint32_t size;
};

static struct overlap overlap_of(uint32_t start, uint32_t length, uint32_t offset, uint32_t size) {
  uint32_t begin = start > offset ? start : offset;
  uint32_t end = norkv_minimum(start + length, offset + size);
  if (begin >= end) {
    return (struct overlap){0};
  }
  return (struct overlap){begin - start, begin - offset, end - begin};
}

/* Puts `size` bytes of the entry, from `offset` on, into the store's buffer. */
static enum norkv_error fill(struct norkv *kv, const struct norkv_source *source, uint32_t offset, uint32_t size) {
  uint32_t content = source->key_size + source->value_size;
  norkv_window_drop(kv, 0, 0);
  struct overlap part = overlap_of(0, NORKV_HEADER_SIZE, offset, size);
  memcpy(kv->buffer + part.to, source->header + part.from, part.size);
  if (source->key == NULL) {
    part = overlap_of(NORKV_HEADER_SIZE, content, offset, size);
    enum norkv_error err =
        part.size == 0 ? NORKV_OK : norkv_read(kv, source->address + part.from, kv->buffer + part.to, part.size);
    if (err != NORKV_OK) {
      return err;
    }
  } else {
    part = overlap_of(NORKV_HEADER_SIZE, source->key_size, offset, size);
    memcpy(kv->buffer + part.to, source->key + part.from, part.size);
    part = overlap_of(NORKV_HEADER_SIZE + source->key_size, source->value_size, offset, size);
    if (part.size > 0) { /* an empty value may have no address */
      memcpy(kv->buffer + part.to, source->value + part.from, part.size);
    }
  }
  part = overlap_of(NORKV_HEADER_SIZE + content, source->size - NORKV_HEADER_SIZE - content, offset, size);
  memset(kv->buffer + part.to, 0, part.size);
  return NORKV_OK;
}

enum norkv_error norkv_source_seal(struct norkv *kv, struct norkv_source *source) {
  enum norkv_checksum kind = kv->config.formats[0].checksum;
  uint32_t running = norkv_checksum_begin(kind);
  norkv_entry_set_checksum(source->header, 0);
  uint32_t size = 0;
  for (uint32_t offset = 0; offset < source->size; offset += size) {
    size = norkv_minimum(source->size - offset, kv->buffer_size);
    enum norkv_error err = fill(kv, source, offset, size);
    if (err != NORKV_OK) {
      return err;
    }
    running = norkv_checksum_add(kind, running, kv->buffer, size);
  }
  norkv_entry_set_checksum(source->header, norkv_checksum_end(kind, running));
  return NORKV_OK;
}

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

static enum norkv_error program_all(struct norkv *kv, uint32_t address, const struct norkv_source *source) {
  uint32_t size = 0;
  for (uint32_t offset = 0; offset < source->size; offset += size) {
    size = norkv_minimum(source->size - offset, kv->buffer_size);
    enum norkv_error err = fill(kv, source, offset, size);
    if (err == NORKV_OK) {
      err = program(kv, address + offset, size);
    }
    if (err != NORKV_OK) {
      return err;
    }
  }
  if (source->key != NULL) {
    return NORKV_OK;
  }
  /* The source was read again since its checksum was good: only the copy's own checksum tells that it still was. */
  struct norkv_entry copy;
  norkv_window_drop(kv, 0, 0);
  return norkv_entry_read(kv, address, &copy);
}

enum norkv_error norkv_write_append(struct norkv *kv, uint32_t sector, const struct norkv_source *source,
                                    uint32_t *address) {
  uint32_t tail = kv->sectors[sector].tail;
  NORKV_ASSERT(kv->sectors[sector].state == NORKV_SECTOR_CLEAN);
  NORKV_ASSERT(norkv_sector_free(kv, sector) >= source->size);
  *address = norkv_sector_base(kv, sector) + tail;
  enum norkv_error err = program_all(kv, *address, source);
  if (err != NORKV_OK) {
    norkv_sector_set_damaged(kv, sector);
    return err == NORKV_ERR_FLASH ? err : NORKV_ERR_DATA_LOSS;
  }
  if (tail == 0) {
    kv->last_taken = (uint16_t)sector;
  }
  norkv_sector_set(kv, sector, tail + source->size, NORKV_SECTOR_CLEAN);
  return NORKV_OK;
}

/* The checksum of an entry whose header and content are in `running` already: its padding is missing. */
static uint32_t add_padding(enum norkv_checksum kind, uint32_t running, uint32_t size) {
  static const uint8_t zeros[NORKV_SIZE_UNIT] = {0};
  while (size > 0) {
    uint32_t piece = norkv_minimum(size, sizeof(zeros));
    running = norkv_checksum_add(kind, running, zeros, piece);
    size -= piece;
  }
  return norkv_checksum_end(kind, running);
}

/* Makes the entry at `address` the source, in the primary format and the present alignment. Where its header changes,
   the new checksum is computed from the very bytes that the old one vouched for. Errors: DATA_LOSS, FLASH. */
static enum norkv_error source_from_flash(struct norkv *kv, uint32_t address, struct norkv_source *source) {
  struct norkv_entry entry;
  enum norkv_error err = norkv_entry_load(kv, address, &entry);
  if (err != NORKV_OK) {
    return err == NORKV_ERR_FLASH ? err : NORKV_ERR_DATA_LOSS;
  }
  uint32_t content = (uint32_t)entry.key_length + entry.value_size;
  *source = (struct norkv_source){
      .address = address + NORKV_HEADER_SIZE,
      .key_size = entry.key_length,
      .value_size = entry.value_size,
      .size = norkv_align_up(NORKV_HEADER_SIZE + content, kv->entry_alignment),
  };
  norkv_entry_encode(kv, source->header, entry.key_length, entry.deleted ? NORKV_TOMBSTONE_SIZE : entry.value_size,
                     entry.transaction_id);
  if (memcmp(source->header, entry.header, NORKV_HEADER_SIZE) == 0) {
    /* With the checksum stays the padding that it is over, be it zeros or not. */
    source->value_size = source->size - NORKV_HEADER_SIZE - source->key_size;
    norkv_entry_set_checksum(source->header, entry.checksum);
    return norkv_entry_verify(kv, &entry, NULL);
  }
  enum norkv_checksum kind = kv->config.formats[0].checksum;
  struct norkv_slice sum = {.offset = NORKV_HEADER_SIZE, .size = content, .kind = kind};
  sum.running = norkv_checksum_add(kind, norkv_checksum_begin(kind), source->header, NORKV_HEADER_SIZE);
  err = norkv_entry_verify(kv, &entry, &sum);
  uint32_t padding = source->size - NORKV_HEADER_SIZE - content;
  norkv_entry_set_checksum(source->header, add_padding(kind, sum.running, padding));
  return err;
}

enum norkv_error norkv_write_copy(struct norkv *kv, uint32_t slot, uint32_t sector, uint32_t *address) {
  const uint32_t *addresses = norkv_addresses(kv, slot);
  uint32_t size = norkv_key_size(&kv->keys[slot]);
  enum norkv_error err = NORKV_ERR_DATA_LOSS;
  struct norkv_source source;
  for (uint32_t i = 0; i < kv->config.redundancy && err == NORKV_ERR_DATA_LOSS; i++) {
    if (addresses[i] != NORKV_NO_ADDRESS) {
      norkv_window_drop(kv, addresses[i], size);
      err = source_from_flash(kv, addresses[i], &source);
      if (err == NORKV_OK && source.size != size) {
        err = NORKV_ERR_DATA_LOSS; /* not the entry that start saw there */
      }
    }
  }
  if (err == NORKV_OK && size > norkv_sector_free(kv, sector)) {
    err = NORKV_ERR_FULL;
  }
  return err == NORKV_OK ? norkv_write_append(kv, sector, &source, address) : err;
}
