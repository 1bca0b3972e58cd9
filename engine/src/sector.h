/* The sector table: where an append may go, and what erasing a sector would free. */
#ifndef NORKV_SECTOR_H
#define NORKV_SECTOR_H

#include "index.h"

/* Every change of a sector's tail or state goes through here, so that the counts of empty and of unsure sectors, and
   with them what counts as a spent tombstone, stay right. */
void norkv_sector_set(struct norkv *kv, uint32_t number, uint32_t tail, enum norkv_sector_state state);

/* Closes a sector whose content can't be relied on; recovery collects it. */
void norkv_sector_set_damaged(struct norkv *kv, uint32_t sector);

/* The next one in a turn round the sectors. */
static inline uint32_t norkv_sector_next(const struct norkv *kv, uint32_t sector) {
  return sector + 1 == kv->config.flash.sector_count ? 0 : sector + 1;
}

/* Whether the sector holds nothing and is not known to be anything but blank. */
bool norkv_sector_is_empty(const struct norkv *kv, uint32_t sector);

/* Bytes at its end that appends may use. */
uint32_t norkv_sector_free(const struct norkv *kv, uint32_t number);

/* Bytes that collecting the sector gains. */
uint32_t norkv_sector_reclaimable(const struct norkv *kv, uint32_t sector);

/* Reads the space behind the last entry, once after each start; what is not blank makes the sector damaged.
   Error: FLASH. */
enum norkv_error norkv_sector_check(struct norkv *kv, uint32_t number);

/* Checks every sector. If the last empty one is not blank, it is erased, so that there still is one. Error: FLASH. */
enum norkv_error norkv_sector_check_all(struct norkv *kv);

/* What is to be placed. */
struct norkv_place {
  uint32_t size;         /* bytes */
  struct norkv_key *key; /* sectors with a copy of it are not to be used; NULL: any may be */
};

/* Whether `sector` is one of those that are not to be used. */
static inline bool norkv_sector_is_taken(const struct norkv *kv, const struct norkv_place *place, uint32_t sector) {
  return NORKV_MAX_REDUNDANCY > 1 && place->key != NULL && norkv_key_copy_in(kv, place->key, sector) != NULL;
}

/* Finds `wanted` different sectors with room, seen blank, and leaves one sector empty; `sector` is the first. Sectors
   in use come before empty ones, which are taken in turn. With 0 it finds one, and may take the last empty one. Errors:
   FULL (there are fewer), FLASH. */
enum norkv_error norkv_sector_find(struct norkv *kv, const struct norkv_place *place, uint32_t wanted,
                                   uint32_t *sector);

/* Erases a sector of which the index counts nothing. On failure it stays damaged. Error: FLASH. */
enum norkv_error norkv_sector_erase(struct norkv *kv, uint32_t number);

#endif
