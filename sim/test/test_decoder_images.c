#include "test_decoder_images.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN PC_SOURCE_DIR "/engine/test/golden/"

struct test_image image_create(const struct pc_image_layout *layout) {
  size_t size = (size_t)layout->sector_size * layout->sector_count;
  struct test_image image = {.layout = *layout, .cells = malloc(size)};
  cr_assert_not_null(image.cells);
  memset(image.cells, 0xFF, size);
  image.bytes = (struct pc_bytes){image.cells, size};
  return image;
}

void image_free(struct test_image *image) {
  free(image->cells);
  *image = (struct test_image){0};
}

struct pc_image_layout simple_layout(uint32_t sector_size, uint32_t sector_count, enum pc_checksum checksum) {
  return (struct pc_image_layout){.sector_size = sector_size,
                                  .sector_count = sector_count,
                                  .alignment = 16,
                                  .redundancy = 1,
                                  .formats = {{MAGIC, checksum}},
                                  .format_count = 1};
}

struct pc_bytes text_bytes(const char *text) {
  return (struct pc_bytes){(const uint8_t *)text, strlen(text)};
}

uint16_t slow_crc16(const uint8_t *data, size_t size) {
  unsigned crc = 0xFFFF;
  for (size_t i = 0; i < size * 8; i++) {
    unsigned bit = (unsigned)data[i / 8] >> (7 - i % 8) & 1u;
    unsigned top = crc >> 15 & 1u;
    crc = crc << 1 & 0xFFFFu;
    crc ^= top != bit ? 0x1021u : 0;
  }
  return (uint16_t)crc;
}

uint32_t slow_crc32c(const uint8_t *data, size_t size) {
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < size * 8; i++) {
    uint32_t bit = (uint32_t)data[i / 8] >> (i % 8) & 1u;
    uint32_t low = crc & 1u;
    crc >>= 1;
    crc ^= low != bit ? 0x82F63B78u : 0;
  }
  return ~crc;
}

static void store(uint8_t *cells, uint32_t value, size_t size) {
  for (size_t i = 0; i < size; i++) {
    cells[i] = (uint8_t)(value >> (8 * i));
  }
}

static enum pc_checksum checksum_of(const struct pc_image_layout *layout, uint32_t magic) {
  for (uint32_t i = 0; i < layout->format_count; i++) {
    if (layout->formats[i].magic == magic) {
      return layout->formats[i].checksum;
    }
  }
  cr_assert_fail("no format has the magic %x", magic);
  return PC_CHECKSUM_NONE;
}

uint32_t image_put(struct test_image *image, uint32_t address, const struct test_entry *entry) {
  uint32_t magic = entry->magic != 0 ? entry->magic : image->layout.formats[0].magic;
  size_t alignment = ((size_t)entry->units + 1) * 16;
  size_t size = (16 + entry->key.size + entry->value.size + alignment - 1) / alignment * alignment;
  cr_assert(address + size <= image->bytes.size);
  uint8_t *cells = image->cells + address;
  memset(cells, 0, size);
  store(cells, magic, 4);
  cells[8] = entry->units;
  cells[9] = (uint8_t)entry->key.size;
  store(cells + 10, entry->tombstone ? 0xFFFF : (uint32_t)entry->value.size, 2);
  store(cells + 12, entry->id, 4);
  memcpy(cells + 16, entry->key.data, entry->key.size);
  if (entry->value.size > 0) {
    memcpy(cells + 16 + entry->key.size, entry->value.data, entry->value.size);
  }
  enum pc_checksum checksum = checksum_of(&image->layout, magic);
  if (checksum == PC_CHECKSUM_CRC16_CCITT) {
    store(cells + 4, slow_crc16(cells, size), 4);
  } else if (checksum == PC_CHECKSUM_CRC32C) {
    store(cells + 4, slow_crc32c(cells, size), 4);
  }
  return (uint32_t)size;
}

static uint32_t number(const json_t *object, const char *name) {
  const json_t *value = json_object_get(object, name);
  cr_assert(json_is_integer(value), "%s", name);
  return (uint32_t)json_integer_value(value);
}

static const char *text(const json_t *object, const char *name) {
  const char *value = json_string_value(json_object_get(object, name));
  cr_assert_not_null(value, "%s", name);
  return value;
}

static struct pc_image_layout golden_layout(const json_t *golden) {
  struct pc_image_layout layout = {.sector_size = number(golden, "sector_size"),
                                   .sector_count = number(golden, "sector_count"),
                                   .alignment = number(golden, "alignment"),
                                   .redundancy = number(golden, "redundancy")};
  const json_t *formats = json_object_get(golden, "formats");
  for (size_t i = 0; i < json_array_size(formats); i++) {
    const json_t *format = json_array_get(formats, i);
    const char *checksum = text(format, "checksum");
    layout.formats[layout.format_count++] =
        (struct pc_format){(uint32_t)strtoul(text(format, "magic"), NULL, 16),
                           strcmp(checksum, "none") == 0 ? PC_CHECKSUM_NONE : PC_CHECKSUM_CRC16_CCITT};
  }
  return layout;
}

void golden_each(void (*visit)(const struct test_image *image, const void *manifest_case, void *context),
                 void *context) {
  json_error_t json_error;
  json_t *manifest = json_load_file(GOLDEN "manifest.json", 0, &json_error);
  cr_assert_not_null(manifest, "%s", json_error.text);
  const json_t *cases = json_object_get(manifest, "cases");
  cr_assert_gt(json_array_size(cases), 0);
  for (size_t i = 0; i < json_array_size(cases); i++) {
    const json_t *golden = json_array_get(cases, i);
    struct pc_image_layout layout = golden_layout(golden);
    struct test_image image = image_create(&layout);
    char path[512];
    (void)snprintf(path, sizeof path, "%s%s", GOLDEN, text(golden, "image"));
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fread(image.cells, 1, image.bytes.size, file), image.bytes.size, "%s", path);
    cr_assert_eq(fgetc(file), EOF, "%s is longer than its layout", path);
    (void)fclose(file);
    visit(&image, golden, context);
    image_free(&image);
  }
  json_decref(manifest);
}
