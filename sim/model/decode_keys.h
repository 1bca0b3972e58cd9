/*
 * The decoder's memory: which keys there are on an image, found by a hash table that is emptied by counting up an
 * epoch, and the room for results. All of it grows when it must and is used again by the next decode.
 */
#ifndef PC_MODEL_DECODE_KEYS_H
#define PC_MODEL_DECODE_KEYS_H

#include "powercut/decoder.h"

#define PC_NO_KEY UINT32_MAX

/* A key that an image holds, and what is known of it so far. */
struct pc_decoder_key {
  uint32_t current;     /* index of its current entry */
  uint32_t copies;      /* good ones of that entry, each in another sector */
  uint32_t last_sector; /* the sector of the last copy */
};

/* Emptied slots are those of an older epoch. */
struct pc_decoder_slot {
  uint32_t epoch, hash, key;
};

/* A live key to be sorted. `prefix` is its first bytes as a number that sorts alike: most comparisons end there. */
struct pc_decoder_item {
  uint64_t prefix;
  uint32_t key;
};

struct pc_decoder_memory {
  struct pc_decoder_slot *slots;
  uint32_t slot_count; /* a power of two, or 0 */
  uint32_t epoch;
  struct pc_decoder_key *keys;
  uint32_t key_count, key_capacity;
  uint32_t *key_of_entry; /* for each entry, the index of its key; PC_NO_KEY for damage */
  uint32_t entry_capacity;
  struct pc_decoder_item *items[2]; /* `item_capacity` each: sorting merges from one to the other */
  uint32_t item_capacity;
  uint32_t live_capacity, sector_capacity;
};

/* Empties `decoded` and makes room for its sectors. */
enum pc_result pc_decoded_begin(struct pc_decoded *decoded, uint32_t sector_count, struct pc_error *error);

/* A new entry at the end of decoded->entries, of the key with index `key`. Pointers to entries don't outlive the call;
   NULL: out of memory. */
struct pc_entry *pc_decoded_append(struct pc_decoded *decoded, uint32_t key);

/* The index of `key`. A key that was not seen yet gets `current` PC_NO_KEY. Precondition: the bytes up to the next
   multiple of 8 behind the key may be read. PC_NO_KEY: out of memory. */
uint32_t pc_decoded_key(struct pc_decoded *decoded, struct pc_bytes key);

/* Fills in decoded->live, sorted, from the keys whose current entry is live. */
enum pc_result pc_decoded_collect_live(struct pc_decoded *decoded, struct pc_error *error);

#endif
