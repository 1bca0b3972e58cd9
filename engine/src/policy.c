#include "policy.h"

#include "index.h"

#define CHANCE \
  5u /* HYBRID, before it knows how sectors wear: one collection in so many moves data for evenness' sake */

/*
 * A sector is worth collecting three times at most in a call: for what is superseded, for the tombstones that this sets
 * free, and for those that were moved because damage might have hidden entries. HYBRID adds as many for even wear, and
 * as many again where sectors lag too far: the largest count can grow by one for each of the three.
 */
void norkv_policy_allow(struct norkv *kv, bool recovers) {
  uint32_t turns = NORKV_TURNS(NORKV_POLICY_OF(kv)) + (recovers ? 2u : 0u);
  uint32_t sectors = turns * kv->config.flash.sector_count + norkv_redundancy(kv);
  kv->allowance = sectors * norkv_work_of(kv->config.flash.sector_size);
}

bool norkv_policy_takes(const struct norkv *kv, uint32_t sector) {
  const struct norkv_sector *it = &kv->sectors[sector];
  return !norkv_sector_is_empty(kv, sector) && !it->pinned && !it->stuck &&
         (!NORKV_MIGRATION || it->live <= kv->config.flash.sector_size);
}

/*
 * Behind the sector with the newest entry, and others that were taken after it, come the empty ones, then the one whose
 * turn is next, as long as sectors are taken and collected in turn: so the turn goes on from start to start without a
 * word on flash.
 */
void norkv_policy_start(struct norkv *kv) {
  uint32_t count = kv->config.flash.sector_count;
  uint32_t sector = kv->last_sector;
  bool empty = false;
  kv->last_taken = kv->last_sector;
  for (uint32_t i = 0; i < count && (!empty || norkv_sector_is_empty(kv, sector)); i++) {
    empty = norkv_sector_is_empty(kv, sector);
    kv->last_collected = (uint16_t)sector;
    kv->last_taken = empty ? kv->last_taken : kv->last_collected;
    sector = norkv_sector_next(kv, sector);
  }
}

/* Transactions since the newest of the sector's live entries was written. */
static uint32_t age_of(const struct norkv *kv, uint32_t sector) {
  uint32_t age = UINT32_MAX;
  for (struct norkv_key *key = kv->keys; key != kv->keys_end; key = norkv_key_next(kv, key)) {
    if (norkv_key_copy_in(kv, key, sector) != NULL) {
      age = norkv_minimum(age, kv->transaction_id - key->transaction_id);
    }
  }
  return age;
}

/* How much is gained by a collection, more than 0. COST_BENEFIT: gain * age / cost as in log-structured file systems,
   where the cost is to read the sector and to write what lives; both factors are kept below 2^15 and 2^17. */
static uint32_t score_of(const struct norkv *kv, uint32_t sector, uint32_t gain) {
  if (NORKV_POLICY_OF(kv) != NORKV_POLICY_COST_BENEFIT) {
    return gain;
  }
  uint32_t cost = kv->config.flash.sector_size / 1024 + kv->sectors[sector].live / 1024 + 1;
  return (gain / cost + 1) * (norkv_minimum(age_of(kv, sector), 0x1FFFE) + 1);
}

static bool serves(const struct norkv *kv, uint32_t sector, const struct norkv_place *place, uint32_t least) {
  if (norkv_sector_reclaimable(kv, sector) < least || !norkv_policy_takes(kv, sector)) {
    return false;
  }
  return place == NULL || (norkv_sector_free(kv, sector) < place->size &&
                           kv->config.flash.sector_size - kv->sectors[sector].live >= place->size &&
                           !norkv_sector_is_taken(kv, place, sector));
}

uint32_t norkv_policy_choose(const struct norkv *kv, const struct norkv_place *place, uint32_t least) {
  uint32_t best = NORKV_NO_SECTOR;
  uint32_t most = 0;
  uint32_t sector = kv->last_collected;
  for (uint32_t i = 0; i < kv->config.flash.sector_count; i++) {
    sector = norkv_sector_next(kv, sector);
    if (!serves(kv, sector, place, least)) {
      continue;
    }
    if (NORKV_POLICY_OF(kv) == NORKV_POLICY_CIRCULAR) {
      return sector;
    }
    uint32_t score = score_of(kv, sector, norkv_sector_reclaimable(kv, sector));
    if (score > most) {
      best = sector;
      most = score;
    }
  }
  return best;
}

static uint32_t first_in_turn(const struct norkv *kv) {
  uint32_t sector = kv->last_collected;
  do {
    sector = norkv_sector_next(kv, sector);
  } while (!norkv_policy_takes(kv, sector));
  return sector;
}

/* A bit pattern that looks random for numbers in sequence. */
static uint32_t scramble(uint32_t number) {
  number = (number ^ number >> 16) * 0x7FEB352Du;
  number = (number ^ number >> 15) * 0x846CA68Bu;
  return number ^ number >> 16;
}

/*
 * The least worn sector, once it lags: its erase then moves what lies still in it to the sector that was erased last.
 * That comes after every other collection at most, unless the lag is twice what is allowed. Until the counts since
 * start can tell, the sector in turn is taken now and then, by a chance that the transaction ID decides, so that a
 * store which is started again and again wears evenly too.
 */
static uint32_t even_out(const struct norkv *kv, uint32_t wanted) {
  uint32_t sector = first_in_turn(kv);
  uint32_t coldest = sector;
  uint32_t most = 0;
  for (uint32_t i = 0; i < kv->config.flash.sector_count; i++) {
    uint32_t erases = kv->sectors[sector].erases;
    most = erases > most ? erases : most;
    if (erases < kv->sectors[coldest].erases && norkv_policy_takes(kv, sector)) {
      coldest = sector;
    }
    sector = norkv_sector_next(kv, sector);
  }
  if (most - kv->sectors[coldest].erases >= (kv->evened ? 2 * NORKV_HYBRID_LAG : NORKV_HYBRID_LAG)) {
    return coldest;
  }
  bool by_chance = most < NORKV_HYBRID_LAG && !kv->evened && scramble(kv->transaction_id) % CHANCE == 0;
  return by_chance ? first_in_turn(kv) : wanted;
}

uint32_t norkv_policy_turn(struct norkv *kv, uint32_t wanted) {
  if (NORKV_POLICY_OF(kv) == NORKV_POLICY_CIRCULAR) {
    return first_in_turn(kv);
  }
  uint32_t sector = even_out(kv, wanted);
  kv->evened = sector != wanted;
  return sector;
}
