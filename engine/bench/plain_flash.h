/* A NOR part that is an array and nothing else, so that what is measured is the engine. */
#ifndef PLAIN_FLASH_H
#define PLAIN_FLASH_H

#include "norkv/flash.h"

struct plain_flash {
  uint8_t *bytes;
  uint32_t sector_size;
};

/* A blank part of `sector_count` sectors. Returns 0, or -1 without memory. */
int plain_flash_init(struct plain_flash *flash, uint32_t sector_size, uint32_t sector_count);
void plain_flash_free(struct plain_flash *flash);

/* The port of this part. Programs may be of any size and alignment. */
struct norkv_flash plain_flash_port(struct plain_flash *flash, uint32_t sector_count);

#endif
