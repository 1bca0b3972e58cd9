/* Garbage collection. */
#ifndef NORKV_COLLECT_H
#define NORKV_COLLECT_H

#include "index.h"
#include "sector.h"
#include "write.h"

/* A put or a delete under way. */
struct norkv_update {
  struct norkv_name name;
  struct norkv_key *slot; /* NULL: the key has none */
  struct norkv_version version;
  struct norkv_source source;
};

/*
 * Copies the live copies of a sector to an empty one, and then the entry of `new` if that isn't NULL; points the
 * index to them once all are written, drops spent tombstones and erases the sector. What fails before changes nothing:
 * what was copied is erased again, so that an empty sector remains unless the flash fails. Errors: FULL (no empty
 * sector, the live copies don't fit in one since the alignment grew, or the call that is under way may erase no more:
 * kv->allowance), DATA_LOSS (a live entry has no good copy; the sector is not tried again before that entry is
 * superseded), FLASH. With `new`, OK means that it was written: an erase that fails is left to recovery.
 */
enum norkv_error norkv_collect_sector(struct norkv *kv, uint32_t sector, const struct norkv_update *new);

/* Collects the sector of one of the key's copies, with the new entry in its place: so an update that does not grow
   needs no room. The caller sees to further copies. Errors: as norkv_collect_sector; the key is unchanged. */
enum norkv_error norkv_collect_replace(struct norkv *kv, const struct norkv_update *new);

/*
 * Collects the sector that the policy has for this need, see norkv_policy_choose, and before it those whose turn comes
 * first. Errors: NOT_FOUND (there is no such sector), and as norkv_collect_sector.
 */
enum norkv_error norkv_collect_best(struct norkv *kv, const struct norkv_place *place, uint32_t least);

/*
 * Finds a sector with room where there are `wanted` different ones, collecting garbage as long as that can help.
 * Without a place, collects until the index has a free slot. Errors: FULL, FLASH, DATA_LOSS (no room, and a sector
 * could not be collected because of damage).
 */
enum norkv_error norkv_collect_room(struct norkv *kv, const struct norkv_place *place, uint32_t wanted,
                                    uint32_t *sector);

/* Takes what the index knows of a sector out of it, and erases the sector. Error: FLASH. */
enum norkv_error norkv_collect_give_up(struct norkv *kv, uint32_t sector);

#endif
