/* Checksums of entries. A running value starts with norkv_checksum_begin, takes bytes in pieces of any size and ends
   with norkv_checksum_end, which gives the header's field. Options of norkv/options.h choose between small and fast,
   and may leave one. Compiled for an x86 that has the instructions,
   both take them. */
#ifndef NORKV_CHECKSUM_H
#define NORKV_CHECKSUM_H

#include "norkv/norkv.h"

#ifdef NORKV_ONLY_CHECKSUM
#define NORKV_CHECKSUM_OF(kind) ((void)(kind), NORKV_ONLY_CHECKSUM)
#define NORKV_CHECKSUM_IS_VALID(kind) ((kind) == NORKV_ONLY_CHECKSUM)
#else
#define NORKV_CHECKSUM_OF(kind) (kind)
#define NORKV_CHECKSUM_IS_VALID(kind) ((kind) <= NORKV_CHECKSUM_CRC32C)
#endif

static inline uint32_t norkv_checksum_begin(enum norkv_checksum kind) {
  if (NORKV_CHECKSUM_OF(kind) == NORKV_CHECKSUM_NONE) {
    return 0;
  }
  return NORKV_CHECKSUM_OF(kind) == NORKV_CHECKSUM_CRC32C ? 0xFFFFFFFF : 0xFFFF;
}

uint32_t norkv_checksum_add(enum norkv_checksum kind, uint32_t running, const void *data, size_t size);

static inline uint32_t norkv_checksum_end(enum norkv_checksum kind, uint32_t running) {
  return NORKV_CHECKSUM_OF(kind) == NORKV_CHECKSUM_CRC32C ? ~running : running;
}

#endif
