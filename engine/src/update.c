/* put and delete: a new entry in `redundancy` sectors. */
#include "collect.h"
#include "index.h"
#include "policy.h"
#include "recover.h"
#include "write.h"

/* The key's slot, NORKV_NO_KEY if it has none: then there is a free one. Errors: NOT_FOUND (nothing to delete), KEYS,
   FLASH. */
static enum norkv_error find_slot(struct norkv *kv, const struct norkv_name *name, bool deletes, uint32_t *slot) {
  *slot = NORKV_NO_KEY;
  enum norkv_error err = norkv_index_find(kv, name, slot);
  if (deletes) {
    return err == NORKV_OK && norkv_key_is_deleted(&kv->keys[*slot]) ? NORKV_ERR_NOT_FOUND : err;
  }
  if (err != NORKV_ERR_NOT_FOUND) {
    return err;
  }
  err = norkv_collect_room(kv, NULL, 0, NULL);
  return err == NORKV_OK || err == NORKV_ERR_FLASH ? err : NORKV_ERR_KEYS;
}

/* Writes the first copy, where there is room for all. A sector that fails is closed and another one is taken. */
static enum norkv_error write_first(struct norkv *kv, const struct norkv_source *source, uint32_t *address) {
  struct norkv_place place = {.size = source->size, .slot = NORKV_NO_KEY};
  enum norkv_error failure = NORKV_OK;
  for (uint32_t i = 0; i <= kv->config.flash.sector_count; i++) {
    uint32_t sector = 0;
    enum norkv_error err = norkv_collect_room(kv, &place, norkv_redundancy(kv), &sector);
    if (err != NORKV_OK) {
      return failure == NORKV_OK ? err : failure;
    }
    failure = norkv_write_append(kv, sector, source, address);
    if (failure == NORKV_OK) {
      kv->last_sector = (uint16_t)sector;
      break;
    }
  }
  return failure;
}

/* Before anything is written there must be an empty sector, whatever the recovery mode: it is what makes garbage
   collection safe. Damage that can't be mended does not keep an update from trying. */
static enum norkv_error get_ready(struct norkv *kv) {
  enum norkv_error recovered = NORKV_OK;
  kv->allowance = norkv_policy_allowance(kv);
  if (kv->needs_recovery && kv->config.recovery != NORKV_RECOVER_MANUAL) {
    kv->allowance = norkv_recover_allowance(kv); /* for both: what one has collected the other need not */
    recovered = norkv_recover(kv);
  }
  enum norkv_error err = norkv_recover_reserve(kv);
  if (kv->config.collect_on_write != NORKV_COLLECT_AS_NEEDED) {
    bool may_collect = kv->config.collect_on_write == NORKV_COLLECT_ONE;
    kv->allowance = may_collect ? norkv_work_of(kv->config.flash.sector_size) : 0;
  }
  return err != NORKV_OK && recovered == NORKV_ERR_FLASH ? recovered : err;
}

/* There is no room, but the new entry may be no larger than the old one, and takes its place when its sector is
   collected. So does each further copy, because the sectors of the old ones have room now for as much. */
static enum norkv_error replace(struct norkv *kv, const struct norkv_replacement *new) {
  if (new->slot == NORKV_NO_KEY || norkv_key_size(&kv->keys[new->slot]) < new->source->size) {
    return NORKV_ERR_FULL;
  }
  if (kv->config.collect_on_write != NORKV_COLLECT_AS_NEEDED && norkv_redundancy(kv) > 1) {
    return NORKV_ERR_FULL; /* the others may need collections of their own */
  }
  return norkv_collect_replace(kv, new);
}

/* Once the first copy is good the update can't be undone, so that a failure of the others is left to recovery. */
static enum norkv_error write_version(struct norkv *kv, const struct norkv_name *name, uint32_t slot,
                                      const struct norkv_source *source, const struct norkv_version *version) {
  uint32_t address = 0;
  enum norkv_error err = write_first(kv, source, &address);
  if (slot != NORKV_NO_KEY && norkv_key_copies(kv, slot) == 0) {
    slot = NORKV_NO_KEY; /* making room has dropped the very tombstone that the update supersedes */
  }
  if (err == NORKV_OK) {
    if (slot == NORKV_NO_KEY) {
      err = norkv_index_insert(kv, name->hash, &slot);
      NORKV_ASSERT(err == NORKV_OK);
    }
    norkv_index_set(kv, slot, version, address);
  } else if (err == NORKV_ERR_FULL) {
    err = replace(kv, &(struct norkv_replacement){slot, source, version});
  }
  if (err == NORKV_OK || err == NORKV_ERR_FLASH) {
    kv->transaction_id = version->transaction_id; /* what failed may be readable: its ID is never used again */
  }
  if (err == NORKV_OK && NORKV_MAX_REDUNDANCY > 1 && norkv_recover_key(kv, slot, false) != NORKV_OK) {
    kv->needs_recovery = true;
  }
  return err;
}

static enum norkv_error update_key(struct norkv *kv, const void *key, size_t key_length, const void *value,
                                   uint32_t value_size, bool deletes) {
  enum norkv_error err = get_ready(kv);
  if (err != NORKV_OK) {
    return err;
  }
  uint32_t length = (uint32_t)key_length;
  struct norkv_name name = {key, length, norkv_index_hash(key, length)};
  uint32_t size = norkv_entry_size(&kv->config, length, value_size);
  struct norkv_version version = {kv->transaction_id + 1, norkv_extent_of(size, deletes)};
  struct norkv_source source;
  source.pieces[NORKV_PIECE_KEY] = (struct norkv_piece){key, 0, length};
  source.pieces[NORKV_PIECE_VALUE] = (struct norkv_piece){value, 0, value_size};
  norkv_source_seal(kv, &source, &version);
  uint32_t slot = 0;
  err = find_slot(kv, &name, deletes, &slot);
  return err == NORKV_OK ? write_version(kv, &name, slot, &source, &version) : err;
}

static bool is_key(const struct norkv *kv, const void *key, size_t key_length) {
  return kv != NULL && kv->started && key != NULL && key_length >= 1 && key_length <= NORKV_MAX_KEY;
}

enum norkv_error norkv_put(struct norkv *kv, const void *key, size_t key_length, const void *value, size_t value_size) {
  if (!is_key(kv, key, key_length) || (value == NULL && value_size > 0) ||
      value_size > norkv_max_value_size(&kv->config, key_length)) {
    return NORKV_ERR_INVALID;
  }
  return update_key(kv, key, key_length, value, (uint32_t)value_size, false);
}

enum norkv_error norkv_delete(struct norkv *kv, const void *key, size_t key_length) {
  if (!is_key(kv, key, key_length)) {
    return NORKV_ERR_INVALID;
  }
  return update_key(kv, key, key_length, NULL, 0, true);
}
