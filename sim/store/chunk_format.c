#include "chunk_format.h"

enum {
  SECTOR_TOKEN = 0xABCD,
  CHUNK_TOKEN = 0x55AA,
  VERSION = 4,
  VERSION_WITH_ALIGNMENT = 3, /* the first that says its alignment */
  VERSION_OF_BYTES = 2,       /* alignment 1 */
  PADDING = 0xFFFF,
  FLAG_ERASED = 1,
  KEY_SIZE_BITS = 4,
  KEY_SIZE_MASK = 0xF,
};

static uint16_t get_u16(const uint8_t *bytes) {
  return (uint16_t)(bytes[0] | (bytes[1] << 8));
}

static void put_u16(uint8_t *bytes, unsigned value) {
  bytes[0] = (uint8_t)value;
  bytes[1] = (uint8_t)(value >> 8);
}

static bool is_blank(const uint8_t *bytes) {
  return pc_chunk_decode_order(bytes) == UINT64_MAX;
}

uint32_t pc_chunk_align(uint32_t size, uint32_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}

uint32_t pc_chunk_sector_header_size(uint32_t alignment) {
  return 2 * pc_chunk_align(PC_CHUNK_HEADER_SIZE, alignment);
}

uint32_t pc_chunk_size(uint32_t key_size, uint32_t value_size, uint32_t alignment) {
  return pc_chunk_align(PC_CHUNK_HEADER_SIZE, alignment) + pc_chunk_align(key_size, alignment) +
         pc_chunk_align(value_size, alignment);
}

void pc_chunk_encode_sector(uint8_t *bytes, uint16_t alignment) {
  put_u16(bytes, SECTOR_TOKEN);
  put_u16(bytes + 2, VERSION);
  put_u16(bytes + 4, alignment);
  put_u16(bytes + 6, PADDING);
}

enum pc_chunk_sight pc_chunk_decode_sector(const uint8_t *bytes, uint16_t *alignment) {
  if (is_blank(bytes)) {
    return PC_CHUNK_BLANK;
  }
  if (get_u16(bytes) != SECTOR_TOKEN) {
    return PC_CHUNK_FOREIGN;
  }
  uint16_t version = get_u16(bytes + 2);
  *alignment = version == VERSION_OF_BYTES ? 1 : get_u16(bytes + 4);
  bool known = version == VERSION || version == VERSION_WITH_ALIGNMENT || version == VERSION_OF_BYTES;
  return known && *alignment >= 1 && *alignment <= PC_CHUNK_MAX_ALIGNMENT ? PC_CHUNK_FOUND : PC_CHUNK_UNKNOWN;
}

void pc_chunk_encode_order(uint8_t *bytes, uint64_t order) {
  for (unsigned i = 0; i < PC_CHUNK_HEADER_SIZE; i++) {
    bytes[i] = (uint8_t)(order >> (8 * i));
  }
}

uint64_t pc_chunk_decode_order(const uint8_t *bytes) {
  uint64_t order = 0;
  for (unsigned i = 0; i < PC_CHUNK_HEADER_SIZE; i++) {
    order |= (uint64_t)bytes[i] << (8 * i);
  }
  return order;
}

void pc_chunk_encode_header(uint8_t *bytes, const struct pc_chunk_header *header) {
  put_u16(bytes, CHUNK_TOKEN);
  put_u16(bytes + 2, header->crc);
  put_u16(bytes + 4, header->erased ? FLAG_ERASED : 0);
  put_u16(bytes + 6, header->key_size | ((unsigned)header->value_size << KEY_SIZE_BITS));
}

enum pc_chunk_sight pc_chunk_decode_header(const uint8_t *bytes, struct pc_chunk_header *header) {
  if (is_blank(bytes)) {
    return PC_CHUNK_BLANK;
  }
  if (get_u16(bytes) != CHUNK_TOKEN) {
    return PC_CHUNK_FOREIGN;
  }
  uint16_t sizes = get_u16(bytes + 6);
  *header = (struct pc_chunk_header){
      .crc = get_u16(bytes + 2),
      .erased = (get_u16(bytes + 4) & FLAG_ERASED) != 0,
      .key_size = (uint8_t)(sizes & KEY_SIZE_MASK),
      .value_size = (uint16_t)(sizes >> KEY_SIZE_BITS),
  };
  return PC_CHUNK_FOUND;
}
