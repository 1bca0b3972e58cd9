/* The index: finds the current entry of each key, and keeps the sectors' live bytes in step with it. */
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

/* Empties the index. */
void norkv_index_reset(struct norkv *kv);

/* Finds a key, deleted ones included; keys are compared whole. Errors: NOT_FOUND, FLASH. */
enum norkv_error norkv_index_find(struct norkv *kv, const struct norkv_name *name, uint32_t *slot);

/* A slot for a key that has none yet: no entries, no addresses. Error: KEYS. */
enum norkv_error norkv_index_insert(struct norkv *kv, uint32_t hash, uint32_t *slot);

/* Takes a key out of the index; it must have no addresses. */
void norkv_index_remove(struct norkv *kv, uint32_t slot);

static inline bool norkv_key_is_deleted(const struct norkv_key *key) {
  return (key->size & NORKV_KEY_DELETED) != 0;
}

static inline uint32_t norkv_key_size(const struct norkv_key *key) {
  return (key->size & (NORKV_KEY_DELETED - 1u)) * NORKV_SIZE_UNIT;
}

/* Copies of the current entry that the index knows. */
uint32_t norkv_key_copies(const struct norkv *kv, uint32_t slot);

/* Whether one of the copies lies in `sector`. */
bool norkv_key_is_in(const struct norkv *kv, uint32_t slot, uint32_t sector);

/* Whether the key is a tombstone that hides nothing any more: garbage collection drops it. */
bool norkv_key_is_spent(const struct norkv *kv, uint32_t slot);

/* Whether recovery owes the key a copy. A tombstone that hides nothing known is owed none. */
bool norkv_key_lacks_copies(const struct norkv *kv, uint32_t slot);

/* Makes a new version current: `addresses` are its `copies` copies, of `size` bytes each. The key must not be a free
   slot. */
struct norkv_version {
  uint32_t transaction_id;
  uint32_t size;
  bool deleted;
  uint32_t copies;
  const uint32_t *addresses;
};
void norkv_index_set(struct norkv *kv, uint32_t slot, const struct norkv_version *version);

/* Sets copy number `copy` of a key to `address`; `new_entries` were written for it. */
void norkv_index_move(struct norkv *kv, uint32_t slot, uint32_t copy, uint32_t address, uint16_t new_entries);

/* Forgets copy number `copy` of a key. A key without copies leaves the index. */
void norkv_index_drop(struct norkv *kv, uint32_t slot, uint32_t copy);

/* An entry of this key is about to be erased. */
void norkv_index_forget_entry(struct norkv *kv, uint32_t slot);

/* Whether the entry is a copy of the key's current one. */
bool norkv_index_is_current(const struct norkv *kv, uint32_t slot, const struct norkv_entry *entry);

/* Adds what a scan found. Errors: KEYS, FLASH. */
enum norkv_error norkv_index_add(struct norkv *kv, const struct norkv_entry *entry);

/* Computes every sector's live bytes anew: what counts as spent has changed. */
void norkv_index_account_all(struct norkv *kv);

#endif
