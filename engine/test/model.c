#include "model.h"

#include <stdio.h>
#include <string.h>

static char problem[256];

#define PROBLEM(...) ((void)snprintf(problem, sizeof(problem), __VA_ARGS__), problem)

void model_init(struct model *model, uint32_t key_count, uint32_t value_limit) {
  *model =
      (struct model){.key_count = key_count, .value_limit = value_limit, .next_version = 1, .in_flight = key_count};
}

uint32_t model_key(uint32_t key, uint8_t *bytes) {
  static const struct {
    const char *bytes;
    uint32_t length;
  } special[] = {{"D4", 2}, {"dFU6S", 5}, {"a", 1}, {"a\0", 2}, {"\xFF\xFF\xFF\xFF", 4}, {"1U2", 3}, {"ahj9d", 5}};
  if (key < sizeof(special) / sizeof(special[0])) {
    memcpy(bytes, special[key].bytes, special[key].length);
    return special[key].length;
  }
  uint32_t length = key % 5 == 0 ? NORKV_MAX_KEY : 2 + key % 17;
  for (uint32_t i = 0; i < length; i++) {
    bytes[i] = (uint8_t)(key * 31 + i * 7);
  }
  return length;
}

uint32_t model_value(const struct model *model, uint32_t key, uint32_t version, uint8_t *bytes) {
  uint64_t random = (uint64_t)version << 32 | key;
  uint32_t size = ram_random_below(&random, model->value_limit);
  uint32_t kind = ram_random_below(&random, 8);
  for (uint32_t i = 0; i < size; i++) {
    bytes[i] = kind == 0 ? 0xFF : kind == 1 ? 0 : (uint8_t)ram_random(&random);
  }
  return size;
}

static uint32_t model_entry_size(const struct model *model, const struct store *store, uint32_t key, uint32_t version) {
  uint8_t bytes[MODEL_MAX_VALUE];
  uint32_t key_length = model_key(key, bytes);
  uint32_t value_size = version == 0 ? 0 : model_value(model, key, version, bytes);
  return norkv_entry_size(&store->config, key_length, value_size);
}

bool model_is_promised(const struct model *model, const struct store *store, uint32_t size) {
  if (model->migrating) {
    return false;
  }
  uint64_t live = 0;
  for (uint32_t key = 0; key < model->key_count; key++) {
    live += model->versions[key] == 0 ? 0 : model_entry_size(model, store, key, model->versions[key]);
  }
  uint32_t redundancy = store->config.redundancy;
  return redundancy * live <= (uint64_t)(store->flash.sector_count - redundancy) * (store->flash.sector_size - size);
}

const char *model_write(struct model *model, struct store *store, uint32_t key, uint32_t version) {
  uint8_t name[NORKV_MAX_KEY];
  uint8_t value[MODEL_MAX_VALUE];
  uint32_t length = model_key(key, name);
  enum norkv_error err = NORKV_OK;
  if (version == 0) {
    err = norkv_delete(&store->kv, name, length);
    if (err == NORKV_ERR_NOT_FOUND && model->versions[key] == 0) {
      return NULL;
    }
  } else {
    err = norkv_put(&store->kv, name, length, value, model_value(model, key, version, value));
  }
  if (err == NORKV_OK) {
    model->versions[key] = version;
    return NULL;
  }
  if (err == NORKV_ERR_FLASH && store->flash.is_off) {
    model->in_flight = key;
    model->in_flight_version = version;
    return NULL;
  }
  uint32_t size = model_entry_size(model, store, key, version);
  bool grows = model->versions[key] == 0 || size > model_entry_size(model, store, key, model->versions[key]);
  if (err == NORKV_ERR_FULL && (grows || model->migrating) && !model_is_promised(model, store, size)) {
    model->full++;
    return NULL;
  }
  return PROBLEM("%s of key %u: error %d", version == 0 ? "delete" : "put", key, (int)err);
}

/* Reads a part of one key's value. */
static const char *read_part(const struct model *model, struct store *store, uint32_t key, uint64_t *random) {
  uint8_t name[NORKV_MAX_KEY];
  uint8_t expected[MODEL_MAX_VALUE];
  uint8_t got[MODEL_MAX_VALUE];
  uint32_t length = model_key(key, name);
  uint32_t size = model->versions[key] == 0 ? 0 : model_value(model, key, model->versions[key], expected);
  uint32_t offset = ram_random_below(random, size + 1);
  uint32_t wanted = ram_random_below(random, size + 1);
  size_t read_size = 0;
  enum norkv_error err = norkv_get(&store->kv, name, length, offset, got, wanted, &read_size);
  if (model->versions[key] == 0) {
    return err == NORKV_ERR_NOT_FOUND ? NULL : PROBLEM("get of absent key %u: error %d", key, (int)err);
  }
  uint32_t rest = size - offset;
  enum norkv_error right = wanted < rest ? NORKV_ERR_BUFFER : NORKV_OK;
  if (err != right || read_size != (wanted < rest ? wanted : rest) || memcmp(got, expected + offset, read_size) != 0) {
    return PROBLEM("get of key %u, offset %u, size %u of %u: error %d, %zu bytes", key, offset, wanted, size, (int)err,
                   read_size);
  }
  return NULL;
}

const char *model_step(struct model *model, struct store *store, uint64_t *random) {
  uint32_t key = ram_random_below(random, model->key_count);
  uint32_t choice = ram_random_below(random, 100);
  if (choice < 62) {
    return model_write(model, store, key, model->next_version++);
  }
  if (choice < 80) {
    return model_write(model, store, key, 0);
  }
  if (choice < 97) {
    return store->flash.is_off ? NULL : read_part(model, store, key, random);
  }
  enum norkv_error err = norkv_maintain(&store->kv, (enum norkv_maintenance)ram_random_below(random, 4));
  bool is_right = err == NORKV_OK || store->flash.is_off ||
                  (err == NORKV_ERR_FULL && !model_is_promised(model, store, 16 + NORKV_MAX_KEY + model->value_limit));
  return is_right ? NULL : PROBLEM("maintain: error %d", (int)err);
}

/* Whether the key reads as this version; *size is what was read. */
static bool reads_as(const struct model *model, struct store *store, uint32_t key, uint32_t version,
                     enum norkv_error *err) {
  uint8_t name[NORKV_MAX_KEY];
  uint8_t expected[MODEL_MAX_VALUE];
  uint8_t got[MODEL_MAX_VALUE];
  uint32_t length = model_key(key, name);
  size_t size = 0;
  size_t told = 0;
  *err = norkv_get(&store->kv, name, length, 0, got, sizeof(got), &size);
  if (version == 0) {
    return *err == NORKV_ERR_NOT_FOUND;
  }
  uint32_t expected_size = model_value(model, key, version, expected);
  return *err == NORKV_OK && size == expected_size && memcmp(got, expected, size) == 0 &&
         norkv_value_size(&store->kv, name, length, &told) == NORKV_OK && told == size;
}

/* The iteration meets each live key once and nothing else. */
static const char *check_iteration(const struct model *model, struct store *store) {
  uint32_t met[MODEL_MAX_KEYS] = {0};
  uint32_t live = 0;
  struct norkv_iterator iterator = {0};
  struct norkv_item item;
  enum norkv_error err = norkv_next(&store->kv, &iterator, &item);
  for (; err == NORKV_OK; err = norkv_next(&store->kv, &iterator, &item)) {
    uint32_t key = 0;
    uint8_t name[NORKV_MAX_KEY];
    while (key < model->key_count &&
           (model_key(key, name) != item.key_length || memcmp(name, item.key, item.key_length) != 0)) {
      key++;
    }
    if (key == model->key_count || model->versions[key] == 0 || met[key]++ > 0) {
      return PROBLEM("iteration meets key %u of %u, present in version %u, %u times", key, model->key_count,
                     key == model->key_count ? 0 : model->versions[key], key == model->key_count ? 1 : met[key]);
    }
  }
  for (uint32_t key = 0; key < model->key_count; key++) {
    live += model->versions[key] != 0 ? 1 : 0;
    if (model->versions[key] != 0 && met[key] == 0) {
      return PROBLEM("iteration misses key %u", key);
    }
  }
  struct norkv_statistics statistics;
  if (norkv_get_statistics(&store->kv, &statistics) != NORKV_OK || statistics.keys != live) {
    return PROBLEM("%u keys in the statistics, %u in the model", statistics.keys, live);
  }
  return err == NORKV_ERR_NOT_FOUND ? NULL : PROBLEM("iteration ends with error %d", (int)err);
}

const char *model_check(struct model *model, struct store *store) {
  enum norkv_error err = NORKV_OK;
  if (model->in_flight < model->key_count) {
    if (reads_as(model, store, model->in_flight, model->in_flight_version, &err)) {
      model->versions[model->in_flight] = model->in_flight_version;
    }
    model->in_flight = model->key_count;
  }
  for (uint32_t key = 0; key < model->key_count; key++) {
    if (!reads_as(model, store, key, model->versions[key], &err)) {
      return PROBLEM("key %u does not read as version %u: error %d", key, model->versions[key], (int)err);
    }
  }
  return check_iteration(model, store);
}
