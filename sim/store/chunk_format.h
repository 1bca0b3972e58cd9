/*
 * The chunk format, byte for byte. All fields are little-endian; every part is padded up to the sector's alignment with
 * zeros.
 *
 * Sector: u16 token, u16 version, u16 alignment, u16 0xFFFF | u64 clean order, erased while in use | chunks
 * Chunk:  u16 token, u16 CRC of key and value, u16 flags, u16 sizes | key | value
 */
#ifndef PC_CHUNK_FORMAT_H
#define PC_CHUNK_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#define PC_CHUNK_HEADER_SIZE 8u /* bytes of each header and of the clean order, without padding */
#define PC_CHUNK_MAX_KEY 15u
#define PC_CHUNK_MAX_VALUE 4080u
#define PC_CHUNK_MAX_ALIGNMENT 128u

/* The clean order of a sector that isn't marked for cleaning: erased, and higher than any other. */
#define PC_CHUNK_IN_USE UINT64_MAX

/* What eight bytes are, where a sector header or a chunk header is due. */
enum pc_chunk_sight {
  PC_CHUNK_BLANK,
  PC_CHUNK_FOREIGN, /* not blank, and without the token */
  PC_CHUNK_UNKNOWN, /* a sector header of another version, or of an alignment that there isn't */
  PC_CHUNK_FOUND,
};

struct pc_chunk_header {
  uint16_t crc; /* of key and value, without padding */
  bool erased;  /* the key is deleted */
  uint8_t key_size;
  uint16_t value_size;
};

uint32_t pc_chunk_align(uint32_t size, uint32_t alignment);

/* Bytes before the first chunk of a sector. */
uint32_t pc_chunk_sector_header_size(uint32_t alignment);

/* Bytes of a chunk with all its padding. */
uint32_t pc_chunk_size(uint32_t key_size, uint32_t value_size, uint32_t alignment);

void pc_chunk_encode_sector(uint8_t *bytes, uint16_t alignment);
/* Fills in the alignment where it answers PC_CHUNK_FOUND: 1 to PC_CHUNK_MAX_ALIGNMENT. */
enum pc_chunk_sight pc_chunk_decode_sector(const uint8_t *bytes, uint16_t *alignment);

void pc_chunk_encode_order(uint8_t *bytes, uint64_t order);
uint64_t pc_chunk_decode_order(const uint8_t *bytes);

void pc_chunk_encode_header(uint8_t *bytes, const struct pc_chunk_header *header);
/* Fills in the header where it answers PC_CHUNK_FOUND. Its sizes are as read: up to 15 and 4,095 bytes. */
enum pc_chunk_sight pc_chunk_decode_header(const uint8_t *bytes, struct pc_chunk_header *header);

#endif
