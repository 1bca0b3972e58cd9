#include "power.h"

#include "board.h"

/* A word was programmed or a page erased: it may have been the last. */
static void use(struct power *power) {
  if (power->words_left > 0 && --power->words_left == 0) {
    board_reset();
  }
}

static int read_bytes(void *context, uint32_t address, void *buffer, size_t size) {
  const struct power *power = context;
  return power->flash.read(power->flash.context, address, buffer, size);
}

static int program_words(void *context, uint32_t address, const void *data, size_t size) {
  struct power *power = context;
  const uint8_t *bytes = data;
  int err = 0;
  for (uint32_t done = 0; done < size && err == 0; done += power->flash.alignment) {
    err = power->flash.program(power->flash.context, address + done, bytes + done, power->flash.alignment);
    use(power);
  }
  return err;
}

static int erase_sector(void *context, uint32_t sector) {
  struct power *power = context;
  int err = power->flash.erase(power->flash.context, sector);
  use(power);
  return err;
}

struct norkv_flash power_port(struct power *power, const struct norkv_flash *flash) {
  *power = (struct power){.flash = *flash};
  struct norkv_flash port = *flash;
  port.context = power;
  port.read = read_bytes;
  port.program = program_words;
  port.erase = erase_sector;
  return port;
}
