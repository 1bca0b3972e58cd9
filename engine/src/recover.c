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
  for (uint32_t to = 0; kv->sectors[from].surplus && to < kv->config.flash.sector_count; to++) {
    if (to == from || !kv->sectors[to].surplus) {
      continue;
    }
    struct norkv_scan scan;
    enum norkv_error err = NORKV_OK;
    norkv_scan_begin(kv, &scan, to); /* copies may lie behind damage */
    while ((err = norkv_scan_next(kv, &scan)) == NORKV_OK) {
      if (scan.key == NULL || !norkv_key_is_current(scan.key, &scan.entry) ||
          norkv_key_copy_in(kv, scan.key, to) != NULL) {
        continue;
      }
      uint32_t *copy = norkv_key_copy_in(kv, scan.key, from);
      if (copy != NULL) {
        *copy = scan.entry.address;
      }
    }
    if (err != NORKV_ERR_NOT_FOUND) {
      return err;
    }
  }
  return NORKV_OK;
}

/*
 * The bytes of what would be missed if the sector were erased: copies that have another one elsewhere. UINT32_MAX if
 * there is one that has none.
 *
 * Two kinds of live copies can be left in both E and X, or in X alone, and may be given up.
 *
 * A key that lacked copies when X was collected has one in X and one in E, and both count as wanted. The sector with
 * the fewest bytes of such copies gives them up; they are written again when there is room.
 *
 * A spent tombstone is not moved to E. When the erase of X was cut, it may be all that X still holds of value. Then all
 * other sectors are clean, as they were when the collection began: what X itself may hide is older than E, and a
 * tombstone that hid an entry in X would have been moved.
 */
static uint32_t loss_of(const struct norkv *kv, uint32_t sector) {
  bool only_this_is_unsure = kv->unsure_count == 1 && kv->sectors[sector].state != NORKV_SECTOR_CLEAN;
  uint32_t loss = 0;
  for (struct norkv_key *key = kv->keys; key != kv->keys_end; key = norkv_key_next(kv, key)) {
    const uint32_t *copy = norkv_key_copy_in(kv, key, sector);
    if (copy == NULL || norkv_key_is_spent(kv, key)) {
      continue;
    }
    uint32_t counted = *copy < norkv_sector_base(kv, sector) + kv->sectors[sector].tail;
    bool hides_nothing = only_this_is_unsure && norkv_key_is_deleted(key) && key->entries == counted;
    if (norkv_key_copies(kv, key) == 1 && !hides_nothing) {
      return UINT32_MAX;
    }
    loss += norkv_key_size(key);
  }
  return loss;
}

/* Finds the sector, and points the index away from it, whose loss is least and below `limit`. Errors: FULL, FLASH. */
static enum norkv_error give_up_one(struct norkv *kv, uint32_t limit) {
  uint32_t best = NORKV_NO_SECTOR;
  uint32_t sector = kv->last_collected; /* of several, one that could not be erased before comes last */
  for (uint32_t i = 0; i < kv->config.flash.sector_count && limit > 0; i++) {
    sector = norkv_sector_next(kv, sector);
    enum norkv_error err = point_away(kv, sector);
    if (err != NORKV_OK) {
      return err;
    }
    uint32_t loss = loss_of(kv, sector);
    if (loss < limit) {
      best = sector;
      limit = loss;
    }
  }
  if (best == NORKV_NO_SECTOR) {
    return NORKV_ERR_FULL;
  }
  enum norkv_error err = point_away(kv, best); /* others may have been pointed to it */
  return err == NORKV_OK ? norkv_collect_give_up(kv, best) : err;
}

/*
 * In rare cases both E and X hold what is nowhere else: X's erase was cut twice. First it damaged live entries, then,
 * as an erase may write zeros at first, it made a torn entry whole whose missing bytes are zeros. E has room for that,
 * as X had. Or X can't be erased any more, and E is what it was moved to. So what lives in the sector with the fewest
 * live bytes is moved to the free ends of others.
 */
static enum norkv_error empty_into_others(struct norkv *kv) {
  norkv_index_account(kv);
  uint32_t from = 0;
  for (uint32_t sector = 1; sector < kv->config.flash.sector_count; sector++) {
    bool less = kv->sectors[sector].live < kv->sectors[from].live;
    from = kv->sectors[from].stuck || (less && !kv->sectors[sector].stuck) ? sector : from;
  }
  for (struct norkv_key *key = kv->keys; key != kv->keys_end; key = norkv_key_next(kv, key)) {
    uint32_t *copy = norkv_key_copy_in(kv, key, from);
    if (copy == NULL || norkv_key_is_spent(kv, key)) {
      continue;
    }
    struct norkv_place place = {.size = norkv_key_size(key), .key = key};
    uint32_t to = 0;
    enum norkv_error err = norkv_sector_find(kv, &place, 1, &to);
    if (err == NORKV_OK) {
      err = norkv_write_copy(kv, key, to, copy);
    }
    if (err != NORKV_OK) {
      return err;
    }
    norkv_key_count_entry(key, 1);
  }
  return norkv_collect_give_up(kv, from);
}

enum norkv_error norkv_recover_reserve(struct norkv *kv) {
  if (kv->empty_count > 0) {
    return NORKV_OK;
  }
  enum norkv_error err = give_up_one(kv, 1);
  if (err == NORKV_ERR_FLASH) {
    err = give_up_one(kv, 1);
  }
  if (err == NORKV_ERR_FULL) {
    err = norkv_sector_check_all(kv);
    err = err == NORKV_OK ? give_up_one(kv, UINT32_MAX) : err;
  }
  if (err != NORKV_ERR_FULL && err != NORKV_ERR_FLASH) {
    return err;
  }
  enum norkv_error emptied = empty_into_others(kv);
  return emptied == NORKV_OK || err == NORKV_ERR_FULL ? emptied : err;
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
    if (kv->sectors[sector].pinned) {
      keep_first(&result, NORKV_ERR_DATA_LOSS); /* not tried at each put: a try erases what it had written */
      continue;
    }
    /* One that can't be erased comes back at each start: what was copied then is not copied again. */
    enum norkv_error err = point_away(kv, sector);
    if (err == NORKV_OK) {
      err = norkv_collect_sector(kv, sector, NULL);
    }
    kv->last_collected = turn;
    if (err == NORKV_OK) {
      kv->counters.corrupt_sectors_recovered++;
    }
    keep_first(&result, err);
  }
  return result;
}

/* Writes one missing copy of a key to a sector that has none. */
static enum norkv_error restore_copy(struct norkv *kv, struct norkv_key *key, bool counted) {
  struct norkv_place place = {.size = norkv_key_size(key), .key = key};
  uint32_t sector = 0;
  enum norkv_error err = norkv_collect_room(kv, &place, 1, &sector);
  if (err != NORKV_OK || !norkv_key_lacks_copies(kv, key)) {
    return err; /* making room may have ended the need: the last entry that a tombstone hid is gone */
  }
  if (counted && !norkv_may_work(kv, place.size)) {
    return NORKV_ERR_FULL;
  }
  norkv_count_work(kv, counted ? place.size : 0);
  uint32_t *copy = key->addresses;
  while (*copy != NORKV_NO_ADDRESS) {
    copy++;
  }
  err = norkv_write_copy(kv, key, sector, copy);
  if (err == NORKV_OK) {
    norkv_key_count_entry(key, 1);
    kv->counters.missing_copies_recovered += counted ? 1u : 0u;
  }
  return err;
}

enum norkv_error norkv_recover_key(struct norkv *kv, struct norkv_key *key, bool counted) {
  enum norkv_error failure = NORKV_OK;
  enum norkv_error err = NORKV_OK;
  for (uint32_t failures = 0;
       NORKV_MAX_REDUNDANCY > 1 && norkv_key_lacks_copies(kv, key) && failures < kv->config.flash.sector_count;) {
    err = restore_copy(kv, key, counted);
    if (err != NORKV_OK) {
      failures++;
      keep_first(&failure, err);
    }
    if (err != NORKV_OK && err != NORKV_ERR_FLASH) {
      break;
    }
  }
  return err == NORKV_OK ? err : failure;
}

static enum norkv_error restore_copies(struct norkv *kv) {
  enum norkv_error result = NORKV_OK;
  for (struct norkv_key *key = kv->keys; key != kv->keys_end; key = norkv_key_next(kv, key)) {
    keep_first(&result, norkv_recover_key(kv, key, true));
  }
  return result;
}

bool norkv_recover_is_due(const struct norkv *kv) {
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    if (kv->sectors[sector].state == NORKV_SECTOR_DAMAGED) {
      return true;
    }
  }
  for (struct norkv_key *key = kv->keys; NORKV_MAX_REDUNDANCY > 1 && key != kv->keys_end;
       key = norkv_key_next(kv, key)) {
    if (norkv_key_lacks_copies(kv, key)) {
      return true;
    }
  }
  return kv->empty_count == 0;
}

enum norkv_error norkv_recover(struct norkv *kv) {
  enum norkv_error err = norkv_recover_reserve(kv);
  /* Writing copies may find that a sector's free end is not blank, and that sector is collected in the next turn. */
  for (uint32_t i = 0; err == NORKV_OK && norkv_recover_is_due(kv) && i < kv->config.flash.sector_count; i++) {
    err = collect_damaged(kv);
    keep_first(&err, NORKV_MAX_REDUNDANCY > 1 ? restore_copies(kv) : NORKV_OK);
  }
  kv->needs_recovery = err == NORKV_ERR_FLASH || norkv_recover_is_due(kv);
  return err;
}
