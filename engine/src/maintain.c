/* maintain and the two calls that tell of the store's state. */
#include "collect.h"
#include "policy.h"
#include "recover.h"

/* Collects sectors, as the policy has it, while one has at least `least` reclaimable bytes, `limit` at most. */
static enum norkv_error collect_while(struct norkv *kv, uint32_t least, uint32_t limit) {
  enum norkv_error result = NORKV_OK;
  for (uint32_t i = 0; i < limit; i++) {
    uint32_t sector = norkv_policy_choose(kv, NULL, least);
    if (sector == NORKV_NO_SECTOR) {
      break;
    }
    enum norkv_error err = norkv_collect_in_turn(kv, sector);
    if (err == NORKV_ERR_DATA_LOSS) {
      result = err; /* that sector is passed over from now on */
    } else if (err != NORKV_OK) {
      return err;
    }
  }
  return result;
}

enum norkv_error norkv_maintain(struct norkv *kv, enum norkv_maintenance level) {
  if (kv == NULL || !kv->started || level > NORKV_MAINTAIN_HEAVY) {
    return NORKV_ERR_INVALID;
  }
  kv->allowance = NORKV_NO_LIMIT;
  enum norkv_error checked = level == NORKV_MAINTAIN_HEAVY ? norkv_sector_check_all(kv) : NORKV_OK;
  enum norkv_error recovered = kv->needs_recovery ? norkv_recover(kv) : NORKV_OK;
  enum norkv_error err = checked != NORKV_OK ? checked : recovered;
  if (err == NORKV_ERR_FLASH || kv->empty_count == 0) {
    return err;
  }
  uint32_t count = kv->config.flash.sector_count;
  enum norkv_error collected = NORKV_OK;
  switch (level) {
    case NORKV_MAINTAIN_PARTIAL:
      kv->allowance = 1;
      collected = collect_while(kv, 1, 1);
      collected = collected == NORKV_ERR_FULL && kv->allowance == 0 ? NORKV_OK : collected; /* it was another's turn */
      break;
    case NORKV_MAINTAIN_FULL:
      collected = collect_while(kv, kv->config.flash.sector_size / 2 + 1, count);
      break;
    case NORKV_MAINTAIN_HEAVY:
      /* one turn for what is superseded, one for the tombstones that this sets free, one behind damaged sectors */
      collected = collect_while(kv, 1, 3 * count);
      break;
  }
  return err != NORKV_OK ? err : collected;
}

enum norkv_error norkv_get_statistics(const struct norkv *kv, struct norkv_statistics *statistics) {
  if (kv == NULL || !kv->started || statistics == NULL) {
    return NORKV_ERR_INVALID;
  }
  *statistics = kv->counters;
  statistics->keys = kv->key_count - kv->deleted_count;
  statistics->deleted_keys = kv->deleted_count;
  statistics->transaction_id = kv->transaction_id;
  uint32_t kept = kv->empty_count > 0 ? kv->config.flash.sector_size : 0;
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    statistics->live_bytes += kv->sectors[sector].live;
    statistics->free_bytes += norkv_sector_free(kv, sector);
    statistics->reclaimable_bytes += norkv_sector_reclaimable(kv, sector);
  }
  statistics->free_bytes -= kept;
  return NORKV_OK;
}

enum norkv_error norkv_get_sector_info(struct norkv *kv, uint32_t sector, struct norkv_sector_info *info) {
  if (kv == NULL || !kv->started || info == NULL || sector >= kv->config.flash.sector_count) {
    return NORKV_ERR_INVALID;
  }
  enum norkv_error err = norkv_sector_check(kv, sector);
  if (err != NORKV_OK) {
    return err;
  }
  *info = (struct norkv_sector_info){
      .free_bytes = norkv_sector_free(kv, sector),
      .live_bytes = kv->sectors[sector].live,
      .erases = kv->sectors[sector].erases,
      .damaged = kv->sectors[sector].state == NORKV_SECTOR_DAMAGED,
  };
  return NORKV_OK;
}
