/* The adapter: what firmware that uses norkv would write, between norkv's flash port and the simulator's. */
#include "norkv_store.h"

#include <stdio.h>
#include <string.h>

#include "norkv_promises.h"
#include "norkv_settings.h"

/* At the start of the store's memory; norkv's own block follows. */
struct subject {
  struct norkv kv;
  struct pc_flash flash;
  struct norkv_format formats[NORKV_MAX_FORMATS];
  bool partial_is_idle; /* as the settings say */
};

/* Bytes before norkv's block, kept aligned for whatever it holds. */
#define SUBJECT_SIZE ((sizeof(struct subject) + 15u) / 16u * 16u)

#define SCRATCH 0xA5 /* neither erased nor any format's first byte */

/* Reads whole read units around what is wanted, as a flash driver does. */
static int read_by_units(const struct pc_flash *flash, uint32_t address, uint8_t *buffer, size_t size) {
  uint8_t chunk[256];
  const size_t most = sizeof chunk - sizeof chunk % flash->read_unit;
  while (size > 0) {
    size_t before = address % flash->read_unit;
    size_t part = size < most - before ? size : most - before;
    size_t units = (before + part + flash->read_unit - 1) / flash->read_unit;
    int err = flash->read(flash->context, address - (uint32_t)before, chunk, units * flash->read_unit);
    if (err) {
      return err;
    }
    memcpy(buffer, chunk + before, part);
    address += (uint32_t)part;
    buffer += part;
    size -= part;
  }
  return 0;
}

static int flash_read(void *context, uint32_t address, void *buffer, size_t size) {
  const struct pc_flash *flash = context;
  if (flash->read_unit > 1) {
    return read_by_units(flash, address, buffer, size);
  }
  return flash->read(flash->context, address, buffer, size);
}

/* Splits at the pages of the part, as a flash driver does. */
static int flash_program(void *context, uint32_t address, const void *data, size_t size) {
  const struct pc_flash *flash = context;
  const uint8_t *bytes = data;
  while (size > 0) {
    size_t part = size;
    if (flash->page_size != 0 && part > flash->page_size - address % flash->page_size) {
      part = flash->page_size - address % flash->page_size;
    }
    int err = flash->program(flash->context, address, bytes, part);
    if (err) {
      return err;
    }
    address += (uint32_t)part;
    bytes += part;
    size -= part;
  }
  return 0;
}

static int flash_erase(void *context, uint32_t sector) {
  const struct pc_flash *flash = context;
  return flash->erase(flash->context, sector * flash->sector_size);
}

static enum pc_status status_of(enum norkv_error error) {
  switch (error) {
    case NORKV_OK:
      return PC_STATUS_OK;
    case NORKV_ERR_NOT_FOUND:
      return PC_STATUS_NOT_FOUND;
    case NORKV_ERR_FULL:
    case NORKV_ERR_KEYS:
      return PC_STATUS_FULL;
    case NORKV_ERR_INVALID:
    case NORKV_ERR_GEOMETRY:
    case NORKV_ERR_MEMORY:
    case NORKV_ERR_BUFFER:
      return PC_STATUS_INVALID;
    case NORKV_ERR_DATA_LOSS:
      return PC_STATUS_DATA_LOSS;
    case NORKV_ERR_FLASH:
      return PC_STATUS_FLASH_ERROR;
  }
  return PC_STATUS_FAILED;
}

static struct norkv_config configuration(const struct pc_store_setup *setup, const struct pc_norkv_settings *settings) {
  return (struct norkv_config){
      .flash =
          {
              .sector_size = setup->flash.sector_size,
              .sector_count = setup->flash.sector_count,
              .alignment = settings->alignment,
              .read = flash_read,
              .program = flash_program,
              .erase = flash_erase,
          },
      .formats = settings->formats,
      .format_count = settings->format_count,
      .redundancy = settings->redundancy,
      .max_keys = settings->max_keys,
      .recovery = settings->recovery,
      .policy = settings->policy,
      .collect_on_write = settings->collect_on_write,
      .skip_verify_on_read = !settings->verifies_reads,
      .skip_verify_on_write = !settings->verifies_writes,
  };
}

static enum pc_status store_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                      char *message, size_t message_size) {
  struct pc_norkv_settings settings;
  enum pc_status status = pc_norkv_read_settings(setup, &settings, message, message_size);
  if (status != PC_STATUS_OK) {
    return status;
  }
  struct norkv_config config = configuration(setup, &settings);
  size_t memory_size = norkv_memory_size(&config);
  if (memory_size == 0) {
    (void)snprintf(
        message, message_size,
        "norkv takes 2 to 65535 sectors of at least 128 bytes, more sectors than copies (here: %u sectors of %u "
        "bytes, redundancy %u, alignment %u)",
        setup->flash.sector_count, setup->flash.sector_size, settings.redundancy, settings.alignment);
    return PC_STATUS_INVALID;
  }
  *promises = (struct pc_store_promises){
      .memory_size = SUBJECT_SIZE + memory_size,
      .redundancy = settings.redundancy,
      .repairs_later = settings.recovery == NORKV_RECOVER_LAZY || settings.mends_late,
      .repairs_with_write = settings.recovery == NORKV_RECOVER_LAZY,
      .repairs_in_parts = settings.partial_is_idle,
      .has_layout = true,
      .layout =
          {
              .sector_size = setup->flash.sector_size,
              .sector_count = setup->flash.sector_count,
              .alignment = settings.alignment,
              .redundancy = settings.redundancy,
              .format_count = settings.format_count,
          },
      .max_key_size = NORKV_MAX_KEY,
      .max_value_size = norkv_max_value_size(&config, NORKV_MAX_KEY),
      .self_contained = true,
  };
  pc_norkv_promise_work(&config, setup, promises);
  if (settings.partial_is_idle) {
    pc_norkv_promise_idle(&config, setup, promises);
  }
  for (size_t i = 0; i < settings.format_count; i++) {
    promises->layout.formats[i] = (struct pc_format){.magic = settings.formats[i].magic,
                                                     .checksum = (enum pc_checksum)settings.formats[i].checksum};
  }
  return PC_STATUS_OK;
}

static enum pc_status store_start(void *memory, const struct pc_store_setup *setup) {
  struct subject *subject = memory;
  struct pc_norkv_settings settings = {0};
  char message[256];
  enum pc_status status = pc_norkv_read_settings(setup, &settings, message, sizeof message);
  if (status != PC_STATUS_OK) {
    return status;
  }
  struct norkv_config config = configuration(setup, &settings);
  subject->flash = setup->flash;
  subject->partial_is_idle = settings.partial_is_idle;
  memcpy(subject->formats, settings.formats, sizeof subject->formats);
  config.flash.context = &subject->flash;
  config.formats = subject->formats;
  config.memory = (uint8_t *)memory + SUBJECT_SIZE;
  config.memory_size = norkv_memory_size(&config);
  enum norkv_error error = norkv_start(&subject->kv, &config);
  if (error == NORKV_ERR_DATA_LOSS && settings.recovery == NORKV_RECOVER_MANUAL) {
    /* Manual recovery leaves the mending to the firmware: this one mends at once, and goes on where there is no room
       for that, as a start that mends by itself does. */
    error = settings.mends_late ? NORKV_OK : norkv_maintain(&subject->kv, NORKV_MAINTAIN_PARTIAL);
    error = error == NORKV_ERR_FULL ? NORKV_OK : error;
  }
  return status_of(error);
}

static enum pc_status store_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  struct subject *subject = memory;
  return status_of(norkv_put(&subject->kv, key.data, key.size, value.data, value.size));
}

static enum pc_status store_remove(void *memory, struct pc_bytes key) {
  struct subject *subject = memory;
  return status_of(norkv_delete(&subject->kv, key.data, key.size));
}

static enum pc_status store_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  struct subject *subject = memory;
  return status_of(norkv_get(&subject->kv, key.data, key.size, 0, buffer, capacity, size));
}

static enum pc_status store_iterate(void *memory, pc_visit visit, void *context) {
  struct subject *subject = memory;
  struct norkv_iterator iterator = {0};
  struct norkv_item item;
  for (;;) {
    enum norkv_error error = norkv_next(&subject->kv, &iterator, &item);
    if (error == NORKV_ERR_NOT_FOUND) {
      return PC_STATUS_OK;
    }
    if (error) {
      return status_of(error);
    }
    visit(context, (struct pc_bytes){.data = item.key, .size = item.key_length});
  }
}

static enum pc_status store_maintain(void *memory, enum pc_maintenance level) {
  static const enum norkv_maintenance levels[] = {
      [PC_MAINTAIN_PARTIAL] = NORKV_MAINTAIN_PARTIAL,
      [PC_MAINTAIN_FULL] = NORKV_MAINTAIN_FULL,
      [PC_MAINTAIN_HEAVY] = NORKV_MAINTAIN_HEAVY,
  };
  struct subject *subject = memory;
  bool idle = level == PC_MAINTAIN_PARTIAL && subject->partial_is_idle;
  return status_of(norkv_maintain(&subject->kv, idle ? NORKV_MAINTAIN_IDLE : levels[level]));
}

static enum pc_status store_sector_report(void *memory, uint32_t sector, struct pc_sector_report *report) {
  struct subject *subject = memory;
  struct norkv_sector_info info;
  enum norkv_error error = norkv_get_sector_info(&subject->kv, sector, &info);
  /* What is in the buffer between two calls means nothing: now a call that takes it for flash shows, and recoveries
     that differ in nothing else are alike. */
  memset(subject->kv.buffer, SCRATCH, subject->kv.buffer_size);
  if (error) {
    return status_of(error);
  }
  report->free_bytes = info.free_bytes;
  return PC_STATUS_OK;
}

static uint64_t store_footprint(const struct pc_store_setup *setup, size_t key_size, size_t value_size) {
  struct pc_norkv_settings settings;
  char message[256];
  if (pc_norkv_read_settings(setup, &settings, message, sizeof message) != PC_STATUS_OK) {
    return 0;
  }
  struct norkv_config config = configuration(setup, &settings);
  return norkv_entry_size(&config, key_size, value_size);
}

/* What norkv_put and norkv_max_value_size promise. */
static bool store_must_accept(const struct pc_store_setup *setup, const struct pc_usage *usage, size_t key_size,
                              size_t value_size) {
  struct pc_norkv_settings settings;
  char message[256];
  if (pc_norkv_read_settings(setup, &settings, message, sizeof message) != PC_STATUS_OK) {
    return false;
  }
  struct norkv_config config = configuration(setup, &settings);
  uint64_t entry = norkv_entry_size(&config, key_size, value_size);
  uint32_t sector_size = setup->flash.sector_size;
  uint32_t sector_count = setup->flash.sector_count;
  if (key_size > NORKV_MAX_KEY || value_size > norkv_max_value_size(&config, key_size) ||
      usage->live_keys >= settings.max_keys || settings.collect_on_write != NORKV_COLLECT_AS_NEEDED) {
    return false;
  }
  if (usage->live_footprint == 0) {
    return true;
  }
  return entry <= sector_size && settings.redundancy * usage->live_footprint <=
                                     (uint64_t)(sector_count - settings.redundancy) * (sector_size - entry);
}

const struct pc_store pc_norkv_store = {
    .api = PC_STORE_API,
    .name = "norkv",
    .summary = "wear-levelled, redundant key-value store in the format of pw_kvs",
    .parameters = pc_norkv_parameters,
    .parameter_count = PC_NORKV_PARAMETER_COUNT,
    .configure = store_configure,
    .start = store_start,
    .put = store_put,
    .remove = store_remove,
    .get = store_get,
    .iterate = store_iterate,
    .maintain = store_maintain,
    .sector_report = store_sector_report,
    .footprint = store_footprint,
    .must_accept = store_must_accept,
};
