#include "index.h"

#include <string.h>

#define HASH_FACTOR 65599u
#define ENTRIES_LOST_COUNT 0xFFFFu

uint32_t norkv_index_hash(const uint8_t *key, uint32_t length) {
  uint32_t hash = 0;
  uint32_t factor = 1;
  for (uint32_t i = 0; i < length; i++) {
    factor *= HASH_FACTOR;
    hash += key[i] * factor;
  }
  return hash;
}

bool norkv_name_init(const struct norkv *kv, struct norkv_name *name, const void *key, size_t length) {
  if (kv == NULL || !kv->started || key == NULL || length < 1 || length > NORKV_MAX_KEY) {
    return false;
  }
  name->key = key;
  name->length = (uint32_t)length;
  name->hash = norkv_index_hash(key, name->length);
  return true;
}

/* The polynomial's low bits depend on few bits of the key, so they are spread before use. */
NORKV_APART static uint32_t bucket_of(const struct norkv *kv, uint32_t hash) {
  hash *= 0x9E3779B1u;
  return (hash ^ hash >> 16) & kv->bucket_mask;
}

static bool is_named(const uint8_t *key, uint32_t length, const struct norkv_name *name) {
  return length == name->length && memcmp(key, name->key, length) == 0;
}

/*
 * Whether the slot holds this key. A mismatch is only believed from a copy whose checksum is good; where no copy is,
 * the equal hash decides, so that the caller learns of the damage in place of an absent key.
 */
static enum norkv_error key_matches(struct norkv *kv, const struct norkv_key *key, const struct norkv_name *name,
                                    bool *matches) {
  uint8_t stored[NORKV_HEADER_SIZE + NORKV_MAX_KEY];
  const struct norkv_flash *flash = &kv->config.flash;
  const uint32_t *addresses = key->addresses;
  *matches = true;
  for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
    if (addresses[i] == NORKV_NO_ADDRESS) {
      continue;
    }
    /* A shorter key may lie at the very end of the part. */
    uint32_t room = flash->sector_size * flash->sector_count - addresses[i];
    uint32_t size = NORKV_HEADER_SIZE + name->length;
    enum norkv_error err = size <= room ? norkv_read(kv, addresses[i], stored, size) : NORKV_ERR_DATA_LOSS;
    if (err == NORKV_OK && is_named(stored + NORKV_HEADER_SIZE, stored[9], name)) {
      return NORKV_OK;
    }
    struct norkv_entry entry;
    if (err != NORKV_ERR_FLASH) {
      norkv_window_drop(kv, addresses[i], 0);
      err = norkv_entry_read(kv, addresses[i], &entry);
    }
    if (err == NORKV_OK) {
      *matches = is_named(entry.key, entry.key_length, name); /* it may not have been readable just now */
    }
    if (err == NORKV_OK || err == NORKV_ERR_FLASH) {
      return err;
    }
  }
  return NORKV_OK;
}

enum norkv_error norkv_index_find(struct norkv *kv, const struct norkv_name *name, struct norkv_key **key) {
  for (uint32_t it = kv->buckets[bucket_of(kv, name->hash)]; it != NORKV_NO_KEY; it = kv->chains[it]) {
    *key = norkv_key_at(kv, it);
    if ((*key)->hash != name->hash) {
      continue;
    }
    bool matches = false;
    enum norkv_error err = key_matches(kv, *key, name, &matches);
    if (err != NORKV_OK || matches) {
      return err;
    }
  }
  *key = NULL;
  return NORKV_ERR_NOT_FOUND;
}

struct norkv_key *norkv_index_insert(struct norkv *kv, uint32_t hash) {
  uint32_t it = kv->free_key;
  if (it != NORKV_NO_KEY) {
    kv->free_key = kv->chains[it];
  } else if (kv->key_count < kv->config.max_keys) {
    it = kv->key_count; /* no slot before it is free */
    kv->keys_end = norkv_key_at(kv, it + 1);
  } else {
    return NULL;
  }
  uint16_t *bucket = &kv->buckets[bucket_of(kv, hash)];
  kv->chains[it] = *bucket;
  *bucket = (uint16_t)it;
  kv->key_count++;
  struct norkv_key *key = norkv_key_at(kv, it);
  key->hash = hash;
  key->entries = 0;
  key->extent = 0;
  return key;
}

/* Takes a key without addresses out of the index. */
static void remove_key(struct norkv *kv, struct norkv_key *key) {
  uint16_t *link = &kv->buckets[bucket_of(kv, key->hash)];
  while (norkv_key_at(kv, *link) != key) {
    link = &kv->chains[*link];
  }
  uint16_t it = *link;
  *link = kv->chains[it];
  kv->chains[it] = kv->free_key;
  kv->free_key = it;
  kv->key_count--;
  kv->deleted_count -= norkv_key_is_deleted(key) ? 1u : 0u;
  key->extent = 0;
}

uint32_t norkv_key_copies(const struct norkv *kv, const struct norkv_key *key) {
  uint32_t copies = 0;
  for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
    copies += key->addresses[i] != NORKV_NO_ADDRESS ? 1u : 0u;
  }
  return copies;
}

/* NORKV_NO_ADDRESS lies behind every sector. */
uint32_t *norkv_key_copy_in(const struct norkv *kv, struct norkv_key *key, uint32_t sector) {
  uint32_t base = norkv_sector_base(kv, sector);
  for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
    if (key->addresses[i] - base < kv->config.flash.sector_size) {
      return &key->addresses[i];
    }
  }
  return NULL;
}

bool norkv_key_is_spent(const struct norkv *kv, const struct norkv_key *key) {
  return norkv_key_is_deleted(key) && kv->unsure_count == 0 && !kv->counts_lost &&
         key->entries == norkv_key_copies(kv, key);
}

bool norkv_key_lacks_copies(const struct norkv *kv, const struct norkv_key *key) {
  uint32_t copies = norkv_key_copies(kv, key);
  return copies > 0 && copies < norkv_redundancy(kv) && !(norkv_key_is_deleted(key) && key->entries == copies);
}

void norkv_index_account(const struct norkv *kv) {
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    kv->sectors[sector].live = 0;
  }
  for (struct norkv_key *key = kv->keys; key != kv->keys_end; key = norkv_key_next(kv, key)) {
    if (norkv_key_is_spent(kv, key)) {
      continue;
    }
    for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
      if (key->addresses[i] != NORKV_NO_ADDRESS) {
        kv->sectors[norkv_sector_of(kv, key->addresses[i])].live += norkv_key_size(key);
      }
    }
  }
}

void norkv_key_count_entry(struct norkv_key *key, int change) {
  /* A count that is lost, because there were too many or a sector's entries were forgotten in part, stays lost and must
     not reach 0 while there are copies. */
  if (key->entries != ENTRIES_LOST_COUNT && (change > 0 || key->entries > 0)) {
    key->entries = (uint16_t)(key->entries + change);
  }
}

NORKV_APART static void set_version(struct norkv *kv, struct norkv_key *key, const struct norkv_version *version,
                                    uint32_t address) {
  kv->deleted_count -= norkv_key_is_deleted(key) ? 1u : 0u;
  kv->deleted_count += norkv_extent_is_deleted(version->extent) ? 1u : 0u;
  key->transaction_id = version->transaction_id;
  key->extent = version->extent;
  memset(key->addresses, 0xFF, norkv_redundancy(kv) * sizeof(uint32_t));
  key->addresses[0] = address;
}

void norkv_index_set(struct norkv *kv, struct norkv_key *key, const struct norkv_version *version, uint32_t address) {
  for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
    if (key->addresses[i] != NORKV_NO_ADDRESS) {
      kv->sectors[norkv_sector_of(kv, key->addresses[i])].pinned = false;
    }
  }
  set_version(kv, key, version, address);
  norkv_key_count_entry(key, 1);
}

void norkv_index_drop_in(struct norkv *kv, struct norkv_key *key, uint32_t sector) {
  uint32_t *copy = norkv_key_copy_in(kv, key, sector);
  if (copy != NULL) {
    *copy = NORKV_NO_ADDRESS;
    if (norkv_key_copies(kv, key) == 0) {
      remove_key(kv, key);
    }
  }
}

/* A further copy of the current entry. One that the index has no place for, or whose sector holds one already, is
   surplus: it may be what an interrupted garbage collection left. */
static void add_copy(struct norkv *kv, struct norkv_key *key, uint32_t address) {
  uint32_t sector = norkv_sector_of(kv, address);
  if (NORKV_MAX_REDUNDANCY > 1 && norkv_key_copy_in(kv, key, sector) == NULL) {
    for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
      if (key->addresses[i] == NORKV_NO_ADDRESS) {
        key->addresses[i] = address;
        return;
      }
    }
  }
  kv->sectors[sector].surplus = true;
  for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
    if (key->addresses[i] != NORKV_NO_ADDRESS) {
      kv->sectors[norkv_sector_of(kv, key->addresses[i])].surplus = true;
    }
  }
}

bool norkv_key_is_current(const struct norkv_key *key, const struct norkv_entry *entry) {
  return entry->version.transaction_id == key->transaction_id && entry->version.extent == key->extent;
}

void norkv_scan_begin(struct norkv *kv, struct norkv_scan *scan, uint32_t sector) {
  scan->address = norkv_sector_base(kv, sector);
  scan->end = scan->address + kv->config.flash.sector_size;
  scan->damage = 0;
  scan->lost = false;
  norkv_window_drop(kv, 0, 0);
}

/* Tells what the index has of the scanned entry. Error: FLASH. */
static enum norkv_error look_up(struct norkv *kv, struct norkv_scan *scan) {
  struct norkv_name name = {scan->entry.key, scan->entry.key_length, 0};
  name.hash = scan->hash = norkv_index_hash(name.key, name.length);
  enum norkv_error err = norkv_index_find(kv, &name, &scan->key);
  return err == NORKV_ERR_NOT_FOUND ? NORKV_OK : err;
}

enum norkv_error norkv_scan_next(struct norkv *kv, struct norkv_scan *scan) {
  while (scan->end - scan->address >= NORKV_HEADER_SIZE) {
    kv->window_end = scan->end;
    kv->window_limit = scan->end;
    enum norkv_error err = norkv_entry_read(kv, scan->address, &scan->entry);
    if (err == NORKV_OK) {
      scan->address += scan->entry.size;
      scan->lost = false;
      return look_up(kv, scan);
    }
    if (err == NORKV_ERR_FLASH || (err == NORKV_ERR_NOT_FOUND && !scan->lost)) {
      return err;
    }
    scan->damage += !scan->lost || scan->entry.format != NULL ? 1u : 0u;
    scan->lost = true;
    scan->address += NORKV_SIZE_UNIT;
  }
  return NORKV_ERR_NOT_FOUND;
}

enum norkv_error norkv_index_add(struct norkv *kv, struct norkv_scan *scan) {
  const struct norkv_entry *entry = &scan->entry;
  if (!NORKV_MIGRATION && entry->alignment_units != norkv_alignment_units(kv)) {
    return NORKV_ERR_GEOMETRY;
  }
  bool is_new = scan->key == NULL;
  if (is_new) {
    scan->key = norkv_index_insert(kv, scan->hash);
    if (scan->key == NULL) {
      return NORKV_ERR_KEYS;
    }
  }
  if (is_new || norkv_is_newer(entry->version.transaction_id, scan->key->transaction_id)) {
    set_version(kv, scan->key, &entry->version, entry->address);
  } else if (norkv_key_is_current(scan->key, entry)) {
    add_copy(kv, scan->key, entry->address);
  }
  return NORKV_OK;
}
