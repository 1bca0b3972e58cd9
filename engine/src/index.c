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

/* The polynomial's low bits depend on few bits of the key, so they are spread before use. */
static uint32_t bucket_of(const struct norkv *kv, uint32_t hash) {
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
static enum norkv_error key_matches(struct norkv *kv, uint32_t slot, const struct norkv_name *name, bool *matches) {
  uint8_t stored[NORKV_HEADER_SIZE + NORKV_MAX_KEY];
  const struct norkv_flash *flash = &kv->config.flash;
  const uint32_t *addresses = norkv_addresses(kv, slot);
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

enum norkv_error norkv_index_find(struct norkv *kv, const struct norkv_name *name, uint32_t *slot) {
  for (uint32_t it = kv->buckets[bucket_of(kv, name->hash)]; it != NORKV_NO_KEY; it = kv->chains[it]) {
    if (kv->keys[it].hash != name->hash) {
      continue;
    }
    bool matches = false;
    enum norkv_error err = key_matches(kv, it, name, &matches);
    if (err != NORKV_OK || matches) {
      *slot = it;
      return err;
    }
  }
  return NORKV_ERR_NOT_FOUND;
}

enum norkv_error norkv_index_insert(struct norkv *kv, uint32_t hash, uint32_t *slot) {
  uint32_t it = kv->free_key;
  if (it != NORKV_NO_KEY) {
    kv->free_key = kv->chains[it];
  } else if (kv->key_limit < kv->config.max_keys) {
    it = kv->key_limit++;
  } else {
    return NORKV_ERR_KEYS;
  }
  kv->keys[it] = (struct norkv_key){.hash = hash};
  uint16_t *bucket = &kv->buckets[bucket_of(kv, hash)];
  kv->chains[it] = *bucket;
  *bucket = (uint16_t)it;
  kv->key_count++;
  *slot = it;
  return NORKV_OK;
}

/* Takes a key without addresses out of the index. */
static void remove_key(struct norkv *kv, uint32_t slot) {
  struct norkv_key *key = &kv->keys[slot];
  uint16_t *link = &kv->buckets[bucket_of(kv, key->hash)];
  while (*link != slot) {
    link = &kv->chains[*link];
  }
  *link = kv->chains[slot];
  kv->chains[slot] = kv->free_key;
  kv->free_key = (uint16_t)slot;
  kv->key_count--;
  kv->deleted_count -= norkv_key_is_deleted(key) ? 1u : 0u;
  *key = (struct norkv_key){0};
}

uint32_t norkv_key_copies(const struct norkv *kv, uint32_t slot) {
  const uint32_t *addresses = norkv_addresses(kv, slot);
  uint32_t copies = 0;
  for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
    copies += addresses[i] != NORKV_NO_ADDRESS ? 1u : 0u;
  }
  return copies;
}

uint32_t *norkv_key_copy_in(const struct norkv *kv, uint32_t slot, uint32_t sector) {
  uint32_t base = norkv_sector_base(kv, sector);
  uint32_t *addresses = norkv_addresses(kv, slot);
  for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
    if (addresses[i] != NORKV_NO_ADDRESS && addresses[i] - base < kv->config.flash.sector_size) {
      return &addresses[i];
    }
  }
  return NULL;
}

bool norkv_key_is_spent(const struct norkv *kv, uint32_t slot) {
  const struct norkv_key *key = &kv->keys[slot];
  return norkv_key_is_deleted(key) && kv->unsure_count == 0 && !kv->counts_lost &&
         key->entries == norkv_key_copies(kv, slot);
}

bool norkv_key_lacks_copies(const struct norkv *kv, uint32_t slot) {
  const struct norkv_key *key = &kv->keys[slot];
  uint32_t copies = norkv_key_copies(kv, slot);
  return copies > 0 && copies < norkv_redundancy(kv) && !(norkv_key_is_deleted(key) && key->entries == copies);
}

void norkv_index_account(const struct norkv *kv) {
  for (uint32_t sector = 0; sector < kv->config.flash.sector_count; sector++) {
    kv->sectors[sector].live = 0;
  }
  for (uint32_t slot = 0; slot < kv->key_limit; slot++) {
    if (norkv_key_is_spent(kv, slot)) {
      continue;
    }
    const uint32_t *addresses = norkv_addresses(kv, slot);
    for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
      if (addresses[i] != NORKV_NO_ADDRESS) {
        kv->sectors[norkv_sector_of(kv, addresses[i])].live += norkv_key_size(&kv->keys[slot]);
      }
    }
  }
}

void norkv_index_count_entry(struct norkv *kv, uint32_t slot, int change) {
  struct norkv_key *key = &kv->keys[slot];
  /* A count that is lost, because there were too many or a sector's entries were forgotten in part, stays lost and must
     not reach 0 while there are copies. */
  if (key->entries != ENTRIES_LOST_COUNT && (change > 0 || key->entries > 0)) {
    key->entries = (uint16_t)(key->entries + change);
  }
}

static void set_version(struct norkv *kv, uint32_t slot, const struct norkv_version *version, uint32_t address) {
  struct norkv_key *key = &kv->keys[slot];
  kv->deleted_count -= norkv_key_is_deleted(key) ? 1u : 0u;
  kv->deleted_count += norkv_extent_is_deleted(version->extent) ? 1u : 0u;
  key->transaction_id = version->transaction_id;
  key->extent = version->extent;
  uint32_t *addresses = norkv_addresses(kv, slot);
  memset(addresses, 0xFF, norkv_redundancy(kv) * sizeof(*addresses));
  addresses[0] = address;
}

void norkv_index_set(struct norkv *kv, uint32_t slot, const struct norkv_version *version, uint32_t address) {
  const uint32_t *addresses = norkv_addresses(kv, slot);
  for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
    if (addresses[i] != NORKV_NO_ADDRESS) {
      kv->sectors[norkv_sector_of(kv, addresses[i])].pinned = false;
    }
  }
  set_version(kv, slot, version, address);
  norkv_index_count_entry(kv, slot, 1);
}

void norkv_index_drop_in(struct norkv *kv, uint32_t slot, uint32_t sector) {
  uint32_t *copy = norkv_key_copy_in(kv, slot, sector);
  if (copy != NULL) {
    *copy = NORKV_NO_ADDRESS;
    if (norkv_key_copies(kv, slot) == 0) {
      remove_key(kv, slot);
    }
  }
}

/* A further copy of the current entry. One that the index has no place for, or whose sector holds one already, is
   surplus: it may be what an interrupted garbage collection left. */
static void add_copy(struct norkv *kv, uint32_t slot, uint32_t address) {
  uint32_t *addresses = norkv_addresses(kv, slot);
  uint32_t sector = norkv_sector_of(kv, address);
  if (norkv_key_copy_in(kv, slot, sector) == NULL) {
    for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
      if (addresses[i] == NORKV_NO_ADDRESS) {
        addresses[i] = address;
        return;
      }
    }
  }
  kv->sectors[sector].surplus = true;
  for (uint32_t i = 0; i < norkv_redundancy(kv); i++) {
    if (addresses[i] != NORKV_NO_ADDRESS) {
      kv->sectors[norkv_sector_of(kv, addresses[i])].surplus = true;
    }
  }
}

bool norkv_index_is_current(const struct norkv *kv, uint32_t slot, const struct norkv_entry *entry) {
  const struct norkv_key *key = &kv->keys[slot];
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
  scan->slot = NORKV_NO_KEY;
  enum norkv_error err = norkv_index_find(kv, &name, &scan->slot);
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
  bool is_new = scan->slot == NORKV_NO_KEY;
  if (is_new) {
    enum norkv_error err = norkv_index_insert(kv, scan->hash, &scan->slot);
    if (err != NORKV_OK) {
      return err;
    }
  }
  if (is_new || norkv_is_newer(entry->version.transaction_id, kv->keys[scan->slot].transaction_id)) {
    set_version(kv, scan->slot, &entry->version, entry->address);
  } else if (norkv_index_is_current(kv, scan->slot, entry)) {
    add_copy(kv, scan->slot, entry->address);
  }
  return NORKV_OK;
}
