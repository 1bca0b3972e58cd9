/* Recovery: an empty sector, no damage, all copies. */
#ifndef NORKV_RECOVER_H
#define NORKV_RECOVER_H

#include "common.h"

/* Sees to it that there is an empty sector, after a garbage collection that was cut short. Errors: FULL, FLASH. */
enum norkv_error norkv_recover_reserve(struct norkv *kv);

/* Writes the copies that a key lacks. Errors: FULL, DATA_LOSS, FLASH. */
enum norkv_error norkv_recover_key(struct norkv *kv, uint32_t slot);

/* Mends all that can be mended. Errors: FULL (no room for all copies), DATA_LOSS, FLASH. */
enum norkv_error norkv_recover(struct norkv *kv);

/* Whether there is anything to mend that the index and the sector table know of. */
bool norkv_recover_is_due(const struct norkv *kv);

#endif
