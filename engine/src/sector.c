#include "sector.h"

#include <string.h>

#include "entry.h"
#include "index.h"

void norkv_sector_reset(struct norkv *kv) {
  memset(kv->sectors, 0, kv->config.flash.sector_count * sizeof(*kv->sectors));
  kv->empty_count = kv->config.flash.sector_count;
  kv->unsure_count = kv->config.flash.sector_count;
}

void norkv_sector_set(struct norkv *kv, uint32_t number, uint32_t tail, enum norkv_sector_state state) {
  struct norkv_sector *sector = &kv->sectors[number];
  bool was_sure = kv->unsure_count == 0;
  kv->empty_count -= norkv_sector_is_empty(kv, number) ? 1u : 0u;
  kv->unsure_count -= sector->state != NORKV_SECTOR_CLEAN ? 1u : 0u;
  sector->tail = tail;
  sector->state = (uint8_t)state;
  kv->empty_count += norkv_sector_is_empty(kv, number) ? 1u : 0u;
  kv->unsure_count += sector->state != NORKV_SECTOR_CLEAN ? 1u : 0u;
  if (was_sure != (kv->unsure_count == 0) && kv->deleted_count > 0) {
    norkv_index_account_all(kv);
  }
}

void norkv_sector_set_damaged(struct norkv *kv, uint32_t sector) {
  norkv_sector_set(kv, sector, kv->sectors[sector].tail, NORKV_SECTOR_DAMAGED);
  kv->needs_recovery = true;
}

bool norkv_sector_is_empty(const struct norkv *kv, uint32_t sector) {
  return kv->sectors[sector].tail == 0 && kv->sectors[sector].state != NORKV_SECTOR_DAMAGED;
}

uint32_t norkv_sector_free(const struct norkv *kv, uint32_t number) {
  const struct norkv_sector *sector = &kv->sectors[number];
  if (sector->state == NORKV_SECTOR_DAMAGED || sector->tail % kv->entry_alignment != 0) {
    return 0;
  }
  return kv->config.flash.sector_size - sector->tail;
}

uint32_t norkv_sector_reclaimable(const struct norkv *kv, uint32_t sector) {
  uint32_t used = kv->config.flash.sector_size - norkv_sector_free(kv, sector);
  uint32_t live = kv->sectors[sector].live;
  return used > live ? used - live : 0;
}

static bool is_blank(const uint8_t *bytes, uint32_t size) {
  return size == 0 || (bytes[0] == 0xFF && memcmp(bytes, bytes + 1, size - 1) == 0);
}

enum norkv_error norkv_sector_check(struct norkv *kv, uint32_t number) {
  struct norkv_sector *sector = &kv->sectors[number];
  if (sector->state != NORKV_SECTOR_UNCHECKED) {
    return NORKV_OK;
  }
  norkv_window_drop(kv, 0, 0);
  uint32_t size = 0;
  for (uint32_t offset = sector->tail; offset < kv->config.flash.sector_size; offset += size) {
    size = norkv_minimum(kv->config.flash.sector_size - offset, kv->buffer_size);
    enum norkv_error err = norkv_read(kv, norkv_sector_base(kv, number) + offset, kv->buffer, size);
    if (err == NORKV_ERR_FLASH) {
      return err;
    }
    if (err != NORKV_OK || !is_blank(kv->buffer, size)) {
      norkv_sector_set_damaged(kv, number);
      return NORKV_OK;
    }
  }
  norkv_sector_set(kv, number, sector->tail, NORKV_SECTOR_CLEAN);
  return NORKV_OK;
}

/* Makes sure that an empty sector is blank. What an interrupted erase left in it is not worth moving. */
static enum norkv_error prepare_empty(struct norkv *kv, uint32_t sector) {
  enum norkv_error err = norkv_sector_check(kv, sector);
  if (err == NORKV_OK && kv->sectors[sector].state == NORKV_SECTOR_DAMAGED) {
    err = norkv_sector_erase(kv, sector);
  }
  return err;
}

enum norkv_error norkv_sector_check_all(struct norkv *kv) {
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    bool is_last_empty = kv->empty_count == 1 && norkv_sector_is_empty(kv, sector);
    enum norkv_error err = is_last_empty ? prepare_empty(kv, sector) : norkv_sector_check(kv, sector);
    if (err != NORKV_OK) {
      return err;
    }
  }
  return NORKV_OK;
}

static uint32_t next_sector(const struct norkv *kv, uint32_t sector) {
  return sector + 1 == kv->config.flash.sector_count ? 0 : sector + 1;
}

enum norkv_error norkv_sector_take_empty(struct norkv *kv, uint32_t except, uint32_t *taken) {
  uint32_t sector = kv->last_taken;
  for (uint32_t i = 0; i < kv->config.flash.sector_count; i++) {
    sector = next_sector(kv, sector);
    if (sector != except && norkv_sector_is_empty(kv, sector)) {
      *taken = sector;
      return prepare_empty(kv, sector);
    }
  }
  return NORKV_ERR_FULL;
}

bool norkv_sector_is_taken(const struct norkv *kv, const struct norkv_place *place, uint32_t sector) {
  for (uint32_t i = 0; i < kv->config.redundancy; i++) {
    if (place->taken[i] != NORKV_NO_ADDRESS && norkv_sector_of(kv, place->taken[i]) == sector) {
      return true;
    }
  }
  return false;
}

/* One turn round the sectors, over those in use or over the empty ones, which are taken in turn. */
static enum norkv_error find_among(struct norkv *kv, const struct norkv_place *place, bool empty, uint32_t wanted,
                                   uint16_t *sectors, uint32_t *found) {
  uint32_t spare = kv->empty_count > 0 ? kv->empty_count - 1 : 0;
  uint32_t sector = empty ? next_sector(kv, kv->last_taken) : kv->last_sector;
  for (uint32_t i = 0; i < kv->config.flash.sector_count && *found < wanted; i++, sector = next_sector(kv, sector)) {
    if (norkv_sector_is_empty(kv, sector) != empty || norkv_sector_free(kv, sector) < place->size ||
        norkv_sector_is_taken(kv, place, sector)) {
      continue;
    }
    if (empty && spare == 0) {
      return NORKV_OK;
    }
    enum norkv_error err = empty ? prepare_empty(kv, sector) : norkv_sector_check(kv, sector);
    if (err != NORKV_OK) {
      return err;
    }
    if (kv->sectors[sector].state == NORKV_SECTOR_CLEAN) {
      spare -= empty ? 1u : 0u;
      sectors[(*found)++] = (uint16_t)sector;
    }
  }
  return NORKV_OK;
}

enum norkv_error norkv_sector_find(struct norkv *kv, const struct norkv_place *place, uint32_t wanted,
                                   uint16_t *sectors, uint32_t *found) {
  *found = 0;
  enum norkv_error err = find_among(kv, place, false, wanted, sectors, found);
  if (err == NORKV_OK && *found < wanted) {
    err = find_among(kv, place, true, wanted, sectors, found);
  }
  return err;
}

/* The index no longer counts what is in the sector. */
static enum norkv_error forget_entries(struct norkv *kv, uint32_t sector) {
  struct norkv_walk walk;
  struct norkv_entry entry;
  norkv_walk_begin(kv, &walk, sector, kv->sectors[sector].tail);
  norkv_window_drop(kv, 0, 0);
  enum norkv_error err = norkv_walk_next(kv, &walk, &entry);
  while (err == NORKV_OK) {
    struct norkv_name name = {entry.key, entry.key_length, norkv_index_hash(entry.key, entry.key_length)};
    uint32_t slot = 0;
    err = norkv_index_find(kv, &name, &slot);
    if (err == NORKV_ERR_FLASH) {
      break;
    }
    if (err == NORKV_OK) {
      norkv_index_forget_entry(kv, slot);
    }
    err = norkv_walk_next(kv, &walk, &entry);
  }
  if (err == NORKV_ERR_FLASH) {
    /* Forgotten in part: a second try would count down twice, so no count is trusted until the next start. */
    kv->counts_lost = true;
    norkv_index_account_all(kv);
  }
  return err == NORKV_ERR_NOT_FOUND ? NORKV_OK : err;
}

enum norkv_error norkv_sector_erase(struct norkv *kv, uint32_t number) {
  struct norkv_sector *sector = &kv->sectors[number];
  NORKV_ASSERT(sector->live == 0);
  if (sector->tail > 0) {
    enum norkv_error err = forget_entries(kv, number);
    if (err != NORKV_OK) {
      return err;
    }
  }
  norkv_window_drop(kv, 0, 0);
  const struct norkv_flash *flash = &kv->config.flash;
  if (flash->erase(flash->context, number) != 0) {
    norkv_sector_set(kv, number, 0, NORKV_SECTOR_DAMAGED);
    kv->needs_recovery = true;
    return NORKV_ERR_FLASH;
  }
  norkv_sector_set(kv, number, 0, NORKV_SECTOR_CLEAN);
  sector->pinned = false;
  sector->surplus = false;
  sector->erases++;
  norkv_count_work(kv, kv->config.flash.sector_size);
  kv->counters.erases++;
  return NORKV_OK;
}
