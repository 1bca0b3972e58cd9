/* get, value_size, next: reading current entries. */
#include <string.h>

#include "index.h"

static bool is_name(const struct norkv *kv, const void *key, size_t length) {
  return kv != NULL && kv->started && key != NULL && length >= 1 && length <= NORKV_MAX_KEY;
}

static enum norkv_error find_live(struct norkv *kv, const void *key, size_t key_length, uint32_t *slot) {
  uint32_t length = (uint32_t)key_length;
  struct norkv_name name = {key, length, norkv_index_hash(key, length)};
  enum norkv_error err = norkv_index_find(kv, &name, slot);
  return err == NORKV_OK && norkv_key_is_deleted(&kv->keys[*slot]) ? NORKV_ERR_NOT_FOUND : err;
}

/* What a caller wants of a value. */
struct request {
  size_t offset;
  size_t size; /* of the buffer */
  uint8_t *buffer;
  struct norkv_slice slice;
};

/* Clips the request to the value. */
static enum norkv_error clip(const struct norkv_entry *entry, struct request *request) {
  if (request->offset > entry->value_size) {
    return NORKV_ERR_INVALID;
  }
  size_t rest = entry->value_size - request->offset;
  request->slice.data = request->buffer;
  request->slice.offset = NORKV_HEADER_SIZE + entry->key_length + (uint32_t)request->offset;
  request->slice.size = (uint32_t)(rest < request->size ? rest : request->size);
  return rest > request->size ? NORKV_ERR_BUFFER : NORKV_OK;
}

/* Reads one copy. Only a good checksum makes its header and value believable. */
static enum norkv_error read_copy(struct norkv *kv, uint32_t slot, uint32_t address, struct norkv_entry *entry,
                                  struct request *request) {
  norkv_window_drop(kv, address, norkv_key_size(&kv->keys[slot]));
  enum norkv_error err = norkv_entry_load(kv, address, entry);
  if (err != NORKV_OK) {
    return err == NORKV_ERR_FLASH ? err : NORKV_ERR_DATA_LOSS;
  }
  if (entry->transaction_id != kv->keys[slot].transaction_id || entry->deleted) {
    return NORKV_ERR_DATA_LOSS;
  }
  enum norkv_error fits = request == NULL ? NORKV_OK : clip(entry, request);
  struct norkv_slice *slice = request == NULL || fits == NORKV_ERR_INVALID ? NULL : &request->slice;
  if (!kv->config.skip_verify_on_read) {
    err = norkv_entry_verify(kv, entry, slice);
  } else if (slice != NULL && slice->size > 0) {
    err = norkv_read(kv, address + slice->offset, slice->data, slice->size);
  }
  return err != NORKV_OK ? err : fits;
}

/* Reads the first good copy. */
static enum norkv_error read_key(struct norkv *kv, uint32_t slot, struct norkv_entry *entry, struct request *request) {
  const uint32_t *addresses = norkv_addresses(kv, slot);
  enum norkv_error err = NORKV_ERR_DATA_LOSS;
  for (uint32_t i = 0; i < kv->config.redundancy && err == NORKV_ERR_DATA_LOSS; i++) {
    if (addresses[i] != NORKV_NO_ADDRESS) {
      err = read_copy(kv, slot, addresses[i], entry, request);
    }
  }
  return err;
}

enum norkv_error norkv_get(struct norkv *kv, const void *key, size_t key_length, size_t offset, void *buffer,
                           size_t size, size_t *read_size) {
  if (!is_name(kv, key, key_length) || (buffer == NULL && size > 0)) {
    return NORKV_ERR_INVALID;
  }
  uint32_t slot = 0;
  enum norkv_error err = find_live(kv, key, key_length, &slot);
  if (err != NORKV_OK) {
    return err;
  }
  uint8_t none = 0;
  struct request request = {.offset = offset, .size = size, .buffer = buffer != NULL ? buffer : &none};
  struct norkv_entry entry;
  err = read_key(kv, slot, &entry, &request);
  if ((err == NORKV_OK || err == NORKV_ERR_BUFFER) && read_size != NULL) {
    *read_size = request.slice.size;
  }
  return err;
}

enum norkv_error norkv_value_size(struct norkv *kv, const void *key, size_t key_length, size_t *value_size) {
  if (!is_name(kv, key, key_length) || value_size == NULL) {
    return NORKV_ERR_INVALID;
  }
  uint32_t slot = 0;
  struct norkv_entry entry;
  enum norkv_error err = find_live(kv, key, key_length, &slot);
  if (err == NORKV_OK) {
    err = read_key(kv, slot, &entry, NULL);
  }
  if (err == NORKV_OK) {
    *value_size = entry.value_size;
  }
  return err;
}

enum norkv_error norkv_next(struct norkv *kv, struct norkv_iterator *iterator, struct norkv_item *item) {
  if (kv == NULL || !kv->started || iterator == NULL || item == NULL) {
    return NORKV_ERR_INVALID;
  }
  while (iterator->position < kv->key_limit) {
    uint32_t slot = iterator->position++;
    if (kv->keys[slot].entries == 0 || norkv_key_is_deleted(&kv->keys[slot])) {
      continue;
    }
    struct norkv_entry entry;
    enum norkv_error err = read_key(kv, slot, &entry, NULL);
    if (err == NORKV_OK) {
      memcpy(item->key, entry.key, entry.key_length);
      item->key_length = entry.key_length;
      item->value_size = entry.value_size;
    }
    return err;
  }
  return NORKV_ERR_NOT_FOUND;
}
