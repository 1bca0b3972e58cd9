/* The checksum of a chunk. */
#ifndef PC_CHUNK_CRC_H
#define PC_CHUNK_CRC_H

#include <stddef.h>
#include <stdint.h>

#define PC_CHUNK_CRC_BEGIN 0xFFFFu

/* CRC-16-CCITT, continued from `crc`: polynomial 0x1021, not reflected, no final XOR. */
uint16_t pc_chunk_crc(uint16_t crc, const uint8_t *data, size_t size);

#endif
