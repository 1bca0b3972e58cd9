/* A chunk store on its device, and images of its format that are written here by hand, with a checksum of their own. */
#ifndef TEST_CHUNK_HELP_H
#define TEST_CHUNK_HELP_H

#include <criterion/criterion.h>
#include <string.h>

#include "powercut/device.h"
#include "powercut/stores.h"
#include "powercut/target.h"

#define NONE UINT64_MAX /* the clean order of a sector in use */

struct bench {
  struct pc_device *device;
  struct pc_target target;
  struct pc_parameter parameters[3];
};

struct bench_plan {
  struct pc_profile profile; /* sector_size and program_unit at least */
  uint32_t sectors;
  const char *max_keys, *alignment; /* NULL: the fallback */
};

/* Sets the store up on a blank device; it isn't started. */
static inline void bench_open(struct bench *bench, const struct bench_plan *plan) {
  const struct pc_store *store = pc_store_named("chunk");
  cr_assert_not_null(store);
  cr_assert_eq(store->parameter_count, 3);
  struct pc_error error;
  cr_assert_eq(pc_device_create(&bench->device, &plan->profile, plan->sectors, &error), PC_OK, "%s", error.message);
  for (size_t i = 0; i < store->parameter_count; i++) {
    bench->parameters[i] = (struct pc_parameter){store->parameters[i].name, store->parameters[i].fallback};
  }
  if (plan->max_keys != NULL) {
    bench->parameters[0].value = plan->max_keys;
  }
  if (plan->alignment != NULL) {
    bench->parameters[2].value = plan->alignment;
  }
  cr_assert_eq(pc_target_open(&bench->target, store, bench->device, bench->parameters, 3, 8, &error), PC_OK, "%s",
               error.message);
}

static inline void bench_close(struct bench *bench) {
  cr_assert_eq(pc_device_contract_violations(bench->device, NULL), 0);
  pc_target_close(&bench->target);
  pc_device_destroy(bench->device);
}

static inline struct pc_bytes bytes_of(const char *text) {
  return (struct pc_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

static inline enum pc_status put(struct bench *bench, const char *key, const char *value) {
  return pc_target_put(&bench->target, bytes_of(key), bytes_of(value));
}

static inline enum pc_status delete_key(struct bench *bench, const char *key) {
  return pc_target_remove(&bench->target, bytes_of(key));
}

/* The value as text, or the status as text where the get isn't OK. Valid until the next call. */
static inline const char *get(struct bench *bench, const char *key) {
  static char value[8192];
  size_t size;
  enum pc_status status = pc_target_get(&bench->target, bytes_of(key), (uint8_t *)value, sizeof value - 1, &size);
  if (status != PC_STATUS_OK) {
    return pc_status_text(status);
  }
  value[size] = '\0';
  return value;
}

static inline const uint8_t *cells(const struct bench *bench, uint32_t address) {
  return pc_device_cells(bench->device).data + address;
}

/* Flash operations since the device was made. */
static inline size_t flash_operations(const struct bench *bench) {
  return pc_device_mark(bench->device);
}

static inline bool is_blank(const struct bench *bench, uint32_t address, uint32_t size) {
  for (uint32_t i = 0; i < size; i++) {
    if (cells(bench, address)[i] != PC_ERASED) {
      return false;
    }
  }
  return true;
}

/* An image that is written part by part; the rest is erased. */
struct image {
  uint8_t cells[4096];
  uint32_t sector_size, sectors;
  uint32_t end; /* where the next part goes */
};

static inline void image_begin(struct image *image, uint32_t sector_size, uint32_t sectors) {
  cr_assert_leq((size_t)sector_size * sectors, sizeof image->cells);
  memset(image->cells, PC_ERASED, sizeof image->cells);
  image->sector_size = sector_size;
  image->sectors = sectors;
}

static inline void image_u16(struct image *image, unsigned value) {
  image->cells[image->end++] = (uint8_t)value;
  image->cells[image->end++] = (uint8_t)(value >> 8);
}

/* A sector's header and clean order; what follows goes behind them. */
static inline void image_sector(struct image *image, uint32_t sector, unsigned version, unsigned alignment,
                                uint64_t order) {
  image->end = sector * image->sector_size;
  image_u16(image, 0xABCD);
  image_u16(image, version);
  image_u16(image, alignment);
  image_u16(image, 0xFFFF);
  uint32_t room = version == 2 || alignment <= 8 || alignment > 128 ? 8 : alignment;
  image->end = sector * image->sector_size + room;
  for (unsigned i = 0; i < 8; i++) {
    image->cells[image->end + i] = (uint8_t)(order >> (8 * i));
  }
  image->end += room;
}

static inline unsigned image_crc(unsigned crc, const char *text) {
  for (; *text != '\0'; text++) {
    crc ^= (unsigned)(uint8_t)*text << 8;
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc << 1) ^ ((crc & 0x8000u) != 0 ? 0x11021u : 0);
    }
  }
  return crc;
}

/* A chunk of alignment 1; a value of NULL: an erased key. */
static inline void image_chunk(struct image *image, const char *key, const char *value) {
  const char *content = value == NULL ? "" : value;
  image_u16(image, 0x55AA);
  image_u16(image, image_crc(image_crc(0xFFFF, key), content));
  image_u16(image, value == NULL);
  image_u16(image, (unsigned)(strlen(key) | strlen(content) << 4));
  memcpy(image->cells + image->end, key, strlen(key));
  image->end += (uint32_t)strlen(key);
  memcpy(image->cells + image->end, content, strlen(content));
  image->end += (uint32_t)strlen(content);
}

/* Puts the image on the bench's device and starts the store. */
static inline enum pc_status image_start(struct bench *bench, const struct image *image) {
  struct pc_error error;
  struct pc_bytes whole = {.data = image->cells, .size = (size_t)image->sector_size * image->sectors};
  cr_assert_eq(pc_device_load(bench->device, whole, &error), PC_OK, "%s", error.message);
  return pc_target_start(&bench->target);
}

#endif
