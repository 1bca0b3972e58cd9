/*
 * What every part of the engine shares: the sector table, the index slot, small arithmetic. The rules that hold between
 * calls, and that each part keeps:
 *
 *  - At least one sector is empty (the reserve). Only garbage collection writes to the last empty one, and the sector
 *    that it then erases becomes the next reserve.
 *  - An entry is appended only to a sector whose whole free end was seen blank since start.
 *  - `entries` of a key counts every entry of that key before the tail of a sector, which ends where start met damage:
 * so what is counted down when a sector is erased was counted, whatever reads otherwise by then. A tombstone is dropped
 * only when nothing else of its key is left, and only while no sector can hide an entry (unsure_count is 0).
 */
#ifndef NORKV_COMMON_H
#define NORKV_COMMON_H

#include "norkv/norkv.h"

/* States what the code relies on. Checked in builds that define NORKV_CHECK_ASSERTS. */
#ifdef NORKV_CHECK_ASSERTS
#define NORKV_ASSERT(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#define NORKV_ASSERT(condition) ((void)0)
#endif

/* A function that makes its caller larger if it is inlined: gcc can't tell. */
#if defined(__GNUC__) && defined(__OPTIMIZE_SIZE__)
#define NORKV_APART __attribute__((noinline))
#else
#define NORKV_APART
#endif

#define NORKV_NO_ADDRESS 0xFFFFFFFFu /* no entry can start there: a header would not fit behind it */
#define NORKV_NO_SECTOR 0xFFFFu
#define NORKV_NO_KEY 0xFFFFu

/* What is known of the space behind a sector's last entry. */
enum norkv_sector_state {
  NORKV_SECTOR_UNCHECKED = 0, /* not looked at since start: an interrupted erase may have left entries behind a gap */
  NORKV_SECTOR_CLEAN,         /* seen blank, or erased since start */
  NORKV_SECTOR_DAMAGED,       /* holds what is neither blank nor a good entry: takes no appends until it is erased */
};

struct norkv_sector {
  uint32_t tail;   /* offset of the end of its last counted entry; 0: it holds none, or damage comes first */
  uint32_t live;   /* bytes that its live copies take when they are moved, as of the last norkv_index_account */
  uint32_t erases; /* since start */
  uint8_t state;   /* enum norkv_sector_state */
  bool surplus;    /* start saw more than `redundancy` copies of a current entry, one of them here */
  bool stuck;      /* its last erase failed: only recovery tries it again */
  bool pinned;     /* holds the only copy of a live entry, and it is damaged: can't be collected */
};

#define NORKV_SIZE_UNIT 16u

/* What an entry takes and whether it is a tombstone, in 16 bits. */
#define NORKV_EXTENT_DELETED 0x8000u

static inline uint16_t norkv_extent_of(uint32_t size, bool deleted) {
  return (uint16_t)(size / NORKV_SIZE_UNIT | (deleted ? NORKV_EXTENT_DELETED : 0u));
}

static inline uint32_t norkv_extent_size(uint16_t extent) {
  return (extent & (NORKV_EXTENT_DELETED - 1u)) * NORKV_SIZE_UNIT;
}

static inline bool norkv_extent_is_deleted(uint16_t extent) {
  return (extent & NORKV_EXTENT_DELETED) != 0;
}

/* An index slot. Slots never move; a free one has no addresses. */
struct norkv_key {
  uint32_t hash;
  uint32_t transaction_id; /* of the current entry */
  uint16_t entries;        /* of every version and copy, see above; 0xFFFF: lost count, keep all */
  uint16_t extent;         /* of the current entry, at this alignment; 0: the slot is free; 0xFFFF: never used */
  uint32_t addresses[];    /* of its copies: as many as the redundancy says, some may be NORKV_NO_ADDRESS */
};

static inline uint32_t norkv_align_up(uint32_t number, uint32_t alignment) {
  return (number + alignment - 1) / alignment * alignment;
}

static inline uint32_t norkv_minimum(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

/* Whether transaction `a` is newer than `b`: right across the wrap at 2^32 while all IDs on flash lie within 2^31. */
static inline bool norkv_is_newer(uint32_t a, uint32_t b) {
  return (int32_t)(a - b) > 0;
}

/* What a call may still do is counted in sectors' worth of units: an erase costs a sector, a copy that is written again
   its size. So no mistake can keep a call busy for ever, and idle work stays short. */
static inline uint32_t norkv_work_of(uint32_t size) {
  return size / NORKV_SIZE_UNIT;
}

static inline bool norkv_may_work(const struct norkv *kv, uint32_t size) {
  return kv->allowance >= norkv_work_of(size);
}

static inline void norkv_count_work(struct norkv *kv, uint32_t size) {
  kv->allowance -= norkv_minimum(kv->allowance, norkv_work_of(size));
}

static inline uint32_t norkv_sector_of(const struct norkv *kv, uint32_t address) {
  return address / kv->config.flash.sector_size;
}

static inline uint32_t norkv_sector_base(const struct norkv *kv, uint32_t sector) {
  return sector * kv->config.flash.sector_size;
}

static inline uint32_t norkv_redundancy(const struct norkv *kv) {
  return NORKV_MAX_REDUNDANCY == 1 ? 1 : kv->redundancy;
}

static inline uint32_t norkv_format_count(const struct norkv_config *config) {
  return NORKV_MAX_FORMATS == 1 ? 1 : config->format_count;
}

/* The slot of this number. */
static inline struct norkv_key *norkv_key_at(const struct norkv *kv, uint32_t number) {
  size_t size = sizeof(struct norkv_key) + norkv_redundancy(kv) * sizeof(uint32_t);
  return (struct norkv_key *)(void *)((uint8_t *)kv->keys + number * size);
}

static inline struct norkv_key *norkv_key_next(const struct norkv *kv, struct norkv_key *key) {
  size_t size = sizeof(struct norkv_key) + norkv_redundancy(kv) * sizeof(uint32_t);
  return (struct norkv_key *)(void *)((uint8_t *)key + size);
}

#endif
