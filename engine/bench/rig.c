#include "rig.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR_SIZE 4096u

/* xorshift64*: the same choices on every machine. */
static uint32_t random_below(struct rig *rig, uint32_t limit) {
  rig->random ^= rig->random >> 12;
  rig->random ^= rig->random << 25;
  rig->random ^= rig->random >> 27;
  return (uint32_t)(((rig->random * 0x2545F4914F6CDD1Du >> 32) * limit) >> 32);
}

static void name_keys(struct rig *rig, uint32_t count) {
  for (uint32_t key = 0; key < count; key++) {
    uint32_t number = key;
    for (uint32_t i = RIG_KEY_SIZE; i > 0; i--, number /= 10) {
      rig->keys[key][i - 1] = (char)('0' + number % 10);
    }
  }
}

static enum norkv_error put(struct rig *rig, uint32_t number) {
  uint8_t value[RIG_VALUE_SIZE];
  memset(value, (int)(number & 0xFF), sizeof(value));
  rig->puts++;
  memcpy(value, &rig->puts, sizeof(rig->puts));
  return norkv_put(&rig->kv, rig->keys[number], RIG_KEY_SIZE, value, sizeof(value));
}

enum norkv_error rig_put(struct rig *rig, uint32_t count) {
  enum norkv_error err = NORKV_OK;
  for (uint32_t i = 0; i < count && err == NORKV_OK; i++) {
    err = put(rig, random_below(rig, rig->config.max_keys));
  }
  return err;
}

enum norkv_error rig_get(struct rig *rig, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint8_t value[RIG_VALUE_SIZE];
    size_t size = 0;
    uint32_t number = random_below(rig, rig->config.max_keys);
    enum norkv_error err = norkv_get(&rig->kv, rig->keys[number], RIG_KEY_SIZE, 0, value, sizeof(value), &size);
    if (err != NORKV_OK) {
      return err;
    }
    if (size != RIG_VALUE_SIZE || value[RIG_VALUE_SIZE - 1] != (number & 0xFF)) {
      return NORKV_ERR_DATA_LOSS;
    }
  }
  return NORKV_OK;
}

enum norkv_error rig_start(struct rig *rig, uint32_t count) {
  enum norkv_error err = NORKV_OK;
  for (uint32_t i = 0; i < count && err == NORKV_OK; i++) {
    err = norkv_start(&rig->kv, &rig->config);
  }
  return err;
}

enum norkv_error rig_init(struct rig *rig, const struct rig_shape *shape) {
  *rig = (struct rig){.format = {0x600DBEEF, shape->checksum}, .random = 1};
  if (plain_flash_init(&rig->flash, SECTOR_SIZE, shape->sector_count) != 0) {
    return NORKV_ERR_MEMORY;
  }
  rig->config = (struct norkv_config){
      .flash = plain_flash_port(&rig->flash, shape->sector_count),
      .formats = &rig->format,
      .format_count = 1,
      .redundancy = 1,
      .max_keys = shape->keys,
      .skip_verify_on_read = shape->skip_verify,
      .skip_verify_on_write = shape->skip_verify,
  };
  rig->config.memory_size = norkv_memory_size(&rig->config);
  rig->memory = malloc(rig->config.memory_size);
  rig->keys = calloc(shape->keys, sizeof(*rig->keys));
  if (rig->memory == NULL || rig->keys == NULL) {
    return NORKV_ERR_MEMORY;
  }
  rig->config.memory = rig->memory;
  name_keys(rig, shape->keys);
  enum norkv_error err = rig_start(rig, 1);
  for (uint32_t i = 0; i < (uint32_t)shape->rounds * shape->keys && err == NORKV_OK; i++) {
    err = put(rig, i % shape->keys);
  }
  return err;
}

void rig_free(struct rig *rig) {
  free(rig->keys);
  free(rig->memory);
  plain_flash_free(&rig->flash);
}
