/* The index: finds the current entry of each key. */
#ifndef NORKV_INDEX_H
#define NORKV_INDEX_H

#include "entry.h"

/* pw_kvs's key hash: the sum of byte[i] * 65599^(i+1). */
uint32_t norkv_index_hash(const uint8_t *key, uint32_t length);

/* A key to look for. */
struct norkv_name {
  const uint8_t *key;
  uint32_t length;
  uint32_t hash;
};

/* The name that a caller means; false if the store is not started or it can't be one. */
bool norkv_name_init(const struct norkv *kv, struct norkv_name *name, const void *key, size_t length);

/* Finds a key, deleted ones included; keys are compared whole. Errors: NOT_FOUND (`key` is NULL then), FLASH. */
enum norkv_error norkv_index_find(struct norkv *kv, const struct norkv_name *name, struct norkv_key **key);

/* A slot for a key that has none yet: no entries, no addresses. NULL if there is none. */
struct norkv_key *norkv_index_insert(struct norkv *kv, uint32_t hash);

static inline bool norkv_key_is_deleted(const struct norkv_key *key) {
  return norkv_extent_is_deleted(key->extent);
}

static inline uint32_t norkv_key_size(const struct norkv_key *key) {
  return norkv_extent_size(key->extent);
}

/* Copies of the current entry that the index knows. */
uint32_t norkv_key_copies(const struct norkv *kv, const struct norkv_key *key);

/* Where the index keeps the address of the copy that lies in `sector`; NULL if none does. */
uint32_t *norkv_key_copy_in(const struct norkv *kv, struct norkv_key *key, uint32_t sector);

/* Whether the key is a tombstone that hides nothing any more: garbage collection drops it. */
bool norkv_key_is_spent(const struct norkv *kv, const struct norkv_key *key);

/* Whether recovery owes the key a copy. A tombstone that hides nothing known is owed none. */
bool norkv_key_lacks_copies(const struct norkv *kv, const struct norkv_key *key);

/* Makes a new version current, whose first copy was written to `address`. The key must not be a free slot. */
void norkv_index_set(struct norkv *kv, struct norkv_key *key, const struct norkv_version *version, uint32_t address);

/* An entry of this key was written (1) or is about to be erased (-1). */
void norkv_key_count_entry(struct norkv_key *key, int change);

/* Forgets the copy in `sector`, if there is one. A key without copies leaves the index. */
void norkv_index_drop_in(struct norkv *kv, struct norkv_key *key, uint32_t sector);

/* Whether the entry is a copy of the key's current one. */
bool norkv_key_is_current(const struct norkv_key *key, const struct norkv_entry *entry);

/* A walk over the good entries of a sector, in order, with what the index has of each. Behind damage it looks for the
   next good entry every 16 bytes. */
struct norkv_scan {
  uint32_t address; /* where the next entry is looked for */
  uint32_t end;
  uint32_t damage; /* damaged entries met */
  bool lost;       /* behind damage, searching */
  uint32_t hash;
  struct norkv_key *key; /* NULL: it isn't in the index */
  struct norkv_entry entry;
};

/* All of the sector is scanned, or less if `end` is made smaller. */
void norkv_scan_begin(struct norkv *kv, struct norkv_scan *scan, uint32_t sector);

/* The next good entry. Errors: NOT_FOUND at the end, FLASH. */
enum norkv_error norkv_scan_next(struct norkv *kv, struct norkv_scan *scan);

/* Adds the entry that a scan met, which is not counted yet. Errors: KEYS; GEOMETRY (its alignment is another one,
 * without NORKV_MIGRATION). */
enum norkv_error norkv_index_add(struct norkv *kv, struct norkv_scan *scan);

/* Computes every sector's live bytes, which are in the sector table. */
void norkv_index_account(const struct norkv *kv);

#endif
