/* Recovery: an empty sector, no damage, all copies. */
#ifndef NORKV_RECOVER_H
#define NORKV_RECOVER_H

#include "common.h"

/* Sees to it that there is an empty sector, after a garbage collection that was cut short. Errors: FULL, FLASH. */
enum norkv_error norkv_recover_reserve(struct norkv *kv);

/* Writes the copies that a key lacks. A sector that fails is closed and another one is taken. What is written is taken
   from the allowance if it is `counted`. Errors: FULL, DATA_LOSS, FLASH. */
enum norkv_error norkv_recover_key(struct norkv *kv, struct norkv_key *key, bool counted);

/* Mends all that can be mended, as far as the allowance reaches. Errors: FULL (no room for all copies, or the allowance
   is used up), DATA_LOSS, FLASH. */
enum norkv_error norkv_recover(struct norkv *kv);

/* Whether there is anything to mend that the index and the sector table know of. */
bool norkv_recover_is_due(const struct norkv *kv);

#endif
