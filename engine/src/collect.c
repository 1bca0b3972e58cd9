#include "collect.h"

#include "entry.h"
#include "index.h"
#include "policy.h"
#include "write.h"

/* The index no longer counts what is in the sector. What can't be read any more stays counted, and what lies behind it,
   where a walk may take part of a value for an entry: a tombstone may then be kept too long, but not too short. */
static enum norkv_error forget_entries(struct norkv *kv, uint32_t sector) {
  struct norkv_scan scan;
  norkv_scan_begin(kv, &scan, sector);
  scan.end = scan.address + kv->sectors[sector].tail;
  for (;;) {
    enum norkv_error err = norkv_scan_next(kv, &scan);
    if (err == NORKV_ERR_FLASH) {
      kv->counts_lost = true; /* forgotten in part: a second try would count down twice */
      return err;
    }
    if (err != NORKV_OK || scan.damage > 0) {
      return NORKV_OK;
    }
    if (scan.key != NULL && !kv->counts_lost) {
      norkv_key_count_entry(scan.key, -1);
    }
  }
}

enum norkv_error norkv_collect_give_up(struct norkv *kv, uint32_t sector) {
  kv->last_collected = (uint16_t)sector;
  for (struct norkv_key *key = kv->keys; key != kv->keys_end; key = norkv_key_next(kv, key)) {
    norkv_index_drop_in(kv, key, sector);
  }
  enum norkv_error err = forget_entries(kv, sector);
  return err == NORKV_OK ? norkv_sector_erase(kv, sector) : err;
}

/* Copies what is live in one sector, but for the key `except`, to another; or, when that is `done`, points the index to
   it. The index tells what is live, so that a copy which is damaged now, and that a walk over the sector would pass
   over, is not lost. */
static enum norkv_error move_live(struct norkv *kv, uint32_t from, uint32_t to, const struct norkv_key *except,
                                  bool done) {
  uint32_t next = norkv_sector_base(kv, to);
  for (struct norkv_key *key = kv->keys; key != kv->keys_end; key = norkv_key_next(kv, key)) {
    uint32_t *copy = norkv_key_copy_in(kv, key, from);
    if (copy == NULL || key == except || norkv_key_is_spent(kv, key)) {
      continue;
    }
    if (done) {
      *copy = next;
      norkv_key_count_entry(key, 1);
    } else {
      uint32_t address = 0;
      enum norkv_error err = norkv_write_copy(kv, key, to, &address);
      if (err != NORKV_OK) {
        return err;
      }
      NORKV_ASSERT(address == next);
    }
    next += norkv_key_size(key);
  }
  return NORKV_OK;
}

/* Until all is written nothing of the index changes, so that a failure needs no more than to erase what was written. */
static enum norkv_error empty_once(struct norkv *kv, uint32_t sector, const struct norkv_update *new) {
  struct norkv_key *except = new == NULL ? NULL : new->slot;
  uint32_t to = 0;
  const struct norkv_place place = {.size = kv->config.flash.sector_size, .key = NULL};
  enum norkv_error err = norkv_sector_find(kv, &place, 0, &to);
  if (err != NORKV_OK) {
    return err;
  }
  uint32_t address = 0;
  err = move_live(kv, sector, to, except, false);
  if (err == NORKV_OK && new != NULL) {
    err = norkv_write_append(kv, to, &new->source, &address);
  }
  if (err != NORKV_OK) {
    kv->sectors[sector].pinned = err == NORKV_ERR_DATA_LOSS;
    kv->needs_recovery = true;
    kv->last_taken = (uint16_t)to; /* another one is next, if there is one */
    return norkv_sector_erase(kv, to) == NORKV_OK ? err : NORKV_ERR_FLASH;
  }
  (void)move_live(kv, sector, to, except, true);
  if (new != NULL) {
    norkv_index_set(kv, except, &new->version, address);
  }
  return NORKV_OK;
}

/* Once more where the flash failed: what could not be written has been erased since, or another sector is taken. */
static enum norkv_error empty(struct norkv *kv, uint32_t sector, const struct norkv_update *new) {
  enum norkv_error err = empty_once(kv, sector, new);
  return err == NORKV_ERR_FLASH && empty_once(kv, sector, new) == NORKV_OK ? NORKV_OK : err;
}

enum norkv_error norkv_collect_sector(struct norkv *kv, uint32_t sector, const struct norkv_update *new) {
  if (!norkv_may_work(kv, kv->config.flash.sector_size)) {
    return NORKV_ERR_FULL;
  }
  norkv_index_account(kv);
  uint32_t live = kv->sectors[sector].live;
  if (new != NULL && norkv_key_is_spent(kv, new->slot)) {
    live += new->source.size; /* a spent tombstone is not among what is live: its place is not there to be taken */
  }
  if (live > kv->config.flash.sector_size) {
    return NORKV_ERR_FULL;
  }
  enum norkv_error err = live == 0 ? NORKV_OK : empty(kv, sector, new);
  if (err != NORKV_OK) {
    return err;
  }
  err = norkv_collect_give_up(kv, sector); /* spent tombstones are all that is left */
  return new == NULL ? err : NORKV_OK;
}

/* Collects the sectors whose turn comes before that of `wanted`, then `wanted`. */
static enum norkv_error collect_in_turn(struct norkv *kv, uint32_t wanted, const struct norkv_update *new) {
  enum norkv_error err = NORKV_OK;
  uint32_t sector = NORKV_NO_SECTOR;
  while (err == NORKV_OK && sector != wanted) {
    if (!norkv_may_work(kv, kv->config.flash.sector_size)) {
      return NORKV_ERR_FULL;
    }
    sector = norkv_policy_has_turns(kv) ? norkv_policy_turn(kv, wanted) : wanted;
    err = norkv_collect_sector(kv, sector, sector == wanted ? new : NULL);
  }
  return err;
}

/* The new entry is written behind all that is moved. Until it is complete, the victim holds everything as before; from
   then on, nothing of the victim is needed. */
enum norkv_error norkv_collect_replace(struct norkv *kv, const struct norkv_update *new) {
  const uint32_t *addresses = new->slot->addresses;
  while (*addresses == NORKV_NO_ADDRESS) {
    addresses++; /* it has one: a key without copies is not in the index */
  }
  uint32_t sector = norkv_sector_of(kv, *addresses);
  NORKV_ASSERT(new->source.size <= norkv_key_size(new->slot));
  norkv_index_account(kv);
  return norkv_policy_takes(kv, sector) ? collect_in_turn(kv, sector, new) : NORKV_ERR_FULL;
}

enum norkv_error norkv_collect_best(struct norkv *kv, const struct norkv_place *place, uint32_t least) {
  norkv_index_account(kv);
  uint32_t sector = norkv_policy_choose(kv, place, least);
  return sector == NORKV_NO_SECTOR ? NORKV_ERR_NOT_FOUND : collect_in_turn(kv, sector, NULL);
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
                                    uint32_t *sector) {
  enum norkv_error failure = NORKV_ERR_FULL;
  for (uint32_t i = 0; i <= 3 * kv->config.flash.sector_count; i++) {
    enum norkv_error err = kv->key_count < kv->config.max_keys ? NORKV_OK : NORKV_ERR_FULL;
    if (place != NULL) {
      err = norkv_sector_find(kv, place, wanted, sector);
    }
    if (err != NORKV_ERR_FULL) {
      return err;
    }
    /* A spent tombstone can only be told from one that is still needed when no sector can hide entries. */
    err = kv->deleted_count > 0 ? norkv_sector_check_all(kv) : NORKV_OK;
    if (err != NORKV_OK) {
      return err;
    }
    err = place != NULL ? norkv_collect_best(kv, place, 1) : NORKV_ERR_NOT_FOUND;
    if (err == NORKV_ERR_NOT_FOUND && kv->deleted_count > 0) {
      err = norkv_collect_best(kv, NULL, 1);
    }
    if (err == NORKV_ERR_NOT_FOUND) {
      break;
    }
    if (err == NORKV_ERR_FLASH || err == NORKV_ERR_FULL) {
      return err;
    }
    failure = err == NORKV_OK ? failure : err;
  }
  return failure;
}
