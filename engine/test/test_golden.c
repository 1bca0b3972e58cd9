/* Images that pw_kvs wrote: each must read exactly as its manifest says. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

#define FOLDER PC_SOURCE_DIR "/engine/test/golden/"

static const char *text_of(const json_t *object, const char *name) {
  const char *text = json_string_value(json_object_get(object, name));
  cr_assert(text != NULL, "the manifest lacks %s", name);
  return text;
}

static uint32_t number_of(const json_t *object, const char *name) {
  const json_t *number = json_object_get(object, name);
  cr_assert(json_is_integer(number), "the manifest lacks %s", name);
  return (uint32_t)json_integer_value(number);
}

static enum norkv_checksum checksum_of(const char *name) {
  return strcmp(name, "none") == 0 ? NORKV_CHECKSUM_NONE : NORKV_CHECKSUM_CRC16_CCITT;
}

static enum norkv_error error_of(const char *name) {
  return strcmp(name, "OK") == 0 ? NORKV_OK : NORKV_ERR_DATA_LOSS;
}

/* Hex to bytes, "-" is none. */
static size_t bytes_of(const char *hex, uint8_t *bytes) {
  size_t size = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
  for (size_t i = 0; i < size; i++) {
    const char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
    char *end = NULL;
    bytes[i] = (uint8_t)strtoul(digits, &end, 16);
    cr_assert_eq(end, digits + 2, "'%s' is not hex", digits);
  }
  return size;
}

static void load(struct store *store, const json_t *entry) {
  struct store_shape shape = {number_of(entry, "sector_size"), number_of(entry, "sector_count"),
                              number_of(entry, "alignment"), (uint8_t)number_of(entry, "redundancy"), 64};
  store_init(store, &shape);
  const json_t *formats = json_object_get(entry, "formats");
  cr_assert(json_array_size(formats) >= 1 && json_array_size(formats) <= 2);
  for (size_t i = 0; i < json_array_size(formats); i++) {
    const json_t *format = json_array_get(formats, i);
    store->formats[i].magic = (uint32_t)strtoul(text_of(format, "magic"), NULL, 16);
    store->formats[i].checksum = checksum_of(text_of(format, "checksum"));
  }
  store->config.format_count = (uint8_t)json_array_size(formats);
  char path[4096];
  (void)snprintf(path, sizeof(path), FOLDER "%s", text_of(entry, "image"));
  FILE *file = fopen(path, "rb");
  cr_assert(file != NULL, "%s can't be opened", path);
  size_t total = (size_t)shape.sector_size * shape.sector_count;
  cr_assert_eq(fread(store->flash.bytes, 1, total, file), total);
  cr_assert_eq(fgetc(file), EOF);
  (void)fclose(file);
}

/* The store reads exactly the manifest's entries. */
static void check_entries(struct store *store, json_t *entry, const char *when) {
  json_t *entries = json_object_get(entry, "entries");
  const char *name = text_of(entry, "name");
  const char *key_hex = NULL;
  json_t *value_hex = NULL;
  cr_assert_eq(store_count(store), json_object_size(entries), "%s %s: %u keys", name, when, store_count(store));
  json_object_foreach(entries, key_hex, value_hex) {
    static uint8_t value[8192];
    static uint8_t got[8192];
    uint8_t key[NORKV_MAX_KEY];
    size_t key_length = bytes_of(key_hex, key);
    size_t size = bytes_of(json_string_value(value_hex), value);
    size_t got_size = 0;
    enum norkv_error err = norkv_get(&store->kv, key, key_length, 0, got, sizeof(got), &got_size);
    cr_assert_eq(err, NORKV_OK, "%s %s: key %s: error %d", name, when, key_hex, (int)err);
    cr_assert(got_size == size && memcmp(got, value, size) == 0, "%s %s: key %s", name, when, key_hex);
  }
}

static json_t *load_manifest(void) {
  json_error_t error;
  json_t *manifest = json_load_file(FOLDER "manifest.json", 0, &error);
  cr_assert(manifest != NULL, "manifest.json, line %d: %s", error.line, error.text);
  cr_assert(json_array_size(json_object_get(manifest, "cases")) >= 32);
  return manifest;
}

Test(golden, images_start_and_read_as_pw_kvs_read_them) {
  json_t *manifest = load_manifest();
  size_t index = 0;
  json_t *entry = NULL;
  json_array_foreach(json_object_get(manifest, "cases"), index, entry) {
    struct store store;
    const char *name = text_of(entry, "name");
    load(&store, entry);
    cr_assert_eq(store_start(&store), error_of(text_of(entry, "init")), "%s", name);
    check_entries(&store, entry, "after start");
    char text[200];
    cr_assert(image_is_redundant(&store, text, sizeof(text)), "%s: %s", name, text);
    uint64_t operations = store.flash.operations;
    cr_assert_eq(store_start(&store), NORKV_OK);
    cr_assert_eq(store.flash.operations, operations, "%s: the second start writes", name);
    cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY), NORKV_OK, "%s", name);
    check_entries(&store, entry, "after heavy maintenance");
    cr_assert_eq(store_start(&store), NORKV_OK);
    check_entries(&store, entry, "after a further start");
    cr_assert_eq(store.flash.violations, 0, "%s", name);
    store_free(&store);
  }
  json_decref(manifest);
}

Test(golden, manual_recovery_reports_damage_and_writes_nothing) {
  json_t *manifest = load_manifest();
  size_t index = 0;
  json_t *entry = NULL;
  json_array_foreach(json_object_get(manifest, "cases"), index, entry) {
    struct store store;
    const char *name = text_of(entry, "name");
    load(&store, entry);
    store.config.recovery = NORKV_RECOVER_MANUAL;
    enum norkv_error err = store_start(&store);
    cr_assert_eq(err, error_of(text_of(entry, "init_manual")), "%s: %d", name, (int)err);
    check_entries(&store, entry, "with manual recovery");
    cr_assert_eq(store.flash.operations, 0, "%s", name);
    cr_assert_eq(norkv_maintain(&store.kv, NORKV_MAINTAIN_PARTIAL), NORKV_OK, "%s", name);
    cr_assert_eq(store_start(&store), NORKV_OK, "%s: not mended", name);
    check_entries(&store, entry, "after maintenance");
    store_free(&store);
  }
  json_decref(manifest);
}
