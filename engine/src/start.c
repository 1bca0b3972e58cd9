/* Configuration, memory, and starting on whatever is on flash. */
#include <string.h>

#include "checksum.h"
#include "index.h"
#include "policy.h"
#include "recover.h"
#include "sector.h"

#define BUFFER_SIZE 256u /* bytes at least; holds a header and the longest key */

/* Least common multiple of 16 and the write alignment: entries start and end at both. */
static uint32_t entry_alignment_of(uint32_t write_alignment) {
  uint32_t alignment = write_alignment;
  while (alignment % 16 != 0) {
    alignment += write_alignment;
  }
  return alignment;
}

static bool geometry_is_valid(const struct norkv_flash *flash) {
  if (flash->alignment < 1 || flash->alignment > NORKV_MAX_ALIGNMENT || flash->sector_size < NORKV_MIN_SECTOR_SIZE ||
      flash->sector_count < NORKV_MIN_SECTORS || flash->sector_count > NORKV_MAX_SECTORS) {
    return false;
  }
  uint32_t entry_alignment = entry_alignment_of(flash->alignment);
  return flash->sector_size % flash->alignment == 0 && flash->sector_size >= entry_alignment &&
         flash->sector_size <= UINT32_MAX / flash->sector_count;
}

static bool formats_are_valid(const struct norkv_config *config) {
  if (config->formats == NULL || config->format_count < 1 || config->format_count > NORKV_MAX_FORMATS) {
    return false;
  }
  for (uint32_t i = 0; i < norkv_format_count(config); i++) {
    const struct norkv_format *format = &config->formats[i];
    if (format->magic == NORKV_BLANK || !NORKV_CHECKSUM_IS_VALID(format->checksum)) {
      return false;
    }
    for (uint32_t j = 0; NORKV_MAX_FORMATS > 1 && j < i; j++) {
      if (config->formats[j].magic == format->magic) {
        return false;
      }
    }
  }
  return true;
}

static enum norkv_error config_check(const struct norkv_config *config) {
  if (!NORKV_CHECK_CONFIG) {
    return NORKV_OK;
  }
  if (config == NULL || config->flash.read == NULL || config->flash.program == NULL || config->flash.erase == NULL) {
    return NORKV_ERR_INVALID;
  }
  if (!geometry_is_valid(&config->flash)) {
    return NORKV_ERR_GEOMETRY;
  }
  bool valid = formats_are_valid(config) && config->redundancy >= 1 && config->redundancy <= NORKV_MAX_REDUNDANCY &&
               config->redundancy < config->flash.sector_count && config->max_keys >= 1 &&
               config->max_keys <= NORKV_MAX_KEYS && config->recovery <= NORKV_RECOVER_MANUAL &&
               NORKV_POLICY_IS_VALID(config->policy) && config->collect_on_write <= NORKV_COLLECT_OFF;
  return valid ? NORKV_OK : NORKV_ERR_INVALID;
}

/* Where the parts lie in the caller's memory: the index slots first, then these; all offsets are multiples of four. */
struct layout {
  size_t buckets;
  size_t chains;
  size_t sectors;
  size_t buffer;
  size_t total;
  uint32_t bucket_count;
  uint32_t buffer_size;
};

static void lay_out(const struct norkv_config *config, struct layout *layout) {
  layout->bucket_count = 4;
  while (layout->bucket_count < config->max_keys) {
    layout->bucket_count *= 2;
  }
  layout->buffer_size = norkv_align_up(BUFFER_SIZE, config->flash.alignment);
  layout->buckets = config->max_keys * (sizeof(struct norkv_key) + config->redundancy * sizeof(uint32_t));
  layout->chains = layout->buckets + layout->bucket_count * sizeof(uint16_t);
  layout->sectors = layout->chains + (config->max_keys + 1u) / 2 * sizeof(uint32_t);
  layout->buffer = layout->sectors + config->flash.sector_count * sizeof(struct norkv_sector);
  layout->total = layout->buffer + layout->buffer_size;
}

size_t norkv_memory_size(const struct norkv_config *config) {
  struct layout layout;
  if (config_check(config) != NORKV_OK) {
    return 0;
  }
  lay_out(config, &layout);
  return layout.total;
}

uint32_t norkv_entry_size(const struct norkv_config *config, size_t key_length, size_t value_size) {
  uint32_t content = NORKV_HEADER_SIZE + (uint32_t)key_length + (uint32_t)value_size;
  return norkv_align_up(content, entry_alignment_of(config->flash.alignment));
}

uint32_t norkv_max_value_size(const struct norkv_config *config, size_t key_length) {
  uint32_t sector_size = config->flash.sector_size;
  uint32_t room = sector_size - sector_size % entry_alignment_of(config->flash.alignment);
  uint32_t used = NORKV_HEADER_SIZE + (uint32_t)key_length;
  return room < used ? 0 : norkv_minimum(room - used, NORKV_TOMBSTONE_SIZE - 1);
}

static enum norkv_error memory_set_up(struct norkv *kv, const struct norkv_config *config) {
  struct layout layout;
  lay_out(config, &layout);
  uint8_t *memory = config->memory;
  if (memory == NULL || (uintptr_t)memory % sizeof(uint32_t) != 0 || config->memory_size < layout.total) {
    return NORKV_ERR_MEMORY;
  }
  kv->config = *config;
  kv->redundancy = config->redundancy;
  kv->keys = (struct norkv_key *)(void *)memory;
  kv->keys_end = kv->keys;
  kv->sectors = (struct norkv_sector *)(void *)(memory + layout.sectors);
  kv->buckets = (uint16_t *)(void *)(memory + layout.buckets);
  kv->chains = (uint16_t *)(void *)(memory + layout.chains);
  kv->buffer = memory + layout.buffer;
  kv->buffer_size = layout.buffer_size;
  kv->bucket_mask = layout.bucket_count - 1;
  kv->checksum_start = norkv_entry_sum_start(config->formats);
  kv->entry_alignment = entry_alignment_of(config->flash.alignment);
  kv->free_key = NORKV_NO_KEY;
  kv->empty_count = config->flash.sector_count;
  kv->unsure_count = config->flash.sector_count;
  memset(memory, 0xFF, layout.sectors); /* no addresses, and no slots */
  memset(memory + layout.sectors, 0, layout.buffer - layout.sectors);
  return NORKV_OK;
}

/* Indexes the entries of one sector. Its free end is not looked at: that waits until it is to be used. */
static enum norkv_error scan_sector(struct norkv *kv, uint32_t sector) {
  struct norkv_scan scan;
  norkv_scan_begin(kv, &scan, sector);
  uint32_t tail = 0;
  enum norkv_error err = NORKV_OK;
  while ((err = norkv_scan_next(kv, &scan)) == NORKV_OK) {
    if (kv->key_count == 0 || norkv_is_newer(scan.entry.version.transaction_id, kv->transaction_id)) {
      kv->transaction_id = scan.entry.version.transaction_id;
      kv->last_sector = (uint16_t)sector;
    }
    err = norkv_index_add(kv, &scan);
    if (err != NORKV_OK) {
      return err;
    }
    if (scan.damage == 0) {
      tail = scan.address - norkv_sector_base(kv, sector);
      norkv_key_count_entry(scan.key, 1);
    }
  }
  norkv_sector_set(kv, sector, tail, scan.damage > 0 ? NORKV_SECTOR_DAMAGED : NORKV_SECTOR_UNCHECKED);
  kv->counters.corrupt_entries += scan.damage;
  return err == NORKV_ERR_NOT_FOUND ? NORKV_OK : err;
}

static enum norkv_error scan(struct norkv *kv) {
  kv->last_sector = (uint16_t)(kv->config.flash.sector_count - 1); /* so that a blank part is filled from its start */
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    enum norkv_error err = scan_sector(kv, sector);
    if (err != NORKV_OK) {
      return err;
    }
  }
  norkv_policy_start(kv);
  /* A torn entry has the next ID, and may become whole yet when its erase is cut: that ID is not used again. */
  kv->transaction_id += kv->counters.corrupt_entries > 0 ? 1u : 0u;
  return NORKV_OK;
}

enum norkv_error norkv_start(struct norkv *kv, const struct norkv_config *config) {
  if (kv == NULL) {
    return NORKV_ERR_INVALID;
  }
  memset(kv, 0, sizeof(*kv));
  enum norkv_error err = config_check(config);
  if (err == NORKV_OK) {
    err = memory_set_up(kv, config);
  }
  if (err == NORKV_OK) {
    err = scan(kv);
  }
  if (err != NORKV_OK) {
    return err;
  }
  kv->started = true;
  kv->needs_recovery = norkv_recover_is_due(kv);
  if (!kv->needs_recovery || config->recovery == NORKV_RECOVER_LAZY) {
    return NORKV_OK;
  }
  if (config->recovery == NORKV_RECOVER_MANUAL) {
    return NORKV_ERR_DATA_LOSS;
  }
  norkv_policy_allow(kv, true);
  /* Sectors that can't be written are left to later calls; a part that can't be read is not up. */
  uint8_t byte;
  return norkv_recover(kv) == NORKV_ERR_FLASH && norkv_read(kv, 0, &byte, 1) == NORKV_ERR_FLASH ? NORKV_ERR_FLASH
                                                                                                : NORKV_OK;
}
