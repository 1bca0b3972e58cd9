/* The checksums of the entry formats. */
#ifndef PC_MODEL_CRC_H
#define PC_MODEL_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Both continue from `crc`, so that a checksum can be taken over several pieces. */

/* CRC-16-CCITT: polynomial 0x1021, not reflected, no final XOR. Begin with 0xFFFF. */
uint16_t pc_crc16_ccitt(uint16_t crc, const uint8_t *data, size_t size);

/* CRC-32C (Castagnoli): reflected; the XOR with ones at both ends is inside, so begin with 0. With the processor's own
   instruction where there is one. */
uint32_t pc_crc32c(uint32_t crc, const uint8_t *data, size_t size);

/* pc_crc32c without that instruction, for tests to compare. */
uint32_t pc_crc32c_portable(uint32_t crc, const uint8_t *data, size_t size);

#endif
