#include "image.h"

#include <string.h>

static const struct {
  const char *text;
  struct pc_format list[2];
  uint32_t count;
} format_sets[4] = {
    {"0x600dbeef:crc16_ccitt", {{0x600DBEEF, PC_CHECKSUM_CRC16_CCITT}}, 1},
    {"0x6b76c32c:crc32c", {{0x6B76C32C, PC_CHECKSUM_CRC32C}}, 1},
    {"0x600dbeef:none", {{0x600DBEEF, PC_CHECKSUM_NONE}}, 1},
    {"0x6b76c32c:crc32c,0x600dbeef:crc16_ccitt",
     {{0x6B76C32C, PC_CHECKSUM_CRC32C}, {0x600DBEEF, PC_CHECKSUM_CRC16_CCITT}},
     2},
};
static const char *const recoveries[4] = {"immediate", "lazy", "manual", "immediate"};
static const uint32_t sector_sizes[8] = {128, 256, 512, 1024, 2048, 4096, 8192, 384};
static const uint32_t alignments[8] = {1, 4, 8, 16, 32, 64, 128, 256};

enum pc_result pc_image_setup_read(struct pc_bytes input, struct pc_image_setup *setup, struct pc_error *error) {
  if (input.size == 0) {
    return pc_fail(error, PC_BAD_INPUT, "empty, no image");
  }
  if (input.size < PC_IMAGE_HEADER_SIZE || memcmp(input.data, "PM", 2) != 0) {
    return pc_fail(error, PC_BAD_INPUT, "not an image for fuzzing: it doesn't begin with the header of one");
  }
  if (input.data[2] != PC_IMAGE_VERSION) {
    return pc_fail(error, PC_BAD_INPUT, "an image of version %u; this harness reads version %u", input.data[2],
                   PC_IMAGE_VERSION);
  }
  const uint8_t *header = input.data;
  *setup = (struct pc_image_setup){
      .sector_size = sector_sizes[header[3] & 7u],
      .alignment = alignments[header[3] >> 3 & 7u],
      .redundancy = (header[3] >> 6) + 1u,
      .sector_count = header[4] % 63u + 2u,
      .formats = format_sets[header[5] & 3u].text,
      .format_count = format_sets[header[5] & 3u].count,
      .recovery = recoveries[header[5] >> 2 & 3u],
      .fix = (header[5] & 16u) == 0,
      .seed = header[7],
  };
  memcpy(setup->list, format_sets[header[5] & 3u].list, sizeof setup->list);
  uint32_t most = PC_IMAGE_MAX_SIZE / setup->sector_size;
  setup->sector_count = setup->sector_count < most ? setup->sector_count : most;
  setup->redundancy = setup->redundancy < setup->sector_count ? setup->redundancy : setup->sector_count - 1;
  if (setup->sector_size % setup->alignment != 0) {
    setup->alignment = 1;
  }
  size_t size = (size_t)setup->sector_size * setup->sector_count;
  return input.size - PC_IMAGE_HEADER_SIZE <= size ? PC_OK
                                                   : pc_fail(error, PC_BAD_INPUT, "%zu bytes of an image that has %zu",
                                                             input.size - PC_IMAGE_HEADER_SIZE, size);
}

/* Bit by bit: neither norkv's nor the decoder's code, which are what is under test. */
static uint32_t crc32c(const uint8_t *bytes, size_t size) {
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) {
      crc = crc >> 1 ^ ((crc & 1u) != 0 ? 0x82F63B78u : 0u);
    }
  }
  return ~crc;
}

static uint32_t crc16(const uint8_t *bytes, size_t size) {
  uint32_t crc = 0xFFFF;
  for (size_t i = 0; i < size; i++) {
    crc ^= (uint32_t)bytes[i] << 8;
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc << 1 ^ ((crc & 0x8000u) != 0 ? 0x1021u : 0u)) & 0xFFFFu;
    }
  }
  return crc;
}

static uint32_t read_u32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The bytes that the entry with this header says it has. */
static size_t entry_size(const uint8_t *header) {
  size_t alignment = ((size_t)header[8] + 1) * 16;
  size_t value = (size_t)header[10] | (size_t)header[11] << 8;
  size_t size = 16 + (size_t)(header[9] & 0x3F) + (value == 0xFFFF ? 0 : value);
  return (size + alignment - 1) / alignment * alignment;
}

/* Gives the entry its checksum, if it has a known format and lies in the `left` bytes. Its size, or 0. */
static size_t fix_entry(const struct pc_image_setup *setup, uint8_t *entry, size_t left) {
  for (uint32_t i = 0; i < setup->format_count; i++) {
    size_t size = left >= 16 ? entry_size(entry) : 0;
    if (size == 0 || size > left || read_u32(entry) != setup->list[i].magic) {
      continue;
    }
    if (entry[6] == 0xBD && entry[7] == 0xBD) {
      return size;
    }
    memset(entry + 4, 0, 4);
    uint32_t checksum = 0;
    if (setup->list[i].checksum == PC_CHECKSUM_CRC32C) {
      checksum = crc32c(entry, size);
    } else if (setup->list[i].checksum == PC_CHECKSUM_CRC16_CCITT) {
      checksum = crc16(entry, size);
    }
    for (size_t byte = 0; byte < 4; byte++) {
      entry[4 + byte] = (uint8_t)(checksum >> (8 * byte));
    }
    return size;
  }
  return 0;
}

void pc_image_fix(const struct pc_image_setup *setup, uint8_t *image) {
  for (uint32_t sector = 0; sector < setup->sector_count; sector++) {
    uint8_t *bytes = image + (size_t)sector * setup->sector_size;
    size_t at = 0;
    while (at < setup->sector_size) {
      size_t size = fix_entry(setup, bytes + at, setup->sector_size - at);
      at += size > 0 ? size : 16;
    }
  }
}
