/* Checksums of entries. A running value starts with norkv_checksum_begin, takes bytes in pieces of any size and ends
   with norkv_checksum_end, which gives the header's field. NORKV_SMALL_CHECKSUM, a compile-time choice, trades speed
   for tables of 96 bytes in place of 12 KiB. Compiled for an x86 that has the instruction, CRC-32C takes that. */
#ifndef NORKV_CHECKSUM_H
#define NORKV_CHECKSUM_H

#include "norkv/norkv.h"

uint32_t norkv_checksum_begin(enum norkv_checksum kind);
uint32_t norkv_checksum_add(enum norkv_checksum kind, uint32_t running, const void *data, size_t size);
uint32_t norkv_checksum_end(enum norkv_checksum kind, uint32_t running);

#endif
