#include "chunk_settings.h"

#include <stdio.h>
#include <string.h>

#include "chunk_format.h"
#include "number.h"

enum { MAX_KEYS_LIMIT = 65000, MAX_SECTORS_LIMIT = 65535 };

/* The order of this table is the order of a setup's parameters. */
enum parameter { MAX_KEYS, MAX_SECTORS, ALIGNMENT };

const struct pc_parameter_info pc_chunk_parameters[PC_CHUNK_PARAMETER_COUNT] = {
    [MAX_KEYS] = {"max_keys", "50", "keys that the index holds, erased ones until they are cleaned away: 1 to 65000"},
    [MAX_SECTORS] = {"max_sectors", "20", "sectors that the store takes: 2 to 65535"},
    [ALIGNMENT] = {"alignment", "0", "of each part, bytes: a multiple of the program unit, up to 128; 0: that unit"},
};

static bool read_number(const struct pc_store_setup *setup, enum parameter parameter, uint32_t maximum,
                        uint32_t *number) {
  const char *text = setup->parameters[parameter].value;
  return pc_number_read(text, text + strlen(text), maximum, number);
}

static enum pc_status refuse(const struct pc_store_setup *setup, enum parameter parameter, char *message, size_t size) {
  (void)snprintf(message, size, "'%s' is no value of %s (%s)", setup->parameters[parameter].value,
                 pc_chunk_parameters[parameter].name, pc_chunk_parameters[parameter].summary);
  return PC_STATUS_INVALID;
}

enum pc_status pc_chunk_read_settings(const struct pc_store_setup *setup, struct pc_chunk_settings *settings,
                                      char *message, size_t message_size) {
  const struct pc_flash *flash = &setup->flash;
  if (setup->erased_value != 0xFF) {
    (void)snprintf(message, message_size, "chunk takes parts that erase to 0xff (here: 0x%02x)", setup->erased_value);
    return PC_STATUS_INVALID;
  }
  if (!read_number(setup, MAX_KEYS, MAX_KEYS_LIMIT, &settings->max_keys) || settings->max_keys == 0) {
    return refuse(setup, MAX_KEYS, message, message_size);
  }
  uint32_t max_sectors;
  if (!read_number(setup, MAX_SECTORS, MAX_SECTORS_LIMIT, &max_sectors) || max_sectors < 2) {
    return refuse(setup, MAX_SECTORS, message, message_size);
  }
  uint32_t alignment;
  if (!read_number(setup, ALIGNMENT, PC_CHUNK_MAX_ALIGNMENT, &alignment) || alignment % flash->program_unit != 0) {
    return refuse(setup, ALIGNMENT, message, message_size);
  }
  alignment = alignment == 0 ? flash->program_unit : alignment;
  if (flash->sector_count < 2 || flash->sector_count > max_sectors || alignment > PC_CHUNK_MAX_ALIGNMENT ||
      flash->sector_size < pc_chunk_sector_header_size(alignment) + pc_chunk_size(PC_CHUNK_MAX_KEY, 1, alignment)) {
    (void)snprintf(message, message_size,
                   "chunk takes 2 to %u sectors (max_sectors), each with room for its header and a chunk (here: %u "
                   "sectors of %u bytes, alignment %u)",
                   max_sectors, flash->sector_count, flash->sector_size, alignment);
    return PC_STATUS_INVALID;
  }
  settings->alignment = (uint16_t)alignment;
  return PC_STATUS_OK;
}
