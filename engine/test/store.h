/* A store on a part in memory: what most tests begin with. */
#ifndef STORE_H
#define STORE_H

#include "norkv/norkv.h"
#include "ram_flash.h"

#define STORE_MAGIC 0x600DBEEFu
#define STORE_OTHER_MAGIC 0xB007C0DEu

struct store {
  struct ram_flash flash;
  struct norkv kv;
  struct norkv_config config;
  struct norkv_format formats[2]; /* formats[0] is CRC-32C, formats[1] CRC-16; the first one is in use */
  uint32_t *memory;
};

/* What a test wants of its store. */
struct store_shape {
  uint32_t sector_size;
  uint32_t sector_count;
  uint32_t alignment;
  uint8_t redundancy;
  uint16_t max_keys;
};

/* A blank part and a configuration, not started. */
void store_init(struct store *store, const struct store_shape *shape);
void store_free(struct store *store);

/* Starts on what is on flash, with memory for the configuration as it is now, filled with rubbish. */
enum norkv_error store_start(struct store *store);

/* Text keys and values. */
enum norkv_error store_put(struct store *store, const char *key, const char *value);
enum norkv_error store_delete(struct store *store, const char *key);

/* The value of `key` as text, or the name of an error in angle brackets. Valid until the next call. */
const char *store_get(struct store *store, const char *key);

/* What a started store tells of itself. */
struct norkv_statistics store_statistics(struct store *store);

/* Live keys that an iteration meets. */
uint32_t store_count(struct store *store);

#endif
