#include "collect.h"

#include "entry.h"
#include "index.h"
#include "policy.h"
#include "write.h"

enum norkv_error norkv_collect_rehome(struct norkv *kv, uint32_t from, uint32_t to) {
  struct norkv_walk walk;
  struct norkv_entry entry;
  norkv_walk_begin(kv, &walk, to, kv->sectors[to].tail);
  norkv_window_drop(kv, 0, 0);
  enum norkv_error err = norkv_walk_next(kv, &walk, &entry);
  for (; err == NORKV_OK; err = norkv_walk_next(kv, &walk, &entry)) {
    struct norkv_name name = {entry.key, entry.key_length, norkv_index_hash(entry.key, entry.key_length)};
    uint32_t slot = 0;
    err = norkv_index_find(kv, &name, &slot);
    if (err == NORKV_ERR_FLASH) {
      return err;
    }
    if (err != NORKV_OK || !norkv_index_is_current(kv, slot, &entry) || norkv_key_is_in(kv, slot, to)) {
      continue;
    }
    const uint32_t *addresses = norkv_addresses(kv, slot);
    for (uint32_t i = 0; i < kv->config.redundancy; i++) {
      if (addresses[i] != NORKV_NO_ADDRESS && norkv_sector_of(kv, addresses[i]) == from) {
        norkv_index_move(kv, slot, i, entry.address, 0);
        break;
      }
    }
  }
  return err == NORKV_ERR_NOT_FOUND ? NORKV_OK : err;
}

/* The next copy at or behind `*position` in the index that lies in `sector`. */
static bool next_copy_in(const struct norkv *kv, uint32_t sector, uint32_t *position) {
  uint32_t base = norkv_sector_base(kv, sector);
  uint32_t count = kv->key_limit * kv->config.redundancy;
  for (; *position < count; ++*position) {
    uint32_t address = kv->addresses[*position];
    if (address != NORKV_NO_ADDRESS && address - base < kv->config.flash.sector_size) {
      return true;
    }
  }
  return false;
}

/* Moves all live copies from one sector to another, but for those of one key. The index tells them, so that one which
   is damaged now, and that a walk over the sector would pass over, is not lost. */
static enum norkv_error move_live(struct norkv *kv, uint32_t from, uint32_t to, uint32_t except) {
  for (uint32_t i = 0; next_copy_in(kv, from, &i); i++) {
    uint32_t slot = i / kv->config.redundancy;
    if (slot == except || norkv_key_is_spent(kv, slot)) {
      continue;
    }
    enum norkv_error err = norkv_write_copy(kv, slot, i % kv->config.redundancy, to);
    if (err != NORKV_OK) {
      return err;
    }
  }
  return NORKV_OK;
}

/* Spent tombstones are all that is left: they go with the sector. */
static void drop_spent(struct norkv *kv, uint32_t sector) {
  for (uint32_t i = 0; next_copy_in(kv, sector, &i); i++) {
    norkv_index_drop(kv, i / kv->config.redundancy, i % kv->config.redundancy);
  }
}

static enum norkv_error finish(struct norkv *kv, uint32_t sector) {
  kv->last_collected = (uint16_t)sector;
  drop_spent(kv, sector);
  return norkv_sector_erase(kv, sector);
}

/* Takes back a collection that failed: the index points to the victim again, and the copies are erased. */
static enum norkv_error undo(struct norkv *kv, uint32_t sector, uint32_t to, enum norkv_error failure) {
  kv->sectors[sector].pinned = failure == NORKV_ERR_DATA_LOSS;
  kv->needs_recovery = true;
  enum norkv_error err = norkv_collect_rehome(kv, to, sector);
  if (err == NORKV_OK && kv->sectors[to].live == 0) {
    err = norkv_sector_erase(kv, to);
  }
  return err == NORKV_OK ? failure : err;
}

enum norkv_error norkv_collect_sector(struct norkv *kv, uint32_t sector) {
  if (!norkv_may_work(kv, kv->config.flash.sector_size)) {
    return NORKV_ERR_FULL;
  }
  if (kv->sectors[sector].live == 0) {
    return finish(kv, sector);
  }
  if (kv->sectors[sector].live > kv->config.flash.sector_size) {
    return NORKV_ERR_FULL;
  }
  uint32_t to = 0;
  enum norkv_error err = norkv_sector_take_empty(kv, sector, &to);
  if (err != NORKV_OK) {
    return err;
  }
  err = move_live(kv, sector, to, NORKV_NO_KEY);
  return err == NORKV_OK ? finish(kv, sector) : undo(kv, sector, to, err);
}

/* Collects the sectors whose turn comes before that of `wanted`. */
static enum norkv_error collect_before(struct norkv *kv, uint32_t wanted) {
  enum norkv_error err = NORKV_OK;
  while (err == NORKV_OK) {
    if (!norkv_may_work(kv, kv->config.flash.sector_size)) {
      return NORKV_ERR_FULL;
    }
    uint32_t sector = norkv_policy_turn(kv, wanted);
    if (sector == wanted) {
      break;
    }
    err = norkv_collect_sector(kv, sector);
  }
  return err;
}

enum norkv_error norkv_collect_in_turn(struct norkv *kv, uint32_t wanted) {
  enum norkv_error err = collect_before(kv, wanted);
  return err == NORKV_OK ? norkv_collect_sector(kv, wanted) : err;
}

/* The new entry is written behind all that is moved. Until it is complete, the victim holds everything as before; from
   then on, nothing of the victim is needed. */
enum norkv_error norkv_collect_replace(struct norkv *kv, uint32_t slot, const struct norkv_source *source,
                                       struct norkv_version *version) {
  const uint32_t *addresses = norkv_addresses(kv, slot);
  while (*addresses == NORKV_NO_ADDRESS) {
    addresses++; /* it has one: a key without copies is not in the index */
  }
  uint32_t sector = norkv_sector_of(kv, *addresses);
  NORKV_ASSERT(source->size <= norkv_key_size(&kv->keys[slot]));
  /* A spent tombstone is not among what is live: what takes its place needs room of its own. */
  uint32_t needed = kv->sectors[sector].live + (norkv_key_is_spent(kv, slot) ? source->size : 0);
  if (needed > kv->config.flash.sector_size || kv->sectors[sector].pinned) {
    return NORKV_ERR_FULL;
  }
  uint32_t to = 0;
  uint32_t address = 0;
  enum norkv_error err = collect_before(kv, sector);
  if (err == NORKV_OK) {
    err = norkv_sector_take_empty(kv, sector, &to);
  }
  if (err != NORKV_OK) {
    return err;
  }
  err = move_live(kv, sector, to, slot);
  if (err == NORKV_OK) {
    err = norkv_write_append(kv, to, source, &address);
  }
  if (err != NORKV_OK) {
    return undo(kv, sector, to, err);
  }
  version->addresses = &address;
  version->copies = 1;
  norkv_index_set(kv, slot, version);
  (void)finish(kv, sector); /* the update has happened: an erase that fails is left to recovery */
  return NORKV_OK;
}

/* A spent tombstone can only be told from one that is still needed when no sector can hide entries. */
static enum norkv_error check_for_tombstones(struct norkv *kv) {
  return kv->deleted_count > 0 && kv->unsure_count > 0 ? norkv_sector_check_all(kv) : NORKV_OK;
}

/*
 * Why this keeps the promise of norkv_put. While a sector without room would have it after its collection, it is
 * collected: each time there is one more place, and the erased sector is the next reserve. When there is no such sector
 * left, others are collected for the sake of tombstones that hide something in them. In the end nothing is reclaimable:
 * every sector but the reserve holds live copies and free space only. If fewer than R of these sector_count - 1 had
 * room for `size`, at least sector_count - R would have more than sector_size - size live bytes each, more than
 * promised. The end comes: in one turn round the sectors nothing superseded remains, in a second no tombstone does; a
 * third is for tombstones that were moved because a damaged sector, collected only later, might have hidden entries.
 */
enum norkv_error norkv_collect_room(struct norkv *kv, const struct norkv_place *place, uint32_t wanted,
                                    uint16_t *sectors) {
  enum norkv_error failure = NORKV_ERR_FULL;
  for (uint32_t i = 0; i <= 3 * kv->config.flash.sector_count; i++) {
    uint32_t found = 0;
    enum norkv_error err = norkv_sector_find(kv, place, wanted, sectors, &found);
    if (err != NORKV_OK || found == wanted) {
      return err;
    }
    err = check_for_tombstones(kv);
    if (err != NORKV_OK) {
      return err;
    }
    uint32_t sector = norkv_policy_choose(kv, place, 1);
    if (sector == NORKV_NO_SECTOR && kv->deleted_count > 0) {
      sector = norkv_policy_choose(kv, NULL, 1);
    }
    if (sector == NORKV_NO_SECTOR) {
      return failure;
    }
    err = norkv_collect_in_turn(kv, sector);
    if (err == NORKV_ERR_FLASH || err == NORKV_ERR_FULL) {
      return err;
    }
    failure = err == NORKV_OK ? failure : err;
  }
  return failure;
}

enum norkv_error norkv_collect_slot(struct norkv *kv) {
  for (uint32_t i = 0; i <= 3 * kv->config.flash.sector_count; i++) {
    if (kv->key_count < kv->config.max_keys) {
      return NORKV_OK;
    }
    enum norkv_error err = check_for_tombstones(kv);
    uint32_t sector = kv->deleted_count > 0 ? norkv_policy_choose(kv, NULL, 1) : NORKV_NO_SECTOR;
    if (err == NORKV_OK && sector == NORKV_NO_SECTOR) {
      return NORKV_ERR_KEYS;
    }
    if (err == NORKV_OK) {
      err = norkv_collect_in_turn(kv, sector);
    }
    if (err == NORKV_ERR_FLASH) {
      return err;
    }
    if (err == NORKV_ERR_FULL) {
      return NORKV_ERR_KEYS;
    }
  }
  return NORKV_ERR_KEYS;
}
