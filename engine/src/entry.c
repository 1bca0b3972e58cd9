#include "entry.h"

#include <string.h>

#include "checksum.h"

#define READ_TRIES 3u /* before a place counts as unreadable: noise on a bus passes */

/* A function that must not make a short one, which calls it now and then, too long to be inlined. */
#if defined(__GNUC__) && !defined(__OPTIMIZE_SIZE__)
#define SELDOM __attribute__((noinline))
#else
#define SELDOM
#endif

static uint32_t get32(const uint8_t *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

void norkv_put32(uint8_t *bytes, uint32_t number) {
  for (uint32_t i = 0; i < sizeof(number); i++) {
    bytes[i] = (uint8_t)(number >> 8 * i);
  }
}

static bool is_readable(const struct norkv_flash *flash, uint32_t address, void *buffer, uint32_t size) {
  return flash->read(flash->context, address, buffer, size) == 0;
}

enum norkv_error norkv_read(const struct norkv *kv, uint32_t address, void *buffer, uint32_t size) {
  const struct norkv_flash *flash = &kv->config.flash;
  for (uint32_t i = 0; i < READ_TRIES; i++) {
    if (is_readable(flash, address, buffer, size)) {
      return NORKV_OK;
    }
    uint8_t byte;
    uint32_t sector = 0;
    while (!is_readable(flash, norkv_sector_base(kv, sector), &byte, 1)) {
      if (++sector == flash->sector_count) {
        return NORKV_ERR_FLASH;
      }
    }
  }
  return NORKV_ERR_DATA_LOSS;
}

/* What norkv_window does where the window doesn't hold what is wanted. */
SELDOM static enum norkv_error fill_window(struct norkv *kv, uint32_t address, uint32_t size, uint8_t **bytes) {
  NORKV_ASSERT(size <= kv->buffer_size);
  uint32_t ahead = address < kv->window_end ? norkv_minimum(kv->window_end - address, kv->buffer_size) : 0;
  if (ahead < size) {
    ahead = size;
  }
  kv->window_size = 0;
  *bytes = kv->buffer;
  enum norkv_error err = norkv_read(kv, address, kv->buffer, ahead);
  if (err == NORKV_ERR_DATA_LOSS && ahead > size) {
    ahead = size; /* what can't be read may lie behind */
    err = norkv_read(kv, address, kv->buffer, ahead);
  }
  if (err == NORKV_OK) {
    kv->window_address = address;
    kv->window_size = ahead;
  }
  return err;
}

enum norkv_error norkv_window(struct norkv *kv, uint32_t address, uint32_t size, uint8_t **bytes) {
  uint32_t offset = address - kv->window_address;
  if (offset <= kv->window_size && kv->window_size - offset >= size) {
    *bytes = kv->buffer + offset;
    return NORKV_OK;
  }
  return fill_window(kv, address, size, bytes);
}

void norkv_window_drop(struct norkv *kv, uint32_t address, uint32_t ahead) {
  uint32_t sector_size = kv->config.flash.sector_size;
  kv->window_size = 0;
  kv->window_limit = address - address % sector_size + sector_size;
  kv->window_end = address + norkv_minimum(ahead, kv->window_limit - address);
}

static const struct norkv_format *find_format(const struct norkv *kv, uint32_t magic) {
  for (uint32_t i = 0; i < norkv_format_count(&kv->config); i++) {
    if (kv->config.formats[i].magic == magic) {
      return &kv->config.formats[i];
    }
  }
  return NULL;
}

enum norkv_error norkv_entry_load(struct norkv *kv, uint32_t address, struct norkv_entry *entry) {
  entry->format = NULL;
  uint8_t *bytes;
  enum norkv_error err = norkv_window(kv, address, NORKV_HEADER_SIZE, &bytes);
  if (err != NORKV_OK) {
    return err;
  }
  uint32_t magic = get32(bytes);
  if (magic == NORKV_BLANK) {
    return NORKV_ERR_NOT_FOUND;
  }
  entry->format = find_format(kv, magic);
  if (entry->format == NULL) {
    return NORKV_ERR_DATA_LOSS;
  }
  entry->address = address;
  entry->checksum = get32(bytes + 4);
  entry->alignment_units = bytes[8];
  entry->key_length = bytes[9];
  uint32_t value_size = bytes[10] | (uint32_t)bytes[11] << 8;
  bool deleted = value_size == NORKV_TOMBSTONE_SIZE;
  entry->value_size = (uint16_t)(deleted ? 0 : value_size);
  entry->version.transaction_id = get32(bytes + 12);
  entry->size = norkv_align_up(norkv_entry_content(entry), (entry->alignment_units + 1u) * 16u);
  uint32_t extent = entry->size;
  if (NORKV_MIGRATION && entry->alignment_units != norkv_alignment_units(kv)) {
    extent = norkv_align_up(norkv_entry_content(entry), kv->entry_alignment);
  }
  entry->version.extent = norkv_extent_of(extent, deleted);
  if (entry->key_length == 0 || entry->key_length > NORKV_MAX_KEY || entry->size > kv->window_limit - address) {
    return NORKV_ERR_DATA_LOSS;
  }
  err = norkv_window(kv, address, norkv_minimum(entry->size, kv->buffer_size), &bytes);
  memcpy(entry->key, bytes + NORKV_HEADER_SIZE, entry->key_length);
  return err;
}

uint32_t norkv_entry_sum_start(const struct norkv_format *format) {
  uint8_t start[NORKV_CHECKSUM_END] = {0};
  norkv_put32(start, format->magic);
  return norkv_checksum_add(format->checksum, norkv_checksum_begin(format->checksum), start, sizeof(start));
}

/* Hands out what of [offset, offset + size) lies in the slice. */
static void slice_take(struct norkv_slice *slice, uint32_t offset, const uint8_t *bytes, uint32_t size) {
  uint32_t begin = offset > slice->offset ? offset : slice->offset;
  uint32_t end = norkv_minimum(offset + size, slice->end);
  if (begin >= end) {
    return;
  }
  bytes += begin - offset;
  if (!NORKV_MIGRATION || slice->data != NULL) {
    memcpy(slice->data + (begin - slice->offset), bytes, end - begin);
  } else {
    slice->running = norkv_checksum_add(slice->kind, slice->running, bytes, end - begin);
  }
}

enum norkv_error norkv_entry_verify(struct norkv *kv, const struct norkv_entry *entry, struct norkv_slice *slice) {
  enum norkv_checksum kind = entry->format->checksum;
  bool is_first = NORKV_MAX_FORMATS == 1 || entry->format == kv->config.formats;
  uint32_t running = is_first ? kv->checksum_start : norkv_entry_sum_start(entry->format);
  uint32_t size = 0;
  for (uint32_t offset = 0; offset < entry->size; offset += size) {
    size = norkv_minimum(entry->size - offset, kv->buffer_size);
    uint8_t *bytes;
    enum norkv_error err = norkv_window(kv, entry->address + offset, size, &bytes);
    if (err != NORKV_OK) {
      return err;
    }
    uint32_t done = offset == 0 ? NORKV_CHECKSUM_END : 0;
    running = norkv_checksum_add(kind, running, bytes + done, size - done);
    if (slice != NULL) {
      slice_take(slice, offset, bytes, size);
    }
  }
  return norkv_checksum_end(kind, running) == entry->checksum ? NORKV_OK : NORKV_ERR_DATA_LOSS;
}

enum norkv_error norkv_entry_read(struct norkv *kv, uint32_t address, struct norkv_entry *entry) {
  enum norkv_error err = norkv_entry_load(kv, address, entry);
  return err != NORKV_OK ? err : norkv_entry_verify(kv, entry, NULL);
}
