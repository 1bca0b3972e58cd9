#include "recover.h"

#include "collect.h"
#include "index.h"
#include "policy.h"
#include "sector.h"
#include "write.h"

/*
 * Interrupted garbage collection. Between taking the empty sector E and erasing the victim X nothing else is written,
 * so at least one of the two holds nothing that is not elsewhere too: E while X is whole, X once E is complete. The
 * same is true after any further cut on the way, because all that recovery does before it has an empty sector is to
 * erase one such sector. Which copies the index knows depends on the order of the scan; they are pointed away from a
 * sector that is to be erased to surplus copies.
 */
static enum norkv_error point_away(struct norkv *kv, uint32_t from) {
  if (!kv->sectors[from].surplus) {
    return NORKV_OK;
  }
  for (uint32_t to = 0; to < kv->config.flash.sector_count; to++) {
    if (to != from && kv->sectors[to].surplus) {
      enum norkv_error err = norkv_collect_rehome(kv, from, to);
      if (err != NORKV_OK) {
        return err;
      }
    }
  }
  return NORKV_OK;
}

/* Erases a sector of which nothing is needed. Errors: FULL (there is none), FLASH. */
static enum norkv_error erase_surplus(struct norkv *kv) {
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    enum norkv_error err = point_away(kv, sector);
    if (err != NORKV_OK) {
      return err;
    }
    if (kv->sectors[sector].live == 0) {
      return norkv_collect_sector(kv, sector);
    }
  }
  return NORKV_ERR_FULL;
}

/* Whether each live copy in the sector has another one elsewhere, or is a tombstone that hides nothing known. */
static bool is_expendable(const struct norkv *kv, uint32_t sector, bool tombstones_too) {
  for (uint32_t slot = 0; slot < kv->key_limit; slot++) {
    const struct norkv_key *key = &kv->keys[slot];
    if (norkv_key_copies(kv, slot) == 1 && norkv_key_is_in(kv, slot, sector) &&
        !(tombstones_too && norkv_key_is_deleted(key) && key->entries == 1)) {
      return false;
    }
  }
  return true;
}

/*
 * Two kinds of live copies can be left in both E and X, or in X alone, and may be given up.
 *
 * A key that lacked copies when X was collected has one in X and one in E, and both count as wanted. The sector with
 * the fewest bytes of such copies gives them up; they are written again when there is room.
 *
 * A spent tombstone is not moved to E. When the erase of X was cut, it may be all that X still holds of value. Then all
 * other sectors are clean, as they were when the collection began: what X itself may hide is older than E, and a
 * tombstone that hid an entry in X would have been moved.
 */
static enum norkv_error erase_expendable(struct norkv *kv) {
  enum norkv_error err = norkv_sector_check_all(kv);
  if (err != NORKV_OK) {
    return err;
  }
  uint32_t best = NORKV_NO_SECTOR;
  uint32_t least = UINT32_MAX;
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    err = point_away(kv, sector);
    if (err != NORKV_OK) {
      return err;
    }
    bool others_are_clean = kv->unsure_count == (kv->sectors[sector].state != NORKV_SECTOR_CLEAN ? 1u : 0u);
    if (kv->sectors[sector].live < least && is_expendable(kv, sector, others_are_clean)) {
      best = sector;
      least = kv->sectors[sector].live;
    }
  }
  if (best == NORKV_NO_SECTOR) {
    return NORKV_ERR_FULL;
  }
  err = point_away(kv, best);
  if (err != NORKV_OK) {
    return err;
  }
  for (uint32_t i = 0; i < kv->key_limit * kv->config.redundancy; i++) {
    if (kv->addresses[i] != NORKV_NO_ADDRESS && norkv_sector_of(kv, kv->addresses[i]) == best) {
      norkv_index_drop(kv, i / kv->config.redundancy, i % kv->config.redundancy);
    }
  }
  return norkv_sector_erase(kv, best);
}

enum norkv_error norkv_recover_reserve(struct norkv *kv) {
  if (kv->empty_count > 0) {
    return NORKV_OK;
  }
  enum norkv_error err = erase_surplus(kv);
  return err == NORKV_ERR_FULL ? erase_expendable(kv) : err;
}

/* The first error of several steps is what the caller learns. */
static void keep_first(enum norkv_error *first, enum norkv_error err) {
  if (*first == NORKV_OK) {
    *first = err;
  }
}

static enum norkv_error collect_damaged(struct norkv *kv) {
  enum norkv_error result = NORKV_OK;
  uint16_t turn = kv->last_collected; /* damage has no turn */
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    if (kv->sectors[sector].state != NORKV_SECTOR_DAMAGED) {
      continue;
    }
    enum norkv_error err = norkv_collect_sector(kv, sector);
    kv->last_collected = turn;
    if (err == NORKV_OK) {
      kv->counters.corrupt_sectors_recovered++;
    } else if (err == NORKV_ERR_FLASH) {
      return err;
    }
    keep_first(&result, err);
  }
  return result;
}

/* Writes one missing copy of a key to a sector that has none. */
static enum norkv_error restore_copy(struct norkv *kv, uint32_t slot) {
  const uint32_t *addresses = norkv_addresses(kv, slot);
  struct norkv_place place = {.size = norkv_key_size(&kv->keys[slot]), .taken = addresses};
  uint16_t sector = 0;
  enum norkv_error err = norkv_collect_room(kv, &place, 1, &sector);
  if (err != NORKV_OK || !norkv_key_lacks_copies(kv, slot)) {
    return err; /* making room may have ended the need: the last entry that a tombstone hid is gone */
  }
  if (!norkv_may_work(kv, place.size)) {
    return NORKV_ERR_FULL;
  }
  norkv_count_work(kv, place.size);
  uint32_t copy = 0;
  while (addresses[copy] != NORKV_NO_ADDRESS) {
    copy++;
  }
  kv->last_sector = sector;
  return norkv_write_copy(kv, slot, copy, sector);
}

enum norkv_error norkv_recover_key(struct norkv *kv, uint32_t slot) {
  enum norkv_error err = NORKV_OK;
  for (uint32_t i = 1; i < kv->config.redundancy && norkv_key_lacks_copies(kv, slot) && err == NORKV_OK; i++) {
    err = restore_copy(kv, slot);
  }
  return err;
}

static enum norkv_error restore_copies(struct norkv *kv) {
  enum norkv_error result = NORKV_OK;
  for (uint32_t slot = 0; slot < kv->key_limit; slot++) {
    uint32_t before = norkv_key_copies(kv, slot);
    enum norkv_error err = norkv_recover_key(kv, slot);
    uint32_t after = norkv_key_copies(kv, slot);
    kv->counters.missing_copies_recovered += after > before ? after - before : 0;
    if (err == NORKV_ERR_FLASH) {
      return err;
    }
    keep_first(&result, err);
  }
  return result;
}

bool norkv_recover_is_due(const struct norkv *kv) {
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    if (kv->sectors[sector].state == NORKV_SECTOR_DAMAGED) {
      return true;
    }
  }
  for (uint32_t slot = 0; slot < kv->key_limit; slot++) {
    if (norkv_key_lacks_copies(kv, slot)) {
      return true;
    }
  }
  return kv->empty_count == 0;
}

uint32_t norkv_recover_allowance(const struct norkv *kv) {
  return norkv_policy_allowance(kv) + 2 * kv->config.flash.sector_count * norkv_work_of(kv->config.flash.sector_size);
}

enum norkv_error norkv_recover(struct norkv *kv) {
  enum norkv_error err = norkv_recover_reserve(kv);
  /* Writing copies may find that a sector's free end is not blank, and that sector is collected in the next turn. */
  for (uint32_t i = 0; err == NORKV_OK && norkv_recover_is_due(kv) && i < kv->config.flash.sector_count; i++) {
    err = collect_damaged(kv);
    if (err != NORKV_ERR_FLASH) {
      keep_first(&err, restore_copies(kv));
    }
  }
  kv->needs_recovery = err == NORKV_ERR_FLASH || norkv_recover_is_due(kv);
  return err;
}
