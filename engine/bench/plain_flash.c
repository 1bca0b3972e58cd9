#include "plain_flash.h"

#include <stdlib.h>
#include <string.h>

int plain_flash_init(struct plain_flash *flash, uint32_t sector_size, uint32_t sector_count) {
  size_t size = (size_t)sector_size * sector_count;
  *flash = (struct plain_flash){.bytes = malloc(size), .sector_size = sector_size};
  if (flash->bytes == NULL) {
    return -1;
  }
  memset(flash->bytes, 0xFF, size);
  return 0;
}

void plain_flash_free(struct plain_flash *flash) {
  free(flash->bytes);
}

static int read_bytes(void *context, uint32_t address, void *buffer, size_t size) {
  const struct plain_flash *flash = context;
  memcpy(buffer, flash->bytes + address, size);
  return 0;
}

static int program_bytes(void *context, uint32_t address, const void *data, size_t size) {
  struct plain_flash *flash = context;
  memcpy(flash->bytes + address, data, size);
  return 0;
}

static int erase_sector(void *context, uint32_t sector) {
  struct plain_flash *flash = context;
  memset(flash->bytes + (size_t)sector * flash->sector_size, 0xFF, flash->sector_size);
  return 0;
}

struct norkv_flash plain_flash_port(struct plain_flash *flash, uint32_t sector_count) {
  return (struct norkv_flash){
      .context = flash,
      .sector_size = flash->sector_size,
      .sector_count = sector_count,
      .alignment = 1,
      .read = read_bytes,
      .program = program_bytes,
      .erase = erase_sector,
  };
}
