#include "decode_keys.h"

#include <stdlib.h>
#include <string.h>

#define RUN_LENGTH 8u /* what insertion sorts, before runs are merged */

/* Makes `*array` of elements of `size` bytes hold at least `needed`, at least doubling it. */
static bool grow(void **array, uint32_t *capacity, uint32_t needed, size_t size) {
  if (needed <= *capacity) {
    return true;
  }
  uint32_t larger = needed < 64 ? 64 : needed;
  if (*capacity <= UINT32_MAX / 2 && larger < *capacity * 2) {
    larger = *capacity * 2;
  }
  void *moved = realloc(*array, size * larger);
  if (moved == NULL) {
    return false;
  }
  *array = moved;
  *capacity = larger;
  return true;
}

enum pc_result pc_decoded_begin(struct pc_decoded *decoded, uint32_t sector_count, struct pc_error *error) {
  decoded->entry_count = 0;
  decoded->live_count = 0;
  decoded->sector_count = 0;
  decoded->damaged = 0;
  decoded->missing_copies = 0;
  if (decoded->memory == NULL) {
    decoded->memory = calloc(1, sizeof *decoded->memory);
    if (decoded->memory == NULL) {
      return pc_fail_memory(error);
    }
  }
  struct pc_decoder_memory *memory = decoded->memory;
  void *sectors = decoded->sectors;
  bool enough = grow(&sectors, &memory->sector_capacity, sector_count, sizeof *decoded->sectors);
  decoded->sectors = sectors;
  if (!enough) {
    return pc_fail_memory(error);
  }
  memory->key_count = 0;
  memory->epoch++;
  if (memory->epoch == 0) {
    memory->epoch = 1;
    memset(memory->slots, 0, sizeof *memory->slots * memory->slot_count);
  }
  return PC_OK;
}

struct pc_entry *pc_decoded_append(struct pc_decoded *decoded, uint32_t key) {
  struct pc_decoder_memory *memory = decoded->memory;
  uint32_t index = decoded->entry_count;
  if (index == memory->entry_capacity) {
    /* Two arrays share a capacity: it is raised only when both have grown. */
    uint32_t capacity = index;
    void *entries = decoded->entries;
    bool enough = grow(&entries, &capacity, index + 1, sizeof *decoded->entries);
    decoded->entries = entries;
    void *keys = memory->key_of_entry;
    capacity = index;
    enough = enough && grow(&keys, &capacity, index + 1, sizeof *memory->key_of_entry);
    memory->key_of_entry = keys;
    if (!enough) {
      return NULL;
    }
    memory->entry_capacity = capacity;
  }
  memory->key_of_entry[index] = key;
  decoded->entry_count++;
  return &decoded->entries[index];
}

/* Eight bytes as a little-endian number. */
static uint64_t word_at(const uint8_t *data) {
  return (uint64_t)data[0] | (uint64_t)data[1] << 8 | (uint64_t)data[2] << 16 | (uint64_t)data[3] << 24 |
         (uint64_t)data[4] << 32 | (uint64_t)data[5] << 40 | (uint64_t)data[6] << 48 | (uint64_t)data[7] << 56;
}

/* Word i of a key, zeros behind its end. */
static uint64_t key_word(struct pc_bytes key, size_t i) {
  uint64_t word = word_at(key.data + i * 8);
  size_t left = key.size - i * 8;
  return left < 8 ? word & (UINT64_MAX >> (64 - left * 8)) : word;
}

static uint32_t hash_key(struct pc_bytes key) {
  uint64_t hash = key.size;
  for (size_t i = 0; i * 8 < key.size; i++) {
    hash = (hash ^ key_word(key, i)) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 32;
  }
  return (uint32_t)hash;
}

static struct pc_decoder_slot *empty_slot(const struct pc_decoder_memory *memory, uint32_t hash) {
  uint32_t mask = memory->slot_count - 1;
  uint32_t i = hash & mask;
  while (memory->slots[i].epoch == memory->epoch) {
    i = (i + 1) & mask;
  }
  return &memory->slots[i];
}

/* Keeps the table at most half full with one more key in it, so that probing ends soon. */
static bool reserve_slot(struct pc_decoder_memory *memory) {
  uint32_t old_count = memory->slot_count;
  if (memory->key_count < old_count / 2) {
    return true;
  }
  uint32_t count = old_count == 0 ? 128 : old_count * 2;
  struct pc_decoder_slot *old = memory->slots;
  struct pc_decoder_slot *slots = calloc(count, sizeof *slots);
  if (slots == NULL) {
    return false;
  }
  memory->slots = slots;
  memory->slot_count = count;
  for (uint32_t i = 0; i < old_count; i++) {
    if (old[i].epoch == memory->epoch) {
      *empty_slot(memory, old[i].hash) = old[i];
    }
  }
  free(old);
  return true;
}

uint32_t pc_decoded_key(struct pc_decoded *decoded, struct pc_bytes key) {
  struct pc_decoder_memory *memory = decoded->memory;
  void *keys = memory->keys;
  bool enough = grow(&keys, &memory->key_capacity, memory->key_count + 1, sizeof *memory->keys);
  memory->keys = keys;
  if (!enough || !reserve_slot(memory)) {
    return PC_NO_KEY;
  }
  uint32_t hash = hash_key(key);
  uint32_t mask = memory->slot_count - 1;
  uint32_t i = hash & mask;
  for (; memory->slots[i].epoch == memory->epoch; i = (i + 1) & mask) {
    const struct pc_decoder_slot *slot = &memory->slots[i];
    if (slot->hash == hash && pc_bytes_equal(decoded->entries[memory->keys[slot->key].current].key, key)) {
      return slot->key;
    }
  }
  uint32_t added = memory->key_count++;
  memory->slots[i] = (struct pc_decoder_slot){.epoch = memory->epoch, .hash = hash, .key = added};
  memory->keys[added] = (struct pc_decoder_key){.current = PC_NO_KEY};
  return added;
}

static const struct pc_entry *current_entry(const struct pc_decoded *decoded, uint32_t key) {
  return &decoded->entries[decoded->memory->keys[key].current];
}

static bool item_before(const struct pc_decoded *decoded, const struct pc_decoder_item *a,
                        const struct pc_decoder_item *b) {
  if (a->prefix != b->prefix) {
    return a->prefix < b->prefix;
  }
  struct pc_bytes first = current_entry(decoded, a->key)->key;
  struct pc_bytes second = current_entry(decoded, b->key)->key;
  int order = memcmp(first.data, second.data, first.size < second.size ? first.size : second.size);
  return order != 0 ? order < 0 : first.size < second.size;
}

static void insertion_sort(const struct pc_decoded *decoded, struct pc_decoder_item *items, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    struct pc_decoder_item item = items[i];
    uint32_t place = i;
    for (; place > 0 && item_before(decoded, &item, &items[place - 1]); place--) {
      items[place] = items[place - 1];
    }
    items[place] = item;
  }
}

/* Merges the sorted [first, middle) and [middle, end) of `from` into the same range of `to`. */
static void merge(const struct pc_decoded *decoded, const struct pc_decoder_item *from, struct pc_decoder_item *to,
                  const uint32_t bounds[3]) {
  uint32_t left = bounds[0];
  uint32_t right = bounds[1];
  for (uint32_t i = bounds[0]; i < bounds[2]; i++) {
    bool take_right = right < bounds[2] && (left == bounds[1] || item_before(decoded, &from[right], &from[left]));
    to[i] = take_right ? from[right++] : from[left++];
  }
}

/* Sorts the items, with room for as many in both arrays; returns the one that holds the result. */
static const struct pc_decoder_item *sort_items(const struct pc_decoded *decoded, uint32_t count) {
  struct pc_decoder_item *from = decoded->memory->items[0];
  struct pc_decoder_item *to = decoded->memory->items[1];
  for (uint32_t i = 0; i < count; i += RUN_LENGTH) {
    insertion_sort(decoded, from + i, count - i < RUN_LENGTH ? count - i : RUN_LENGTH);
  }
  for (uint32_t run = RUN_LENGTH; run < count; run *= 2) {
    for (uint32_t i = 0; i < count; i += 2 * run) {
      uint32_t left = count - i;
      const uint32_t bounds[3] = {i, i + (left < run ? left : run), i + (left < 2 * run ? left : 2 * run)};
      merge(decoded, from, to, bounds);
    }
    struct pc_decoder_item *merged = to;
    to = from;
    from = merged;
  }
  return from;
}

static bool reserve_live(struct pc_decoded *decoded) {
  struct pc_decoder_memory *memory = decoded->memory;
  bool enough = true;
  uint32_t capacity = memory->item_capacity;
  for (int i = 0; i < 2; i++) {
    capacity = memory->item_capacity;
    void *items = memory->items[i];
    enough = enough && grow(&items, &capacity, memory->key_count, sizeof *memory->items[i]);
    memory->items[i] = items;
  }
  if (enough) {
    memory->item_capacity = capacity;
  }
  void *live = decoded->live;
  enough = enough && grow(&live, &memory->live_capacity, memory->key_count, sizeof *decoded->live);
  decoded->live = live;
  return enough;
}

enum pc_result pc_decoded_collect_live(struct pc_decoded *decoded, struct pc_error *error) {
  struct pc_decoder_memory *memory = decoded->memory;
  if (!reserve_live(decoded)) {
    return pc_fail_memory(error);
  }
  uint32_t count = 0;
  for (uint32_t key = 0; key < memory->key_count; key++) {
    const struct pc_entry *entry = current_entry(decoded, key);
    if (entry->state == PC_ENTRY_LIVE) {
      uint64_t prefix = __builtin_bswap64(key_word(entry->key, 0));
      memory->items[0][count++] = (struct pc_decoder_item){.prefix = prefix, .key = key};
    }
  }
  if (count == 0) {
    return PC_OK;
  }
  const struct pc_decoder_item *sorted = sort_items(decoded, count);
  for (uint32_t i = 0; i < count; i++) {
    const struct pc_entry *entry = current_entry(decoded, sorted[i].key);
    decoded->live[i] = (struct pc_live_entry){.key = entry->key,
                                              .value = entry->value,
                                              .transaction_id = entry->transaction_id,
                                              .copies = memory->keys[sorted[i].key].copies};
  }
  decoded->live_count = count;
  return PC_OK;
}

void pc_decoded_free(struct pc_decoded *decoded) {
  struct pc_decoder_memory *memory = decoded->memory;
  if (memory != NULL) {
    free(memory->slots);
    free(memory->keys);
    free(memory->key_of_entry);
    free(memory->items[0]);
    free(memory->items[1]);
    free(memory);
  }
  free(decoded->entries);
  free(decoded->live);
  free(decoded->sectors);
  *decoded = (struct pc_decoded){0};
}
