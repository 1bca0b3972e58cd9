/* get, value_size, next: reading current entries. */
#include <string.h>

#include "read.h"
#include "sector.h"

/* Reads a copy of the key's current entry, and the slice of it. Only a good checksum makes it believable. */
static enum norkv_error read_copy(struct norkv *kv, const struct norkv_key *key, uint32_t address,
                                  struct norkv_entry *entry, struct norkv_slice *slice) {
  norkv_window_drop(kv, address, norkv_key_size(key));
  enum norkv_error err = norkv_entry_load(kv, address, entry);
  if (err != NORKV_OK) {
    return err;
  }
  if (!norkv_key_is_current(key, entry)) {
    return NORKV_ERR_DATA_LOSS;
  }
  if (slice != NULL) {
    slice->end = norkv_minimum(slice->offset + slice->size, norkv_entry_content(entry));
  }
  if (slice == NULL || !kv->config.skip_verify_on_read) {
    return norkv_entry_verify(kv, entry, slice);
  }
  /* behind the end there may be no flash */
  bool any = slice->end > slice->offset;
  return any ? norkv_read(kv, address + slice->offset, slice->data, slice->end - slice->offset) : NORKV_OK;
}

enum norkv_error norkv_read_current(struct norkv *kv, struct norkv_key *key, struct norkv_entry *entry,
                                    struct norkv_slice *slice) {
  enum norkv_error err = NORKV_ERR_DATA_LOSS;
  for (uint32_t i = 0; i < norkv_redundancy(kv) && err != NORKV_OK && err != NORKV_ERR_FLASH; i++) {
    if (key->addresses[i] != NORKV_NO_ADDRESS) {
      err = read_copy(kv, key, key->addresses[i], entry, slice);
    }
  }
  return err == NORKV_ERR_NOT_FOUND ? NORKV_ERR_DATA_LOSS : err;
}

/* Reads a key for the caller. The sectors of copies that were passed over are damaged from then on, so that recovery
   replaces them; where there is no good copy, there is nothing to replace them with. */
static enum norkv_error read_key(struct norkv *kv, struct norkv_key *key, struct norkv_entry *entry,
                                 struct norkv_slice *slice) {
  enum norkv_error err = norkv_read_current(kv, key, entry, slice);
  if (NORKV_MAX_REDUNDANCY > 1 && err == NORKV_OK) {
    for (const uint32_t *passed = key->addresses; *passed != entry->address; passed++) {
      if (*passed != NORKV_NO_ADDRESS) {
        norkv_sector_set_damaged(kv, norkv_sector_of(kv, *passed));
      }
    }
  }
  return err;
}

/* Finds and reads a live key. */
static enum norkv_error read_name(struct norkv *kv, const void *key, size_t key_length, struct norkv_entry *entry,
                                  struct norkv_slice *slice) {
  struct norkv_name name;
  if (!norkv_name_init(kv, &name, key, key_length)) {
    return NORKV_ERR_INVALID;
  }
  struct norkv_key *found = NULL;
  enum norkv_error err = norkv_index_find(kv, &name, &found);
  if (err != NORKV_OK) {
    return err;
  }
  return norkv_key_is_deleted(found) ? NORKV_ERR_NOT_FOUND : read_key(kv, found, entry, slice);
}

enum norkv_error norkv_get(struct norkv *kv, const void *key, size_t key_length, size_t offset, void *buffer,
                           size_t size, size_t *read_size) {
  if (buffer == NULL && size > 0) {
    return NORKV_ERR_INVALID;
  }
  uint32_t from = offset < NORKV_TOMBSTONE_SIZE ? (uint32_t)offset : NORKV_TOMBSTONE_SIZE; /* no value is as long */
  struct norkv_slice slice = {
      .data = buffer,
      .offset = NORKV_HEADER_SIZE + (uint32_t)key_length + from,
      .size = size < NORKV_TOMBSTONE_SIZE ? (uint32_t)size : NORKV_TOMBSTONE_SIZE,
  };
  struct norkv_entry entry;
  enum norkv_error err = read_name(kv, key, key_length, &entry, &slice);
  if (err != NORKV_OK) {
    return err;
  }
  if (from > entry.value_size) {
    return NORKV_ERR_INVALID;
  }
  if (read_size != NULL) {
    *read_size = slice.end - slice.offset;
  }
  return slice.end < norkv_entry_content(&entry) ? NORKV_ERR_BUFFER : NORKV_OK;
}

enum norkv_error norkv_value_size(struct norkv *kv, const void *key, size_t key_length, size_t *value_size) {
  if (value_size == NULL) {
    return NORKV_ERR_INVALID;
  }
  struct norkv_entry entry;
  enum norkv_error err = read_name(kv, key, key_length, &entry, NULL);
  if (err == NORKV_OK) {
    *value_size = entry.value_size;
  }
  return err;
}

enum norkv_error norkv_next(struct norkv *kv, struct norkv_iterator *iterator, struct norkv_item *item) {
  if (kv == NULL || !kv->started || iterator == NULL || item == NULL) {
    return NORKV_ERR_INVALID;
  }
  while (iterator->position < kv->config.max_keys) {
    struct norkv_key *key = norkv_key_at(kv, iterator->position++);
    if (key->extent == 0 || norkv_key_is_deleted(key)) {
      continue; /* a slot that is free, or never was used, or a tombstone */
    }
    struct norkv_entry entry;
    enum norkv_error err = read_key(kv, key, &entry, NULL);
    if (err == NORKV_OK) {
      memcpy(item->key, entry.key, entry.key_length);
      item->key_length = entry.key_length;
      item->value_size = entry.value_size;
    }
    return err;
  }
  return NORKV_ERR_NOT_FOUND;
}
