/* The chunk store's calls. CHUNK.md tells what the design is, and what it loses. */
#include "chunk_store.h"

#include "chunk_clean.h"
#include "chunk_crc.h"
#include "chunk_scan.h"
#include "chunk_sector.h"
#include "chunk_settings.h"

/* Bytes of a part of the store's memory, so that the next one is aligned for whatever it holds. */
static size_t padded(size_t size) {
  return (size + 15) / 16 * 16;
}

static size_t sectors_size(const struct pc_store_setup *setup) {
  return padded(setup->flash.sector_count * sizeof(struct pc_chunk_sector));
}

static enum pc_status store_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                      char *message, size_t message_size) {
  struct pc_chunk_settings settings;
  enum pc_status status = pc_chunk_read_settings(setup, &settings, message, message_size);
  if (status != PC_STATUS_OK) {
    return status;
  }
  uint32_t largest = setup->flash.sector_size - pc_chunk_sector_header_size(settings.alignment) -
                     pc_chunk_size(PC_CHUNK_MAX_KEY, 0, settings.alignment);
  *promises = (struct pc_store_promises){
      .memory_size =
          padded(sizeof(struct pc_chunk)) + sectors_size(setup) + settings.max_keys * sizeof(struct pc_chunk_key),
      .self_contained = true,
      .max_key_size = PC_CHUNK_MAX_KEY,
      .max_value_size = largest < PC_CHUNK_MAX_VALUE ? largest : PC_CHUNK_MAX_VALUE,
  };
  return PC_STATUS_OK;
}

static enum pc_status store_start(void *memory, const struct pc_store_setup *setup) {
  struct pc_chunk_settings settings;
  char message[256];
  enum pc_status status = pc_chunk_read_settings(setup, &settings, message, sizeof message);
  if (status != PC_STATUS_OK) {
    return status;
  }
  struct pc_chunk *chunk = memory;
  uint8_t *sectors = (uint8_t *)memory + padded(sizeof *chunk);
  *chunk = (struct pc_chunk){
      .flash = setup->flash,
      .alignment = settings.alignment,
      .max_keys = settings.max_keys,
      .sectors = (void *)sectors,
      .keys = (void *)(sectors + sectors_size(setup)),
  };
  status = pc_chunk_scan(chunk);
  return status == PC_STATUS_OK ? pc_chunk_free_sector(chunk) : status;
}

static bool is_key(struct pc_bytes key) {
  return key.size >= 1 && key.size <= PC_CHUNK_MAX_KEY;
}

/* A key that isn't erased, or NULL. */
static struct pc_chunk_key *find_live(const struct pc_chunk *chunk, struct pc_bytes name) {
  struct pc_chunk_key *key = pc_chunk_find(chunk, name);
  return key == NULL || key->header.erased ? NULL : key;
}

/* Where a chunk goes: to the key's own sector, or, for a new key and where that is full, to the first one with room.
   For a known key, sectors are cleaned until there is room. The sector count: there is none. Pointers into the index
   are no longer valid. */
static enum pc_status choose_sector(struct pc_chunk *chunk, struct pc_bytes name, uint32_t value_size,
                                    uint32_t *sector) {
  uint32_t key_size = (uint32_t)name.size;
  for (;;) {
    const struct pc_chunk_key *key = pc_chunk_find(chunk, name);
    bool own = key != NULL && pc_chunk_has_room(chunk, key->sector, key_size, value_size);
    *sector = own ? key->sector : pc_chunk_find_room(chunk, key_size, value_size, true);
    if (key == NULL || *sector != chunk->flash.sector_count) {
      return PC_STATUS_OK;
    }
    bool cleaned;
    enum pc_status status = pc_chunk_clean(chunk, &cleaned);
    if (status != PC_STATUS_OK || !cleaned) {
      return status;
    }
  }
}

static enum pc_status write_new(struct pc_chunk *chunk, uint32_t sector, struct pc_bytes name,
                                const struct pc_bytes *value) {
  struct pc_chunk_key *key = pc_chunk_add(chunk, name);
  if (key == NULL) {
    return PC_STATUS_FULL;
  }
  enum pc_status status = pc_chunk_append(chunk, sector, key, value);
  if (status != PC_STATUS_OK) {
    pc_chunk_drop(chunk, key);
  }
  return status;
}

/* A sector that the key leaves is marked for cleaning first. */
static enum pc_status rewrite(struct pc_chunk *chunk, uint32_t sector, struct pc_chunk_key *key,
                              const struct pc_bytes *value) {
  enum pc_status status = sector == key->sector ? PC_STATUS_OK : pc_chunk_mark(chunk, key->sector);
  if (status == PC_STATUS_OK) {
    status = pc_chunk_append(chunk, sector, key, value);
  }
  return status == PC_STATUS_OK ? pc_chunk_free_sector(chunk) : status;
}

/* Writes a chunk for a key, new or known; a `value` of NULL erases it. */
static enum pc_status write_chunk(struct pc_chunk *chunk, struct pc_bytes name, const struct pc_bytes *value) {
  uint32_t sector;
  enum pc_status status = choose_sector(chunk, name, value == NULL ? 0 : (uint32_t)value->size, &sector);
  if (status != PC_STATUS_OK || sector == chunk->flash.sector_count) {
    return status == PC_STATUS_OK ? PC_STATUS_FULL : status;
  }
  struct pc_chunk_key *key = pc_chunk_find(chunk, name);
  return key == NULL ? write_new(chunk, sector, name, value) : rewrite(chunk, sector, key, value);
}

static enum pc_status store_put(void *memory, struct pc_bytes name, struct pc_bytes value) {
  struct pc_chunk *chunk = memory;
  if (!is_key(name) || value.size > PC_CHUNK_MAX_VALUE) {
    return PC_STATUS_INVALID;
  }
  const struct pc_chunk_key *key = find_live(chunk, name);
  if (key != NULL) {
    bool equal;
    enum pc_status status = pc_chunk_compare(&chunk->flash, pc_chunk_value_place(chunk, key), value, &equal);
    if (status != PC_STATUS_OK || equal) {
      return status;
    }
  }
  return write_chunk(chunk, name, &value);
}

static enum pc_status store_remove(void *memory, struct pc_bytes name) {
  struct pc_chunk *chunk = memory;
  if (!is_key(name)) {
    return PC_STATUS_INVALID;
  }
  return find_live(chunk, name) == NULL ? PC_STATUS_NOT_FOUND : write_chunk(chunk, name, NULL);
}

static enum pc_status store_get(void *memory, struct pc_bytes name, uint8_t *buffer, size_t capacity, size_t *size) {
  const struct pc_chunk *chunk = memory;
  if (!is_key(name)) {
    return PC_STATUS_INVALID;
  }
  const struct pc_chunk_key *key = find_live(chunk, name);
  if (key == NULL) {
    return PC_STATUS_NOT_FOUND;
  }
  struct pc_chunk_place place = pc_chunk_value_place(chunk, key);
  if (place.size > capacity) {
    return PC_STATUS_INVALID;
  }
  enum pc_status status = pc_chunk_read(&chunk->flash, place.address, buffer, place.size);
  if (status != PC_STATUS_OK) {
    return status;
  }
  uint16_t crc = pc_chunk_crc(PC_CHUNK_CRC_BEGIN, key->bytes, key->header.key_size);
  *size = place.size;
  return pc_chunk_crc(crc, buffer, place.size) == key->header.crc ? PC_STATUS_OK : PC_STATUS_DATA_LOSS;
}

static enum pc_status store_iterate(void *memory, pc_visit visit, void *context) {
  const struct pc_chunk *chunk = memory;
  for (uint32_t i = 0; i < chunk->key_count; i++) {
    const struct pc_chunk_key *key = &chunk->keys[i];
    if (!key->header.erased) {
      visit(context, (struct pc_bytes){.data = key->bytes, .size = key->header.key_size});
    }
  }
  return PC_STATUS_OK;
}

const struct pc_store pc_chunk_store = {
    .api = PC_STORE_API,
    .name = "chunk",
    .summary = "the older design of pw_kvs, with sectors that are marked for cleaning: loses data",
    .parameters = pc_chunk_parameters,
    .parameter_count = PC_CHUNK_PARAMETER_COUNT,
    .configure = store_configure,
    .start = store_start,
    .put = store_put,
    .remove = store_remove,
    .get = store_get,
    .iterate = store_iterate,
};
