#include "sector.h"

#include <string.h>

#include "entry.h"
#include "index.h"

void norkv_sector_set(struct norkv *kv, uint32_t number, uint32_t tail, enum norkv_sector_state state) {
  struct norkv_sector *sector = &kv->sectors[number];
  kv->empty_count -= norkv_sector_is_empty(kv, number) ? 1u : 0u;
  kv->unsure_count -= sector->state != NORKV_SECTOR_CLEAN ? 1u : 0u;
  sector->tail = tail;
  sector->state = (uint8_t)state;
  kv->empty_count += norkv_sector_is_empty(kv, number) ? 1u : 0u;
  kv->unsure_count += sector->state != NORKV_SECTOR_CLEAN ? 1u : 0u;
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
  if (sector->state == NORKV_SECTOR_DAMAGED || (NORKV_MIGRATION && sector->tail % kv->entry_alignment != 0)) {
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

/* First a turn round the sectors in use, then one round those that are empty, which are taken in turn. */
enum norkv_error norkv_sector_find(struct norkv *kv, const struct norkv_place *place, uint32_t wanted,
                                   uint32_t *sector) {
  uint32_t it = kv->last_sector;
  uint32_t spare = kv->config.flash.sector_count;
  uint32_t found = 0;
  for (uint32_t i = 0; i < 2 * kv->config.flash.sector_count; i++, it = norkv_sector_next(kv, it)) {
    bool empty = i >= kv->config.flash.sector_count;
    if (i == kv->config.flash.sector_count) {
      it = norkv_sector_next(kv, kv->last_taken);
      spare = kv->empty_count - (wanted > 0 ? 1 : 0); /* none to spare where there is none: it isn't met either */
    }
    if (spare == 0 || norkv_sector_is_empty(kv, it) != empty || norkv_sector_free(kv, it) < place->size ||
        norkv_sector_is_taken(kv, place, it)) {
      continue;
    }
    enum norkv_error err = empty ? prepare_empty(kv, it) : norkv_sector_check(kv, it);
    if (err != NORKV_OK) {
      return err;
    }
    if (kv->sectors[it].state == NORKV_SECTOR_CLEAN) {
      spare--;
      if (found++ == 0) {
        *sector = it;
      }
      if (found >= wanted) {
        return NORKV_OK;
      }
    }
  }
  return NORKV_ERR_FULL;
}

enum norkv_error norkv_sector_erase(struct norkv *kv, uint32_t number) {
  struct norkv_sector *sector = &kv->sectors[number];
  norkv_window_drop(kv, 0, 0);
  norkv_sector_set(kv, number, 0, NORKV_SECTOR_DAMAGED);
  const struct norkv_flash *flash = &kv->config.flash;
  sector->stuck = flash->erase(flash->context, number) != 0;
  if (sector->stuck) {
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
