#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void store_init(struct store *store, const struct store_shape *shape) {
  memset(store, 0, sizeof(*store));
  ram_flash_init(&store->flash, shape->sector_size, shape->sector_count, shape->alignment);
  store->formats[0] = (struct norkv_format){STORE_MAGIC, NORKV_CHECKSUM_CRC32C};
  store->formats[1] = (struct norkv_format){STORE_OTHER_MAGIC, NORKV_CHECKSUM_CRC16_CCITT};
  store->config = (struct norkv_config){
      .flash = ram_flash_port(&store->flash),
      .formats = store->formats,
      .format_count = 1,
      .redundancy = shape->redundancy,
      .max_keys = shape->max_keys,
  };
}

void store_free(struct store *store) {
  ram_flash_free(&store->flash);
  free(store->memory);
}

enum norkv_error store_start(struct store *store) {
  free(store->memory);
  store->config.memory_size = norkv_memory_size(&store->config);
  /* exactly as much as is asked for, so that the sanitizer sees every overrun; nothing in it may matter */
  store->memory = malloc(store->config.memory_size);
  if (store->memory == NULL) {
    abort();
  }
  memset(store->memory, 0xA5, store->config.memory_size);
  memset(&store->kv, 0xA5, sizeof(store->kv));
  store->config.memory = store->memory;
  return norkv_start(&store->kv, &store->config);
}

enum norkv_error store_put(struct store *store, const char *key, const char *value) {
  return norkv_put(&store->kv, key, strlen(key), value, strlen(value));
}

enum norkv_error store_delete(struct store *store, const char *key) {
  return norkv_delete(&store->kv, key, strlen(key));
}

const char *store_get(struct store *store, const char *key) {
  static char text[4097];
  size_t size = 0;
  enum norkv_error err = norkv_get(&store->kv, key, strlen(key), 0, text, sizeof(text) - 1, &size);
  switch (err) {
    case NORKV_OK:
      text[size] = '\0';
      return text;
    case NORKV_ERR_NOT_FOUND:
      return "<not found>";
    case NORKV_ERR_DATA_LOSS:
      return "<data loss>";
    case NORKV_ERR_FLASH:
      return "<flash>";
    default:
      (void)snprintf(text, sizeof(text), "<error %d>", (int)err);
      return text;
  }
}

uint32_t store_count(struct store *store) {
  struct norkv_iterator iterator = {0};
  struct norkv_item item;
  uint32_t count = 0;
  enum norkv_error err = norkv_next(&store->kv, &iterator, &item);
  for (; err != NORKV_ERR_NOT_FOUND && err != NORKV_ERR_INVALID; err = norkv_next(&store->kv, &iterator, &item)) {
    count++;
  }
  return count;
}

struct norkv_statistics store_statistics(struct store *store) {
  struct norkv_statistics statistics = {0};
  if (norkv_get_statistics(&store->kv, &statistics) != NORKV_OK) {
    abort();
  }
  return statistics;
}
