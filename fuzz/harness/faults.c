/*
 * faults: the input configures norkv, calls all of its interface, and has the flash port fail. Whatever fails, norkv
 * stays within its memory and the partition, programs only what is erased, comes to an end, and what it acknowledged
 * stays readable. What an update that failed leaves is the old value or the new one.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "norkv/norkv.h"
#include "powercut/random.h"

#define LARGEST_PARTITION 16384u
#define KEYS 8u
#define MAY_HOLD 6u           /* contents that a key may have after failures, before it isn't followed any more */
#define CALLS_OF_PORT 200000u /* in one call of norkv: far more than any needs */
#define HEADER 8u
#define STEP 4u

/* What a key may hold: so many bytes of `fill`, or nothing. */
struct content {
  bool there;
  uint8_t fill;
  uint16_t size;
};

struct key {
  struct content may_hold[MAY_HOLD];
  uint32_t count; /* 0: not followed any more */
};

static struct {
  uint8_t flash[LARGEST_PARTITION];
  struct norkv_config config;
  struct norkv_format formats[2];
  struct norkv kv;
  struct key keys[KEYS];
  uint32_t reads_left, writes_left; /* calls of the port until one fails; 0: none does */
  bool failed;                      /* in this call of norkv */
  uint32_t calls;
} it;

static void count_call(void) {
  if (++it.calls > CALLS_OF_PORT) {
    pc_finding("there is no end to a call", "%u calls of the flash port", it.calls);
  }
}

static bool fails(uint32_t *left) {
  bool now = *left == 1;
  *left -= *left > 0 ? 1 : 0;
  it.failed = it.failed || now;
  return now;
}

static void check_range(const char *what, uint64_t address, uint64_t size) {
  if (address + size > (uint64_t)it.config.flash.sector_size * it.config.flash.sector_count) {
    pc_finding("a call of the port is out of range", "%s", what);
  }
}

static int flash_read(void *context, uint32_t address, void *buffer, size_t size) {
  (void)context;
  count_call();
  check_range("read", address, size);
  memcpy(buffer, it.flash + address, size);
  return fails(&it.reads_left) ? 1 : 0;
}

/* A failure leaves half of it. */
static int flash_program(void *context, uint32_t address, const void *data, size_t size) {
  const uint8_t *bytes = data;
  bool fail = fails(&it.writes_left);
  (void)context;
  count_call();
  check_range("program", address, size);
  if (address % it.config.flash.alignment != 0 || size % it.config.flash.alignment != 0) {
    pc_finding("a program is not aligned", "0x%x, %zu bytes", address, size);
  }
  for (size_t i = 0; i < size; i++) {
    if (it.flash[address + i] != 0xFF) {
      pc_finding("a program of what is not erased", "0x%zx", address + i);
    }
  }
  memcpy(it.flash + address, bytes, fail ? size / 2 : size);
  return fail ? 1 : 0;
}

static int flash_erase(void *context, uint32_t sector) {
  uint32_t size = it.config.flash.sector_size;
  bool fail = fails(&it.writes_left);
  (void)context;
  count_call();
  check_range("erase", (uint64_t)sector * size, size);
  memset(it.flash + (size_t)sector * size, 0xFF, fail ? size / 2 : size);
  return fail ? 1 : 0;
}

static void configure(const uint8_t *header) {
  static const uint32_t sizes[8] = {128, 256, 512, 1024, 2048, 384, 100, 65536};
  static const uint32_t alignments[8] = {1, 4, 8, 16, 32, 24, 256, 0};
  it.formats[0] = (struct norkv_format){.magic = 0x600DBEEF, .checksum = (enum norkv_checksum)(header[3] & 3u)};
  it.formats[1] = (struct norkv_format){.magic = 0x6B76C32C, .checksum = NORKV_CHECKSUM_CRC32C};
  it.config = (struct norkv_config){
      .flash = {.sector_size = sizes[header[0] & 7u],
                .sector_count = header[1] % 40u,
                .alignment = alignments[header[0] >> 3 & 7u],
                .read = flash_read,
                .program = flash_program,
                .erase = flash_erase},
      .formats = it.formats,
      .format_count = (uint8_t)(1 + (header[3] >> 2 & 1u)),
      .redundancy = header[2] & 7u,
      .max_keys = (uint16_t)(header[4] % 20u),
      .recovery = (enum norkv_recovery)(header[3] >> 3 & 3u),
      .policy = (enum norkv_policy)(header[2] >> 3 & 7u),
      .collect_on_write = (enum norkv_collection)(header[5] & 3u),
      .skip_verify_on_read = (header[3] & 32u) != 0,
      .skip_verify_on_write = (header[3] & 64u) != 0,
  };
}

static void start(void) {
  (void)norkv_start(&it.kv, &it.config); /* the flash may fail: the next one is tried */
}

/* Only a call in which nothing failed says what is there. */
static void check_key(uint32_t index) {
  struct key *key = &it.keys[index];
  uint8_t name = (uint8_t)('a' + index), value[4096];
  size_t size = 0;
  it.failed = false;
  if (!it.kv.started) {
    return; /* a start failed with the flash */
  }
  enum norkv_error err = norkv_get(&it.kv, &name, 1, 0, value, sizeof value, &size);
  if (it.failed || key->count == 0) {
    return;
  }
  for (uint32_t i = 0; i < key->count; i++) {
    const struct content *content = &key->may_hold[i];
    bool same = content->there ? err == NORKV_OK && size == content->size : err == NORKV_ERR_NOT_FOUND;
    for (size_t j = 0; same && content->there && j < size; j++) {
      same = value[j] == content->fill;
    }
    if (same) {
      return; /* and the others stay possible: a copy that failed may come back */
    }
  }
  pc_finding("a key holds what it can't", "error %u, %zu bytes", (unsigned)err, size);
}

static void update(uint32_t index, struct content content) {
  struct key *key = &it.keys[index];
  uint8_t name = (uint8_t)('a' + index), value[4096];
  memset(value, content.fill, sizeof value);
  it.failed = false;
  enum norkv_error err =
      content.there ? norkv_put(&it.kv, &name, 1, value, content.size) : norkv_delete(&it.kv, &name, 1);
  if (err == NORKV_OK && key->count > 0) {
    key->may_hold[0] = content;
    key->count = 1;
  } else if (err == NORKV_ERR_FLASH && key->count > 0) {
    if (key->count == MAY_HOLD) {
      key->count = 0;
    } else {
      key->may_hold[key->count++] = content;
    }
  }
  check_key(index);
}

static void look_around(const uint8_t *step) {
  struct norkv_statistics statistics;
  struct norkv_sector_info info;
  struct norkv_iterator iterator = {0};
  struct norkv_item item;
  uint8_t name = (uint8_t)('a' + step[1] % KEYS), value[64];
  size_t size;
  if (norkv_get_statistics(&it.kv, &statistics) == NORKV_OK &&
      (uint64_t)statistics.free_bytes + statistics.live_bytes >
          2ull * it.config.flash.sector_size * it.config.flash.sector_count + UINT16_MAX) {
    pc_finding("statistics tell of more than there is", "%u free, %u live", statistics.free_bytes,
               statistics.live_bytes);
  }
  (void)norkv_get_sector_info(&it.kv, step[2], &info);
  (void)norkv_get(&it.kv, &name, 1, step[2], value, step[3] % sizeof value, &size);
  (void)norkv_value_size(&it.kv, &name, 1, &size);
  for (uint32_t i = 0; i < 3 * KEYS; i++) {
    if (norkv_next(&it.kv, &iterator, &item) == NORKV_OK && item.key_length != 1) {
      pc_finding("iterating yields a key that was never put", "%u bytes", item.key_length);
    }
  }
}

static void run_step(const uint8_t *step) {
  uint32_t kind = step[0] & 15u, key = (step[0] >> 4) % KEYS;
  it.calls = 0;
  if (kind < 7) {
    uint16_t size = (uint16_t)((step[1] | step[3] << 8) % 600);
    update(key, (struct content){.there = true, .fill = step[2], .size = size});
  } else if (kind < 9) {
    update(key, (struct content){0});
  } else if (kind == 9) {
    (void)norkv_maintain(&it.kv, (enum norkv_maintenance)(step[1] % 5));
  } else if (kind == 10) {
    start();
  } else if (kind == 11) {
    look_around(step);
  } else if (kind < 14) {
    it.writes_left = 1u + step[1];
  } else {
    it.reads_left = 1u + step[1];
  }
}

/* On memory of exactly the size that norkv asks for. */
static void run_steps(const uint8_t *steps, size_t count) {
  start();
  for (size_t i = 0; i < count; i++) {
    run_step(steps + i * STEP);
  }
  it.reads_left = it.writes_left = 0;
  it.calls = 0;
  start();
  for (uint32_t key = 0; it.kv.started && key < KEYS; key++) {
    check_key(key);
  }
}

static enum pc_result open(struct pc_error *error) {
  (void)error;
  return PC_OK;
}

static enum pc_result run(struct pc_bytes input, struct pc_error *error) {
  if (input.size < HEADER || memcmp(input.data, "PF", 2) != 0) {
    return pc_fail(error, PC_BAD_INPUT, "not an input for faults: it doesn't begin with the header of one");
  }
  memset(&it, 0, sizeof it);
  memset(it.flash, 0xFF, sizeof it.flash);
  configure(input.data + 2);
  for (uint32_t i = 0; i < KEYS; i++) {
    /* Nothing is there. Only CRC-32C tells what a failed program left from a whole entry, for as long as this runs. */
    it.keys[i].count = it.formats[0].checksum == NORKV_CHECKSUM_CRC32C ? 1 : 0;
  }
  size_t size = norkv_memory_size(&it.config);
  if (size == 0 || it.config.flash.sector_size * it.config.flash.sector_count > LARGEST_PARTITION) {
    if (norkv_start(&it.kv, &it.config) == NORKV_OK) {
      pc_finding("a configuration without a memory size is taken", "%u sectors", it.config.flash.sector_count);
    }
    return PC_OK;
  }
  it.config.memory = malloc(size);
  it.config.memory_size = size;
  if (it.config.memory == NULL) {
    struct pc_error failure;
    (void)pc_fail_memory(&failure);
    pc_harness_fail(&failure);
  }
  run_steps(input.data + HEADER, (input.size - HEADER) / STEP);
  free(it.config.memory);
  return PC_OK;
}

/* Steps dropped, doubled, moved and changed; the header now and then. */
static size_t mutate(uint8_t *data, size_t size, size_t capacity, struct pc_bytes other, uint32_t seed) {
  static const uint8_t plain[HEADER] = {'P', 'F', 2, 6, 1, 2, 8, 0};
  struct pc_random random = {.state = seed};
  if (size < HEADER || memcmp(data, plain, 2) != 0) {
    size = capacity < HEADER ? capacity : HEADER;
    memcpy(data, plain, size);
    return size;
  }
  for (uint64_t times = 1 + pc_random_below(&random, 4); times > 0; times--) {
    size_t count = (size - HEADER) / STEP;
    uint8_t *step = data + HEADER + pc_random_below(&random, count + 1) * STEP;
    size_t left = (size_t)(data + HEADER + count * STEP - step);
    uint64_t way = pc_random_below(&random, 8);
    if (way == 0) {
      data[2 + pc_random_below(&random, HEADER - 2)] = (uint8_t)pc_random_next(&random);
    } else if (way == 1 && left > 0) {
      memmove(step, step + STEP, left - STEP);
      size -= STEP;
    } else if (way < 4 && left > 0) {
      step[pc_random_below(&random, STEP)] = (uint8_t)pc_random_next(&random);
    } else if (capacity - size >= STEP) {
      memmove(step + STEP, step, left);
      size = HEADER + (count + 1) * STEP;
      uint64_t word = pc_random_next(&random);
      memcpy(step, &word, STEP);
      if (other.size >= HEADER + STEP && way == 7) {
        size_t from = (size_t)pc_random_below(&random, (other.size - HEADER) / STEP);
        memcpy(step, other.data + HEADER + from * STEP, STEP);
      }
    }
  }
  return size;
}

const struct pc_harness *pc_harness(void) {
  static const struct pc_harness faults = {
      .name = "faults", .max_size = HEADER + 256 * STEP, .open = open, .run = run, .mutate = mutate};
  return &faults;
}
