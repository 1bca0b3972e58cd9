/* Garbage collection. */
#ifndef NORKV_COLLECT_H
#define NORKV_COLLECT_H

#include "index.h"
#include "sector.h"
#include "write.h"

/*
 * Moves the live copies of a sector to an empty one, drops its spent tombstones and erases it. If it can't be done,
 * what was copied is erased again, so that an empty sector remains; that may fail only if the flash fails. Errors: FULL
 * (no empty sector, the live copies don't fit in one since the alignment grew, or the call that is under way may erase
 * no more: kv->allowance), DATA_LOSS (a live entry has no good copy; the sector is not tried again before that entry is
 * superseded), FLASH.
 */
enum norkv_error norkv_collect_sector(struct norkv *kv, uint32_t sector);

/*
 * Collects the sector of one of a key's copies and writes a new entry of that key, no larger than the old one, in place
 * of the copy: so an update that does not grow needs no room. Sets the version, with one copy; the caller sees to the
 * others. Errors: as norkv_collect_sector; the key is unchanged.
 */
enum norkv_error norkv_collect_replace(struct norkv *kv, uint32_t slot, const struct norkv_source *source,
                                       struct norkv_version *version);

/* Points the index to the copies in `to` instead of those in `from`, where `to` has such. Errors: FLASH. */
enum norkv_error norkv_collect_rehome(struct norkv *kv, uint32_t from, uint32_t to);

/* Collects the sectors whose turn comes before that of `wanted`, then `wanted`. Errors: as norkv_collect_sector. */
enum norkv_error norkv_collect_in_turn(struct norkv *kv, uint32_t wanted);

/*
 * Finds `wanted` different sectors with room, collecting garbage as long as that can help.
 * Errors: FULL, FLASH, DATA_LOSS (no room, and a sector could not be collected because of damage).
 */
enum norkv_error norkv_collect_room(struct norkv *kv, const struct norkv_place *place, uint32_t wanted,
                                    uint16_t *sectors);

/* Collects until the index has a free slot. Errors: KEYS, FLASH. */
enum norkv_error norkv_collect_slot(struct norkv *kv);

#endif
