/* put and delete: a new entry in `redundancy` sectors. */
#include "collect.h"
#include "index.h"
#include "policy.h"
#include "recover.h"
#include "write.h"

struct update {
  struct norkv_name name;
  struct norkv_source source;
  uint32_t slot;
  uint32_t copies; /* written */
  uint32_t addresses[NORKV_MAX_REDUNDANCY];
};

/* Making room may have dropped the very tombstone that the update supersedes: the key then needs a slot again. A slot
   without entries is free, or new and not written yet. */
static enum norkv_error hold_slot(struct norkv *kv, struct update *update, bool *is_new) {
  if (*is_new || kv->keys[update->slot].entries > 0) {
    return NORKV_OK;
  }
  *is_new = true;
  return norkv_index_insert(kv, update->name.hash, &update->slot);
}

/* Writes the copies. There is room for all before the first is written; a sector that fails is closed and another one
   is taken. Once one copy is good the update can't be undone, so that a failure of the others is left to recovery. */
static enum norkv_error write_copies(struct norkv *kv, struct update *update, bool *is_new) {
  uint16_t sectors[NORKV_MAX_REDUNDANCY];
  struct norkv_place place = {.size = update->source.size, .taken = update->addresses};
  uint32_t wanted = kv->config.redundancy;
  enum norkv_error failure = NORKV_OK;
  for (uint32_t failures = 0; update->copies < wanted && failures <= kv->config.flash.sector_count;) {
    uint32_t found = wanted - update->copies;
    enum norkv_error err = update->copies == 0 ? norkv_collect_room(kv, &place, wanted, sectors)
                                               : norkv_sector_find(kv, &place, found, sectors, &found);
    if (err != NORKV_OK || found == 0) {
      failure = failure == NORKV_OK ? err : failure;
      break;
    }
    err = hold_slot(kv, update, is_new);
    for (uint32_t i = 0; i < found && err == NORKV_OK; i++) {
      uint32_t address = 0;
      err = norkv_write_append(kv, sectors[i], &update->source, &address);
      if (err == NORKV_OK) {
        update->addresses[update->copies++] = address;
      }
    }
    if (err != NORKV_OK) {
      failure = err;
      failures++;
    } else {
      kv->last_sector = sectors[0];
    }
  }
  kv->needs_recovery = kv->needs_recovery || update->copies < wanted;
  return update->copies > 0 ? NORKV_OK : failure;
}

static enum norkv_error find_slot(struct norkv *kv, struct update *update, bool deletes, bool *is_new) {
  enum norkv_error err = norkv_index_find(kv, &update->name, &update->slot);
  if (err == NORKV_OK && deletes && norkv_key_is_deleted(&kv->keys[update->slot])) {
    return NORKV_ERR_NOT_FOUND;
  }
  if (err != NORKV_ERR_NOT_FOUND || deletes) {
    return err;
  }
  err = norkv_collect_slot(kv);
  if (err == NORKV_OK) {
    *is_new = true;
    err = norkv_index_insert(kv, update->name.hash, &update->slot);
  }
  return err;
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

/* There is no room, but the new entry is no larger than the old one, and takes its place when its sector is collected.
   So does each further copy, because the sectors of the old ones have room now for as much. */
static enum norkv_error replace(struct norkv *kv, const struct update *update, struct norkv_version *version) {
  if (kv->config.collect_on_write != NORKV_COLLECT_AS_NEEDED && kv->config.redundancy > 1) {
    return NORKV_ERR_FULL; /* the others may need collections of their own */
  }
  enum norkv_error err = norkv_collect_replace(kv, update->slot, &update->source, version);
  if (err == NORKV_OK && norkv_recover_key(kv, update->slot) != NORKV_OK) {
    kv->needs_recovery = true;
  }
  return err;
}

static enum norkv_error write_version(struct norkv *kv, struct update *update, bool deletes) {
  uint32_t value_size = deletes ? NORKV_TOMBSTONE_SIZE : update->source.value_size;
  uint32_t transaction_id = kv->transaction_id + 1;
  norkv_entry_encode(kv, update->source.header, update->name.length, value_size, transaction_id);
  enum norkv_error err = norkv_source_seal(kv, &update->source);
  bool is_new = false;
  if (err == NORKV_OK) {
    err = find_slot(kv, update, deletes, &is_new);
  }
  if (err != NORKV_OK) {
    return err;
  }
  struct norkv_version version = {.transaction_id = transaction_id, .size = update->source.size, .deleted = deletes};
  err = write_copies(kv, update, &is_new);
  if (err == NORKV_OK) {
    version.copies = update->copies;
    version.addresses = update->addresses;
    norkv_index_set(kv, update->slot, &version);
  } else if (err == NORKV_ERR_FULL && !is_new && norkv_key_size(&kv->keys[update->slot]) >= update->source.size) {
    err = replace(kv, update, &version);
  }
  if (err == NORKV_OK || err == NORKV_ERR_FLASH) {
    kv->transaction_id = transaction_id; /* what failed may be readable after all: its ID is never used again */
  }
  if (err != NORKV_OK && is_new) {
    norkv_index_remove(kv, update->slot);
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
  struct update update = {
      .name = {key, length, norkv_index_hash(key, length)},
      .source =
          {
              .key = key,
              .value = value,
              .key_size = length,
              .value_size = value_size,
              .size = norkv_entry_size(&kv->config, length, value_size),
          },
  };
  for (uint32_t i = 0; i < kv->config.redundancy; i++) {
    update.addresses[i] = NORKV_NO_ADDRESS;
  }
  return write_version(kv, &update, deletes);
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
