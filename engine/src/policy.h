/* Wear policies: which sector garbage collection takes next. norkv.h says what each promises. */
#ifndef NORKV_POLICY_H
#define NORKV_POLICY_H

#include "sector.h"

/* NORKV_ONLY_POLICY, a compile-time option, leaves out the other policies. */
#ifdef NORKV_ONLY_POLICY
#define NORKV_POLICY_OF(kv) ((void)(kv), NORKV_ONLY_POLICY)
#define NORKV_POLICY_IS_VALID(policy) ((policy) == NORKV_ONLY_POLICY)
#else
#define NORKV_POLICY_OF(kv) ((kv)->config.policy)
#define NORKV_POLICY_IS_VALID(policy) ((policy) <= NORKV_POLICY_HYBRID)
#endif

/* Allows a call all the collections that can do any good: kv->allowance. One that `recovers` may do more, because each
   sector may be damaged, and as much may have to be copied. */
void norkv_policy_allow(struct norkv *kv, bool recovers);

/* Finds out from the scan's result where the turn round the sectors stands. */
void norkv_policy_start(struct norkv *kv);

/*
 * The sector whose collection serves best: one with at least `least` reclaimable bytes, not 0. If `place` isn't NULL,
 * one that makes a new place: it has no room for it now and will have enough then. NORKV_NO_SECTOR if there is none.
 * Live bytes must have been computed.
 */
uint32_t norkv_policy_choose(const struct norkv *kv, const struct norkv_place *place, uint32_t least);

/* Whether a sector may be collected: it isn't empty, nothing in it failed to be moved, its last erase did not fail
   (then recovery tries again), and what lives in it fits into another one, which it may not after an update to a larger
   alignment. Live bytes must have been computed. */
bool norkv_policy_takes(const struct norkv *kv, uint32_t sector);

/* Whether the policy may have other sectors collected before the one that is wanted. */
static inline bool norkv_policy_has_turns(const struct norkv *kv) {
  return NORKV_POLICY_OF(kv) == NORKV_POLICY_CIRCULAR || NORKV_POLICY_OF(kv) == NORKV_POLICY_HYBRID;
}

/* The sector to collect next on the way to collecting `wanted`, which may be collected: it may not be its turn yet.
   After at most one turn round the sectors it is. */
uint32_t norkv_policy_turn(struct norkv *kv, uint32_t wanted);

#endif
