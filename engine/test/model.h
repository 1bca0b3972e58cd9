/*
 * What a store must contain: one acknowledged version of each key and, after a cut, at most one alternative. Values are
 * computed from key and version, so that the model holds no bytes. All texts that a function returns name what is
 * wrong, NULL is right; they are valid until the next call.
 */
#ifndef MODEL_H
#define MODEL_H

#include "store.h"

#define MODEL_MAX_KEYS 24u
#define MODEL_MAX_VALUE 4096u

struct model {
  uint32_t key_count;                /* keys in play, at most MODEL_MAX_KEYS */
  uint32_t value_limit;              /* values are shorter than this */
  uint32_t versions[MODEL_MAX_KEYS]; /* 0: absent */
  uint32_t next_version;
  uint32_t in_flight; /* key that a cut interrupted; key_count: none */
  uint32_t in_flight_version;
  bool migrating; /* what is stored was written with another shape: no room is promised */
  uint32_t full;  /* puts and deletes that found no room */
};

void model_init(struct model *model, uint32_t key_count, uint32_t value_limit);

/* The bytes of key number `key`; returns their length. Some keys share their hash. */
uint32_t model_key(uint32_t key, uint8_t *bytes);

/* The bytes of a version's value; returns their count. */
uint32_t model_value(const struct model *model, uint32_t key, uint32_t version, uint8_t *bytes);

/* A random put, delete, get or maintain. What fails because the power went is in flight; FULL is right only
   when the key's entry grows and more is stored than the promise of norkv_put covers. */
const char *model_step(struct model *model, struct store *store, uint64_t *random);

/* Puts or deletes (`version` 0) one key. */
const char *model_write(struct model *model, struct store *store, uint32_t key, uint32_t version);

/* Every key, the iteration and the counts; a key in flight may read as before or as after, and is settled as it reads.
 */
const char *model_check(struct model *model, struct store *store);

/* Whether norkv_put promises room for an entry of `size` bytes. */
bool model_is_promised(const struct model *model, const struct store *store, uint32_t size);

#endif
