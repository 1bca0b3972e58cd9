/* put and delete: a new entry in `redundancy` sectors. */
#include "collect.h"
#include "index.h"
#include "policy.h"
#include "recover.h"
#include "write.h"

/* Finds the key's slot. Without one, there is a free one then. Errors: NOT_FOUND (nothing to delete), KEYS, FLASH. */
NORKV_APART static enum norkv_error find_slot(struct norkv *kv, struct norkv_update *update) {
  bool deletes = norkv_extent_is_deleted(update->version.extent);
  enum norkv_error err = norkv_index_find(kv, &update->name, &update->slot);
  if (deletes) {
    return err == NORKV_OK && norkv_key_is_deleted(update->slot) ? NORKV_ERR_NOT_FOUND : err;
  }
  if (err != NORKV_ERR_NOT_FOUND) {
    return err;
  }
  err = norkv_collect_room(kv, NULL, 0, NULL);
  return err == NORKV_OK || err == NORKV_ERR_FLASH ? err : NORKV_ERR_KEYS;
}

/* Writes the first copy, where there is room for all. A sector that fails is closed and another one is taken. */
static enum norkv_error write_first(struct norkv *kv, const struct norkv_source *source, uint32_t *address) {
  struct norkv_place place = {.size = source->size, .key = NULL};
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
  bool recovers = kv->needs_recovery && kv->config.recovery != NORKV_RECOVER_MANUAL;
  norkv_policy_allow(kv, recovers); /* for both: what one has collected the other need not */
  if (recovers) {
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
static enum norkv_error replace(struct norkv *kv, const struct norkv_update *update) {
  if (update->slot == NULL || norkv_key_size(update->slot) < update->source.size) {
    return NORKV_ERR_FULL;
  }
  if (kv->config.collect_on_write != NORKV_COLLECT_AS_NEEDED && norkv_redundancy(kv) > 1) {
    return NORKV_ERR_FULL; /* the others may need collections of their own */
  }
  return norkv_collect_replace(kv, update);
}

/* Once the first copy is good the update can't be undone, so that a failure of the others is left to recovery. */
static enum norkv_error write_version(struct norkv *kv, struct norkv_update *update) {
  uint32_t address = 0;
  enum norkv_error err = write_first(kv, &update->source, &address);
  if (update->slot != NULL && norkv_key_copies(kv, update->slot) == 0) {
    update->slot = NULL; /* making room has dropped the very tombstone that the update supersedes */
  }
  if (err == NORKV_OK) {
    if (update->slot == NULL) {
      update->slot = norkv_index_insert(kv, update->name.hash);
      NORKV_ASSERT(update->slot != NULL);
    }
    norkv_index_set(kv, update->slot, &update->version, address);
  } else if (err == NORKV_ERR_FULL) {
    err = replace(kv, update);
  }
  if (err == NORKV_OK || err == NORKV_ERR_FLASH) {
    kv->transaction_id = update->version.transaction_id; /* what failed may be readable: its ID is never used again */
  }
  if (err == NORKV_OK && NORKV_MAX_REDUNDANCY > 1 && norkv_recover_key(kv, update->slot, false) != NORKV_OK) {
    kv->needs_recovery = true;
  }
  return err;
}

/* A value_size of NORKV_TOMBSTONE_SIZE deletes the key. */
static enum norkv_error update_key(struct norkv *kv, const void *key, size_t key_length, const void *value,
                                   size_t value_size) {
  bool deletes = value_size == NORKV_TOMBSTONE_SIZE;
  uint32_t size = deletes ? 0 : (uint32_t)value_size;
  struct norkv_update update;
  if (!norkv_name_init(kv, &update.name, key, key_length) || (value == NULL && size > 0)) {
    return NORKV_ERR_INVALID;
  }
  uint32_t length = update.name.length;
  uint32_t entry_size = norkv_align_up(NORKV_HEADER_SIZE + length + size, kv->entry_alignment);
  if (entry_size > kv->config.flash.sector_size) {
    return NORKV_ERR_INVALID;
  }
  enum norkv_error err = get_ready(kv);
  if (err != NORKV_OK) {
    return err;
  }
  update.source.pieces[NORKV_PIECE_KEY] = (struct norkv_piece){key, 0, length};
  update.source.pieces[NORKV_PIECE_VALUE] = (struct norkv_piece){value, 0, size};
  update.version.transaction_id = kv->transaction_id + 1;
  update.version.extent = norkv_extent_of(entry_size, deletes);
  norkv_source_seal(kv, &update.source, &update.version);
  err = find_slot(kv, &update);
  return err == NORKV_OK ? write_version(kv, &update) : err;
}

enum norkv_error norkv_put(struct norkv *kv, const void *key, size_t key_length, const void *value, size_t value_size) {
  return value_size < NORKV_TOMBSTONE_SIZE ? update_key(kv, key, key_length, value, value_size) : NORKV_ERR_INVALID;
}

enum norkv_error norkv_delete(struct norkv *kv, const void *key, size_t key_length) {
  return update_key(kv, key, key_length, NULL, NORKV_TOMBSTONE_SIZE);
}
