/*
 * littlefs 2 as a store under test: a file for each key, of which a put makes a new one that takes the old one's name.
 * `scripts/littlefs` builds it with sources of littlefs that are not in this tree. Names begin with lfs2 as in the
 * copies that products carry; for littlefs' own sources the script writes lfs in its place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lfs2.h"
#include "powercut/store.h"

enum { KEY_MAX = 63, FOLDERS_MAX = 16, PATH_SIZE = 2 * KEY_MAX + 8, CACHE_MAX = 4096, LOOKAHEAD_MAX = 256 };

/* Where a value is written before it takes its key's name. No key's file is called that: they begin with 'k'. */
#define TEMPORARY "new"

/* The settings of littlefs that firmware chooses, in bytes but for the flags. */
struct settings {
  uint32_t read_size, prog_size, cache_size, lookahead_size;
  uint32_t folders; /* that the keys are spread over; 0: they are in the root */
  int32_t block_cycles;
  bool renames, allocates;
};

/* All that littlefs needs. With memory=malloc it takes its buffers from the host instead of from here. */
struct store {
  lfs2_t fs;
  struct lfs2_config config;
  struct pc_flash flash;
  struct settings settings;
  bool mounted;
  struct lfs2_file_config file;
  uint8_t file_cache[CACHE_MAX], read_cache[CACHE_MAX], program_cache[CACHE_MAX];
  uint32_t lookahead[LOOKAHEAD_MAX / 4];
};

/* What littlefs is to make of an answer of the part. */
static int error_of(int flash_status) {
  return flash_status == PC_FLASH_OK ? LFS2_ERR_OK : LFS2_ERR_IO;
}

/* The same where the part has tried to write: LFS2_ERR_CORRUPT has littlefs give the block up for another. Of a read it
   would make a block with nothing in it, and take an older state for the last one. */
static int write_error_of(int flash_status) {
  return flash_status == PC_FLASH_FAILED ? LFS2_ERR_CORRUPT : error_of(flash_status);
}

static int block_read(const struct lfs2_config *config, lfs2_block_t block, lfs2_off_t offset, void *buffer,
                      lfs2_size_t size) {
  const struct pc_flash *flash = config->context;
  return error_of(flash->read(flash->context, block * config->block_size + offset, buffer, size));
}

/* Splits at the pages of the part: littlefs writes up to a whole cache, from any multiple of prog_size on. */
static int block_program(const struct lfs2_config *config, lfs2_block_t block, lfs2_off_t offset, const void *buffer,
                         lfs2_size_t size) {
  const struct pc_flash *flash = config->context;
  const uint8_t *bytes = buffer;
  uint32_t address = block * config->block_size + offset;
  while (size > 0) {
    uint32_t part = size;
    if (flash->page_size != 0 && part > flash->page_size - address % flash->page_size) {
      part = flash->page_size - address % flash->page_size;
    }
    int status = flash->program(flash->context, address, bytes, part);
    if (status != PC_FLASH_OK) {
      return write_error_of(status);
    }
    address += part;
    bytes += part;
    size -= part;
  }
  return LFS2_ERR_OK;
}

static int block_erase(const struct lfs2_config *config, lfs2_block_t block) {
  const struct pc_flash *flash = config->context;
  return write_error_of(flash->erase(flash->context, block * config->block_size));
}

static int block_sync(const struct lfs2_config *config) {
  (void)config;
  return LFS2_ERR_OK;
}

static enum pc_status status_of(int error) {
  switch (error) {
    case LFS2_ERR_OK:
      return PC_STATUS_OK;
    case LFS2_ERR_NOENT:
      return PC_STATUS_NOT_FOUND;
    case LFS2_ERR_NOSPC:
    case LFS2_ERR_NAMETOOLONG: /* which a file that there is no room to create is answered with, too */
      return PC_STATUS_FULL;
    case LFS2_ERR_INVAL:
      return PC_STATUS_INVALID;
    case LFS2_ERR_CORRUPT:
      return PC_STATUS_DATA_LOSS;
    case LFS2_ERR_IO:
      return PC_STATUS_FLASH_ERROR;
    default:
      return PC_STATUS_FAILED;
  }
}

static const struct pc_parameter_info parameters[] = {
    {.name = "read_size", .fallback = "16", .summary = "bytes of the smallest read"},
    {.name = "prog_size", .fallback = "16", .summary = "bytes of the smallest program"},
    {.name = "cache_size", .fallback = "64", .summary = "bytes of each cache, to 4096"},
    {.name = "lookahead_size", .fallback = "16", .summary = "bytes of the map of free blocks, to 256"},
    {.name = "block_cycles", .fallback = "500", .summary = "erases of metadata before it moves; -1: it never does"},
    {.name = "put",
     .fallback = "rename",
     .summary = "rename: a new file takes the key's name; close: rewrite the file"},
    {.name = "folders", .fallback = "0", .summary = "that the keys are spread over, to 16; 0: all are in the root"},
    {.name = "memory", .fallback = "static", .summary = "static: buffers of the store's own; malloc: of the host"},
};
enum { PARAMETER_COUNT = sizeof parameters / sizeof parameters[0] };

static const char *parameter(const struct pc_store_setup *setup, const char *name) {
  for (size_t i = 0; i < setup->parameter_count; i++) {
    if (strcmp(setup->parameters[i].name, name) == 0) {
      return setup->parameters[i].value;
    }
  }
  return "";
}

static bool read_number(const struct pc_store_setup *setup, const char *name, long minimum, long maximum,
                        long *number) {
  const char *text = parameter(setup, name);
  char *end;
  *number = strtol(text, &end, 0);
  return end != text && *end == '\0' && *number >= minimum && *number <= maximum;
}

static bool read_size(const struct pc_store_setup *setup, const char *name, uint32_t maximum, uint32_t *size) {
  long number;
  bool good = read_number(setup, name, 1, (long)maximum, &number);
  *size = good ? (uint32_t)number : 0;
  return good;
}

/* Reads a setting that has two values; false if it is neither. */
static bool read_choice(const struct pc_store_setup *setup, const char *name, const char *yes, const char *no,
                        bool *chosen) {
  *chosen = strcmp(parameter(setup, name), yes) == 0;
  return *chosen || strcmp(parameter(setup, name), no) == 0;
}

/* What littlefs would only assert. */
static const char *reject(const struct pc_store_setup *setup, struct settings *settings) {
  const struct pc_flash *flash = &setup->flash;
  long cycles, folders;
  if (setup->erased_value != 0xFF) {
    return "a part that erases to 0xff is needed";
  }
  if (flash->sector_size < 128) {
    return "sectors of at least 128 bytes are needed";
  }
  if (!read_size(setup, "read_size", CACHE_MAX, &settings->read_size) ||
      !read_size(setup, "prog_size", CACHE_MAX, &settings->prog_size) ||
      !read_size(setup, "cache_size", CACHE_MAX, &settings->cache_size) ||
      settings->read_size % flash->read_unit != 0 || settings->prog_size % flash->program_unit != 0 ||
      settings->cache_size % settings->read_size != 0 || settings->cache_size % settings->prog_size != 0 ||
      flash->sector_size % settings->cache_size != 0) {
    return "read_size and prog_size must be whole units of the part, cache_size whole ones of both, and the sector of "
           "caches";
  }
  if (!read_size(setup, "lookahead_size", LOOKAHEAD_MAX, &settings->lookahead_size) ||
      settings->lookahead_size % 8 != 0) {
    return "lookahead_size must be a multiple of 8, to 256";
  }
  if (!read_number(setup, "folders", 0, FOLDERS_MAX, &folders)) {
    return "folders must be 0 to 16";
  }
  settings->folders = (uint32_t)folders;
  if (!read_number(setup, "block_cycles", -1, INT32_MAX, &cycles) || cycles == 0) {
    return "block_cycles must be -1, or 1 and more";
  }
  settings->block_cycles = (int32_t)cycles;
  if (!read_choice(setup, "put", "rename", "close", &settings->renames)) {
    return "put must be rename or close";
  }
  return read_choice(setup, "memory", "malloc", "static", &settings->allocates) ? NULL
                                                                                : "memory must be static or malloc";
}

/* What a file takes at most, in bytes of flash: its blocks, with the pointers in them, and its metadata in a pair of
   blocks that may be a quarter full. Small files are in the metadata; those that may be are counted for both. */
static uint64_t store_footprint(const struct pc_store_setup *setup, size_t key_size, size_t value_size) {
  const uint64_t block = setup->flash.sector_size;
  const uint64_t inlined = value_size < block / 8 ? value_size : block / 8;
  const uint64_t blocks = value_size == 0 ? 0 : (value_size - 1) / (block - 8) + 1;
  return blocks * block + 8 * (2 * key_size + inlined + 64);
}

/* Half of the blocks, but for the root's, those of the folders and those that a move takes. */
static bool store_must_accept(const struct pc_store_setup *setup, const struct pc_usage *usage, size_t key_size,
                              size_t value_size) {
  const struct pc_flash *flash = &setup->flash;
  struct settings settings = {0};
  if (reject(setup, &settings) != NULL || flash->sector_count < 8 + 2 * settings.folders) {
    return false;
  }
  const uint64_t blocks = flash->sector_count - 6 - 2 * settings.folders;
  return usage->live_footprint + 2 * store_footprint(setup, key_size, value_size) <= blocks / 2 * flash->sector_size;
}

static enum pc_status store_configure(const struct pc_store_setup *setup, struct pc_store_promises *promises,
                                      char *message, size_t message_size) {
  struct settings settings;
  const char *reason = reject(setup, &settings);
  if (reason != NULL) {
    (void)snprintf(message, message_size, "%s", reason);
    return PC_STATUS_INVALID;
  }
  *promises = (struct pc_store_promises){
      .memory_size = sizeof(struct store),
      .max_key_size = KEY_MAX,
      .max_value_size = (size_t)setup->flash.sector_size * setup->flash.sector_count / 8,
      .self_contained = !settings.allocates,
  };
  return PC_STATUS_OK;
}

static void prepare(struct store *store, const struct pc_store_setup *setup) {
  const struct settings *settings = &store->settings;
  store->flash = setup->flash;
  store->config = (struct lfs2_config){
      .context = &store->flash,
      .read = block_read,
      .prog = block_program,
      .erase = block_erase,
      .sync = block_sync,
      .read_size = settings->read_size,
      .prog_size = settings->prog_size,
      .block_size = setup->flash.sector_size,
      .block_count = setup->flash.sector_count,
      .block_cycles = settings->block_cycles,
      .cache_size = settings->cache_size,
      .lookahead_size = settings->lookahead_size,
  };
  if (!settings->allocates) {
    store->config.read_buffer = store->read_cache;
    store->config.prog_buffer = store->program_cache;
    store->config.lookahead_buffer = store->lookahead;
    store->file.buffer = store->file_cache;
  }
}

/* A part that was never formatted has no superblock, and so has one whose formatting was cut: as most firmware does,
   whatever can't be mounted is formatted. What that throws away shows as keys that are lost. */
static enum pc_status store_start(void *memory, const struct pc_store_setup *setup) {
  struct store *store = memory;
  *store = (struct store){0};
  if (reject(setup, &store->settings) != NULL) {
    return PC_STATUS_INVALID;
  }
  prepare(store, setup);
  int err = lfs2_mount(&store->fs, &store->config);
  if (err == LFS2_ERR_CORRUPT) {
    err = lfs2_format(&store->fs, &store->config);
    if (err == LFS2_ERR_OK) {
      err = lfs2_mount(&store->fs, &store->config);
    }
  }
  store->mounted = err == LFS2_ERR_OK;
  return status_of(err);
}

static void store_stop(void *memory) {
  struct store *store = memory;
  if (store->mounted) {
    (void)lfs2_unmount(&store->fs);
  }
}

/* The folder of a key is "0" to "f"; its name is short enough that littlefs keeps it in the parent's metadata. */
static char folder_of(const struct store *store, struct pc_bytes key) {
  uint32_t sum = 0;
  for (size_t i = 0; i < key.size; i++) {
    sum = sum * 31 + key.data[i];
  }
  return "0123456789abcdef"[sum % store->settings.folders];
}

/* Any byte may stand in a key, a '/' or a zero in no name: two hex digits stand for each. */
static bool path_of(const struct store *store, struct pc_bytes key, char path[PATH_SIZE]) {
  static const char digits[] = "0123456789abcdef";
  if (key.size < 1 || key.size > KEY_MAX) {
    return false;
  }
  if (store->settings.folders > 0) {
    *path++ = folder_of(store, key);
    *path++ = '/';
  }
  *path++ = 'k';
  for (size_t i = 0; i < key.size; i++) {
    *path++ = digits[key.data[i] >> 4];
    *path++ = digits[key.data[i] & 15u];
  }
  *path = '\0';
  return true;
}

/* 0 to 15, or 16 for what is no digit of ours. */
static unsigned value_of(char digit) {
  return digit >= '0' && digit <= '9' ? (unsigned)(digit - '0')
                                      : (digit >= 'a' && digit <= 'f' ? (unsigned)(digit - 'a') + 10 : 16);
}

/* The other way round; false for a file that holds no key. */
static bool key_of(const char *name, uint8_t key[KEY_MAX], size_t *size) {
  if (*name++ != 'k') {
    return false;
  }
  for (*size = 0; *name != '\0'; name += 2) {
    unsigned high = value_of(name[0]), low = high > 15 ? 16 : value_of(name[1]);
    if (low > 15 || *size == KEY_MAX) {
      return false;
    }
    key[(*size)++] = (uint8_t)(high << 4 | low);
  }
  return *size > 0;
}

static int write_file(struct store *store, const char *path, struct pc_bytes value) {
  lfs2_file_t file;
  int err = lfs2_file_opencfg(&store->fs, &file, path, LFS2_O_WRONLY | LFS2_O_CREAT | LFS2_O_TRUNC, &store->file);
  if (err) {
    return err;
  }
  lfs2_ssize_t written = value.size == 0 ? 0 : lfs2_file_write(&store->fs, &file, value.data, (lfs2_size_t)value.size);
  err = lfs2_file_close(&store->fs, &file);
  return written < 0 ? (int)written : err;
}

/* Makes the folder of a key's path, unless it is there. */
static int make_folder(struct store *store, const char *path) {
  if (store->settings.folders == 0) {
    return LFS2_ERR_OK;
  }
  const char name[] = {path[0], '\0'};
  int err = lfs2_mkdir(&store->fs, name);
  return err == LFS2_ERR_EXIST ? LFS2_ERR_OK : err;
}

/* littlefs changes a file's contents at once when it is closed, but makes its name when it is opened: with put=close, a
   cut in between leaves a new key with an empty value. A rename has no such moment. */
static enum pc_status store_put(void *memory, struct pc_bytes key, struct pc_bytes value) {
  struct store *store = memory;
  char path[PATH_SIZE];
  if (!path_of(store, key, path) || value.size > LFS2_FILE_MAX) {
    return PC_STATUS_INVALID;
  }
  int err = make_folder(store, path);
  if (err == LFS2_ERR_OK) {
    err = write_file(store, store->settings.renames ? TEMPORARY : path, value);
  }
  if (err == LFS2_ERR_OK && store->settings.renames) {
    err = lfs2_rename(&store->fs, TEMPORARY, path);
  }
  return status_of(err);
}

/* Folders go with their last file. */
static enum pc_status store_remove(void *memory, struct pc_bytes key) {
  struct store *store = memory;
  char path[PATH_SIZE];
  if (!path_of(store, key, path)) {
    return PC_STATUS_INVALID;
  }
  int err = lfs2_remove(&store->fs, path);
  if (err == LFS2_ERR_OK && store->settings.folders > 0) {
    path[1] = '\0';
    err = lfs2_remove(&store->fs, path);
    err = err == LFS2_ERR_NOTEMPTY ? LFS2_ERR_OK : err;
  }
  return status_of(err);
}

static enum pc_status store_get(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  struct store *store = memory;
  char path[PATH_SIZE];
  if (!path_of(store, key, path)) {
    return PC_STATUS_NOT_FOUND;
  }
  lfs2_file_t file;
  int err = lfs2_file_opencfg(&store->fs, &file, path, LFS2_O_RDONLY, &store->file);
  if (err) {
    return status_of(err);
  }
  lfs2_soff_t whole = lfs2_file_size(&store->fs, &file);
  lfs2_ssize_t got = LFS2_ERR_INVAL;
  if (whole >= 0 && (size_t)whole <= capacity) {
    got = lfs2_file_read(&store->fs, &file, buffer, (lfs2_size_t)whole);
  }
  err = lfs2_file_close(&store->fs, &file);
  if (got != whole || err) {
    return status_of(got < 0 ? (int)got : (err ? err : LFS2_ERR_CORRUPT));
  }
  *size = (size_t)got;
  return PC_STATUS_OK;
}

static int visit_folder(struct store *store, const char *path, pc_visit visit, void *context) {
  lfs2_dir_t dir;
  int err = lfs2_dir_open(&store->fs, &dir, path);
  if (err) {
    return err;
  }
  struct lfs2_info info;
  while ((err = lfs2_dir_read(&store->fs, &dir, &info)) > 0) {
    uint8_t key[KEY_MAX];
    size_t size;
    if (info.type == LFS2_TYPE_REG && key_of(info.name, key, &size)) {
      visit(context, (struct pc_bytes){.data = key, .size = size});
    }
  }
  int closing = lfs2_dir_close(&store->fs, &dir);
  return err ? err : closing;
}

static enum pc_status store_iterate(void *memory, pc_visit visit, void *context) {
  struct store *store = memory;
  int err = visit_folder(store, "/", visit, context);
  for (uint32_t i = 0; err == LFS2_ERR_OK && i < store->settings.folders; i++) {
    const char name[] = {"0123456789abcdef"[i], '\0'};
    err = visit_folder(store, name, visit, context);
    err = err == LFS2_ERR_NOENT ? LFS2_ERR_OK : err;
  }
  return status_of(err);
}

extern const struct pc_store powercut_store;
const struct pc_store powercut_store = {
    .api = PC_STORE_API,
    .name = "littlefs",
    .summary = "littlefs 2, a file for each key",
    .parameters = parameters,
    .parameter_count = PARAMETER_COUNT,
    .configure = store_configure,
    .start = store_start,
    .put = store_put,
    .remove = store_remove,
    .get = store_get,
    .iterate = store_iterate,
    .stop = store_stop,
    .footprint = store_footprint,
    .must_accept = store_must_accept,
};
