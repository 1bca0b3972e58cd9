/* Spares the erase of a sector that reads blank. */
#include "wrapped.h"

static bool reads_blank(struct wrapped *self, uint32_t address) {
  uint8_t bytes[16];
  for (uint32_t offset = 0; offset < self->flash.sector_size; offset += sizeof bytes) {
    if (wrapped_read(self, address + offset, bytes, sizeof bytes) != PC_FLASH_OK) {
      return false;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
      if (bytes[i] != 0xFF) {
        return false;
      }
    }
  }
  return true;
}

static int erase(void *context, uint32_t address) {
  return reads_blank(context, address) ? PC_FLASH_OK : wrapped_erase(context, address);
}

static enum pc_status start(void *memory, const struct pc_store_setup *setup) {
  struct wrapped *self = wrapped(memory);
  struct pc_parameter parameters[WRAPPED_MAX_PARAMETERS];
  memset(self, 0, sizeof *self);
  self->flash = setup->flash;
  self->setup = norkv_setup(setup, parameters);
  self->setup.flash.context = self;
  self->setup.flash.read = wrapped_read;
  self->setup.flash.program = wrapped_program;
  self->setup.flash.erase = erase;
  return norkv()->start(norkv_memory(memory), &self->setup);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    WRAPPED_STORE,
    .configure = wrapped_configure,
    .start = start,
    .put = wrapped_put,
    .remove = wrapped_remove,
    .get = wrapped_get,
    .iterate = wrapped_iterate,
    .sector_report = wrapped_sector_report,
};
