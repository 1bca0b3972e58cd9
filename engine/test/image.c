#include "image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t image_crc16(const uint8_t *bytes, size_t size) {
  uint32_t crc = 0xFFFF;
  for (size_t i = 0; i < size; i++) {
    crc ^= (uint32_t)bytes[i] << 8;
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000) != 0 ? (crc << 1 ^ 0x1021) & 0xFFFF : crc << 1;
    }
  }
  return crc;
}

uint32_t image_crc32c(const uint8_t *bytes, size_t size) {
  uint32_t crc = 0xFFFFFFFF;
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
    }
  }
  return ~crc;
}

static uint32_t number_at(const uint8_t *bytes, uint32_t size) {
  uint32_t number = 0;
  for (uint32_t i = 0; i < size; i++) {
    number |= (uint32_t)bytes[i] << (8 * i);
  }
  return number;
}

static uint32_t checksum_of(enum norkv_checksum kind, const uint8_t *bytes, uint32_t size) {
  uint8_t *copy = malloc(size);
  if (copy == NULL) {
    abort();
  }
  memcpy(copy, bytes, size);
  memset(copy + 4, 0, 4);
  uint32_t checksum = kind == NORKV_CHECKSUM_CRC16_CCITT ? image_crc16(copy, size)
                      : kind == NORKV_CHECKSUM_CRC32C    ? image_crc32c(copy, size)
                                                         : 0;
  free(copy);
  return checksum;
}

bool image_entry_at(const struct store *store, uint32_t sector, uint32_t offset, struct image_entry *entry) {
  const struct ram_flash *flash = &store->flash;
  if (offset + 16 > flash->sector_size) {
    return false;
  }
  const uint8_t *bytes = flash->bytes + (size_t)sector * flash->sector_size + offset;
  uint32_t value_size = number_at(bytes + 10, 2);
  *entry = (struct image_entry){
      .sector = sector,
      .offset = offset,
      .magic = number_at(bytes, 4),
      .transaction_id = number_at(bytes + 12, 4),
      .key_length = bytes[9],
      .deleted = value_size == 0xFFFF,
      .value_size = value_size == 0xFFFF ? 0 : value_size,
  };
  uint32_t alignment = (bytes[8] + 1u) * 16;
  uint32_t content = 16 + entry->key_length + entry->value_size;
  entry->size = (content + alignment - 1) / alignment * alignment;
  if (entry->key_length < 1 || entry->key_length > NORKV_MAX_KEY || offset + entry->size > flash->sector_size) {
    return false;
  }
  memcpy(entry->key, bytes + 16, entry->key_length);
  for (uint32_t i = 0; i < store->config.format_count; i++) {
    if (store->config.formats[i].magic == entry->magic) {
      return checksum_of(store->config.formats[i].checksum, bytes, entry->size) == number_at(bytes + 4, 4);
    }
  }
  return false;
}

bool image_next(const struct store *store, uint32_t *position, struct image_entry *entry) {
  const struct ram_flash *flash = &store->flash;
  while (*position < flash->sector_size * flash->sector_count) {
    uint32_t sector = *position / flash->sector_size;
    uint32_t offset = *position % flash->sector_size;
    if (image_entry_at(store, sector, offset, entry)) {
      *position += entry->size;
      return true;
    }
    /* sectors need not be a multiple of 16 bytes, entries lie at multiples of 16 of their own sector */
    *position = offset + 16 < flash->sector_size ? *position + 16 : (sector + 1) * flash->sector_size;
  }
  return false;
}

uint32_t image_copies(const struct store *store, const uint8_t *key, uint8_t key_length, uint32_t transaction_id) {
  uint32_t copies = 0;
  uint32_t last_sector = UINT32_MAX;
  uint32_t position = 0;
  struct image_entry entry;
  while (image_next(store, &position, &entry)) {
    if (entry.transaction_id == transaction_id && entry.key_length == key_length &&
        memcmp(entry.key, key, key_length) == 0 && entry.sector != last_sector) {
      copies++;
      last_sector = entry.sector;
    }
  }
  return copies;
}

bool image_is_redundant(struct store *store, char *text, size_t size) {
  struct norkv_iterator iterator = {0};
  struct norkv_item item;
  while (norkv_next(&store->kv, &iterator, &item) == NORKV_OK) {
    struct image_entry entry;
    struct image_entry newest = {0};
    uint32_t position = 0;
    while (image_next(store, &position, &entry)) {
      if (entry.key_length == item.key_length && memcmp(entry.key, item.key, item.key_length) == 0 &&
          (newest.size == 0 || (int32_t)(entry.transaction_id - newest.transaction_id) > 0)) {
        newest = entry;
      }
    }
    uint32_t copies = image_copies(store, item.key, item.key_length, newest.transaction_id);
    if (newest.deleted || copies < store->config.redundancy) {
      (void)snprintf(text, size, "key of %u bytes beginning with 0x%02x: transaction %u has %u of %u copies",
                     item.key_length, item.key[0], newest.transaction_id, copies, store->config.redundancy);
      return false;
    }
  }
  return true;
}

uint32_t image_write(struct store *store, uint32_t address, const char *key, const char *value,
                     uint32_t transaction_id) {
  uint32_t key_length = (uint32_t)strlen(key);
  uint32_t value_size = value == NULL ? 0 : (uint32_t)strlen(value);
  uint32_t alignment = store->flash.alignment;
  while (alignment % 16 != 0) {
    alignment += store->flash.alignment;
  }
  uint32_t size = (16 + key_length + value_size + alignment - 1) / alignment * alignment;
  uint8_t *bytes = store->flash.bytes + address;
  uint32_t field = value == NULL ? 0xFFFF : value_size;
  memset(bytes, 0, size);
  for (uint32_t i = 0; i < 4; i++) {
    bytes[i] = (uint8_t)(store->config.formats[0].magic >> (8 * i));
    bytes[12 + i] = (uint8_t)(transaction_id >> (8 * i));
  }
  bytes[8] = (uint8_t)(alignment / 16 - 1);
  bytes[9] = (uint8_t)key_length;
  bytes[10] = (uint8_t)field;
  bytes[11] = (uint8_t)(field >> 8);
  for (uint32_t i = 0; i < key_length; i++) {
    bytes[16 + i] = (uint8_t)key[i];
  }
  for (uint32_t i = 0; i < value_size; i++) {
    bytes[16 + key_length + i] = (uint8_t)value[i];
  }
  uint32_t checksum = checksum_of(store->config.formats[0].checksum, bytes, size);
  for (uint32_t i = 0; i < 4; i++) {
    bytes[4 + i] = (uint8_t)(checksum >> (8 * i));
  }
  return size;
}
