/* What changed on flash, as lines of 16 bytes, old and new. */
#ifndef PC_CLI_HEXDUMP_H
#define PC_CLI_HEXDUMP_H

#include <stdint.h>
#include <stdio.h>

#include "powercut/device.h"

struct pc_change_count {
  uint64_t bytes;        /* that differ */
  uint64_t cleared, set; /* bits that went from 1 to 0, from 0 to 1 */
};

/* `flip` is the part's (pc_profile_flip). */
struct pc_change_count pc_change_count(const struct pc_flash_operation *operation, uint8_t flip);

/* Prints each line of 16 bytes that differs, before ('-') and after ('+'); at most `limit` of them, then how many
   there are more. Of lines in a row that changed alike the first is printed, and counted, unless all are wanted. Bytes
   are as they are read. */
#define PC_ALL_LINES UINT32_MAX
void pc_hexdump_change(FILE *stream, const struct pc_flash_operation *operation, uint8_t flip, uint32_t limit);

#endif
