#include "write.h"

#include <string.h>

#include "checksum.h"
#include "read.h"
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

/* Programs the source through the buffer. Errors: FLASH, DATA_LOSS (what it is made of can't be read). */
static enum norkv_error program_pieces(struct norkv *kv, uint32_t address, const struct norkv_source *source) {
  uint32_t end = address + source->size;
  uint32_t fill = 0; /* bytes in the buffer, which go to the address */
  norkv_window_drop(kv, 0, 0);
  for (const struct norkv_piece *it = source->pieces; address < end; it++) {
    struct norkv_piece piece = *it;
    while (piece.size > 0) {
      uint8_t *to = kv->buffer + fill;
      uint32_t size = norkv_minimum(piece.size, kv->buffer_size - fill);
      enum norkv_error err = NORKV_OK;
      if (piece.bytes != NULL) {
        memcpy(to, piece.bytes, size);
        piece.bytes += size;
      } else if (piece.address != NORKV_NO_ADDRESS) {
        err = norkv_read(kv, piece.address, to, size);
        piece.address += size;
      } else {
        memset(to, 0, size);
      }
      piece.size -= size;
      fill += size;
      if (err == NORKV_OK && (fill == kv->buffer_size || fill == end - address)) {
        err = program(kv, address, fill);
        address += fill;
        fill = 0;
      }
      if (err != NORKV_OK) {
        return err;
      }
    }
  }
  return NORKV_OK;
}

/* The header, but for its checksum, and the padding. Returns the running checksum behind the header. */
static uint32_t begin_seal(const struct norkv *kv, struct norkv_source *source, const struct norkv_version *version) {
  const struct norkv_format *format = kv->config.formats;
  uint32_t key_length = source->pieces[NORKV_PIECE_KEY].size;
  uint32_t value_size = source->pieces[NORKV_PIECE_VALUE].size;
  source->size = norkv_extent_size(version->extent);
  uint32_t padding = source->size - NORKV_HEADER_SIZE - key_length - value_size;
  source->pieces[NORKV_PIECE_HEADER] = (struct norkv_piece){source->header, 0, NORKV_HEADER_SIZE};
  source->pieces[NORKV_PIECE_PADDING] = (struct norkv_piece){NULL, NORKV_NO_ADDRESS, padding};
  value_size = norkv_extent_is_deleted(version->extent) ? NORKV_TOMBSTONE_SIZE : value_size;
  norkv_put32(source->header, format->magic);
  norkv_put32(source->header + 4, 0);
  norkv_put32(source->header + 8, norkv_alignment_units(kv) | key_length << 8 | value_size << 16);
  norkv_put32(source->header + 12, version->transaction_id);
  return norkv_checksum_add(format->checksum, norkv_checksum_begin(format->checksum), source->header,
                            NORKV_HEADER_SIZE);
}

/* The padding joins the checksum, which then is complete. */
static void end_seal(const struct norkv *kv, struct norkv_source *source, uint32_t running) {
  static const uint8_t zeros[NORKV_SIZE_UNIT];
  enum norkv_checksum kind = kv->config.formats[0].checksum;
  uint32_t size = 0;
  for (uint32_t left = source->pieces[NORKV_PIECE_PADDING].size; left > 0; left -= size) {
    size = norkv_minimum(left, sizeof(zeros));
    running = norkv_checksum_add(kind, running, zeros, size);
  }
  norkv_put32(source->header + 4, norkv_checksum_end(kind, running));
}

void norkv_source_seal(const struct norkv *kv, struct norkv_source *source, const struct norkv_version *version) {
  enum norkv_checksum kind = kv->config.formats[0].checksum;
  uint32_t running = begin_seal(kv, source, version);
  for (uint32_t i = NORKV_PIECE_KEY; i <= NORKV_PIECE_VALUE; i++) {
    running = norkv_checksum_add(kind, running, source->pieces[i].bytes, source->pieces[i].size);
  }
  end_seal(kv, source, running);
}

enum norkv_error norkv_write_append(struct norkv *kv, uint32_t sector, const struct norkv_source *source,
                                    uint32_t *address) {
  uint32_t tail = kv->sectors[sector].tail;
  NORKV_ASSERT(kv->sectors[sector].state == NORKV_SECTOR_CLEAN);
  NORKV_ASSERT(norkv_sector_free(kv, sector) >= source->size);
  *address = norkv_sector_base(kv, sector) + tail;
  enum norkv_error err = program_pieces(kv, *address, source);
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

/* Makes the first good copy of the key's current entry the source. Errors: DATA_LOSS, FLASH. */
static enum norkv_error find_source(struct norkv *kv, struct norkv_key *key, struct norkv_source *source) {
  struct norkv_entry entry;
  enum norkv_error err = norkv_read_current(kv, key, &entry, NULL);
  if (err != NORKV_OK) {
    return err;
  }
  memset(source, 0, sizeof(*source));
  struct norkv_piece *pieces = source->pieces;
  pieces[NORKV_PIECE_KEY].address = entry.address;
  if (!NORKV_MIGRATION) {
    source->size = pieces[NORKV_PIECE_KEY].size = entry.size;
    return NORKV_OK;
  }
  /* Its format and its alignment may be other ones. The new checksum is made of the very bytes that the old one vouches
     for. */
  pieces[NORKV_PIECE_KEY].address += NORKV_HEADER_SIZE;
  pieces[NORKV_PIECE_KEY].size = entry.key_length;
  pieces[NORKV_PIECE_VALUE].address = pieces[NORKV_PIECE_KEY].address + entry.key_length;
  pieces[NORKV_PIECE_VALUE].size = entry.value_size;
  struct norkv_slice sum = {.offset = NORKV_HEADER_SIZE,
                            .end = norkv_entry_content(&entry),
                            .kind = kv->config.formats[0].checksum,
                            .running = begin_seal(kv, source, &entry.version)};
  err = norkv_entry_verify(kv, &entry, &sum);
  end_seal(kv, source, sum.running);
  return err;
}

enum norkv_error norkv_write_copy(struct norkv *kv, struct norkv_key *key, uint32_t sector, uint32_t *copy) {
  struct norkv_source source;
  uint32_t address = 0;
  enum norkv_error err = find_source(kv, key, &source);
  if (err == NORKV_OK) {
    err = norkv_write_append(kv, sector, &source, &address);
  }
  if (err != NORKV_OK) {
    return err;
  }
  struct norkv_entry entry;
  /* The source was read again since its checksum was good: only the copy's own checksum tells that it still was. */
  norkv_window_drop(kv, address, 0);
  err = norkv_entry_read(kv, address, &entry);
  if (err != NORKV_OK) {
    /* The index doesn't count it, so it must not lie before the tail: what does is counted down in the end. */
    norkv_sector_set(kv, sector, address - norkv_sector_base(kv, sector), NORKV_SECTOR_CLEAN);
    norkv_sector_set_damaged(kv, sector);
  }
  *copy = err == NORKV_OK ? address : *copy;
  return err == NORKV_ERR_NOT_FOUND ? NORKV_ERR_DATA_LOSS : err;
}
