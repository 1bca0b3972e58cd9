/* maintain and the two calls that tell of the store's state. */
#include "collect.h"
#include "policy.h"
#include "recover.h"

/* Collects sectors, as the policy has it, while one has at least `least` reclaimable bytes, `limit` at most. */
static enum norkv_error collect_while(struct norkv *kv, uint32_t least, uint32_t limit) {
  enum norkv_error result = NORKV_OK;
  for (uint32_t i = 0; i < limit; i++) {
    enum norkv_error err = norkv_collect_best(kv, NULL, least);
    if (err == NORKV_ERR_NOT_FOUND) {
      break;
    }
    if (err == NORKV_ERR_DATA_LOSS) {
      result = err; /* that sector is passed over from now on */
    } else if (err != NORKV_OK) {
      return err;
    }
  }
  return result;
}

/* Whether puts will soon need a collection: fewer than `redundancy` sectors, besides the one that is kept empty, are at
   least half free. */
static bool is_room_short(const struct norkv *kv) {
  uint32_t roomy = 0;
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    roomy += norkv_sector_free(kv, sector) >= kv->config.flash.sector_size / 2 ? 1u : 0u;
  }
  return roomy <= norkv_redundancy(kv);
}

/* One sector's work. What the allowance does not reach is left to the next call. */
static enum norkv_error maintain_idle(struct norkv *kv) {
  const uint32_t sector_size = kv->config.flash.sector_size;
  kv->allowance = norkv_work_of(sector_size);
  enum norkv_error err = kv->needs_recovery ? norkv_recover(kv) : NORKV_OK;
  if (err == NORKV_OK && norkv_may_work(kv, sector_size) && is_room_short(kv)) {
    err = collect_while(kv, sector_size / 4, 1);
  }
  return err == NORKV_ERR_FULL && !norkv_may_work(kv, sector_size) ? NORKV_OK : err;
}

static enum norkv_error collect_for(struct norkv *kv, enum norkv_maintenance level) {
  const uint32_t count = kv->config.flash.sector_count;
  norkv_policy_allow(kv, false);
  enum norkv_error err = NORKV_OK;
  switch (level) {
    case NORKV_MAINTAIN_PARTIAL:
      kv->allowance = norkv_work_of(kv->config.flash.sector_size);
      err = collect_while(kv, 1, 1);
      return err == NORKV_ERR_FULL && kv->allowance == 0 ? NORKV_OK : err; /* it was another one's turn */
    case NORKV_MAINTAIN_FULL:
      return collect_while(kv, kv->config.flash.sector_size / 2 + 1, count);
    default:
      /* one turn for what is superseded, one for the tombstones that this sets free, one behind damaged sectors */
      return collect_while(kv, 1, 3 * count);
  }
}

enum norkv_error norkv_maintain(struct norkv *kv, enum norkv_maintenance level) {
  if (kv == NULL || !kv->started || level > NORKV_MAINTAIN_IDLE) {
    return NORKV_ERR_INVALID;
  }
  if (level == NORKV_MAINTAIN_IDLE) {
    return maintain_idle(kv);
  }
  norkv_policy_allow(kv, true);
  enum norkv_error checked = level == NORKV_MAINTAIN_HEAVY ? norkv_sector_check_all(kv) : NORKV_OK;
  enum norkv_error recovered = kv->needs_recovery ? norkv_recover(kv) : NORKV_OK;
  enum norkv_error err = checked != NORKV_OK ? checked : recovered;
  if (err == NORKV_ERR_FLASH || kv->empty_count == 0) {
    return err;
  }
  enum norkv_error collected = collect_for(kv, level);
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
  norkv_index_account(kv);
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
  norkv_index_account(kv);
  *info = (struct norkv_sector_info){
      .free_bytes = norkv_sector_free(kv, sector),
      .live_bytes = kv->sectors[sector].live,
      .erases = kv->sectors[sector].erases,
      .damaged = kv->sectors[sector].state == NORKV_SECTOR_DAMAGED,
  };
  return NORKV_OK;
}
