/*
 * faults: the input configures norkv, calls all of its interface, and has the flash port fail. Whatever fails, norkv
 * stays within its memory and the partition, programs only what is erased, comes to an end, and what it acknowledged
 * stays readable. What an update that failed leaves is the old value or the new one. Unless recovery is for maintenance
 * alone, an update that has room for it leaves no damage.
 */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "misuse.h"
#include "norkv/partition.h"
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
  struct norkv_flash device; /* what the partition is on, or the partition itself */
  struct norkv_partition partition;
  uint32_t first, end; /* the bytes of the device that norkv may use */
  struct norkv_config config;
  struct norkv_format formats[2];
  struct norkv kv;
  struct key keys[KEYS];
  uint32_t reads_left, writes_left; /* calls of the port until one fails; 0: none does */
  uint32_t more_reads;              /* that fail after the first */
  bool silently;                    /* a program that fails answers as if it had not: norkv is to look at what it did */
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
  if (address < it.first || address + size > it.end) {
    pc_finding("a call of the port is out of range", "%s", what);
  }
}

static int flash_read(void *context, uint32_t address, void *buffer, size_t size) {
  (void)context;
  count_call();
  check_range("read", address, size);
  memcpy(buffer, it.flash + address, size);
  bool fail = fails(&it.reads_left);
  if (fail && it.more_reads > 0) {
    it.more_reads--;
    it.reads_left = 1;
  }
  return fail ? 1 : 0;
}

/* A failure leaves half of it. */
static int flash_program(void *context, uint32_t address, const void *data, size_t size) {
  const uint8_t *bytes = data;
  bool fail = fails(&it.writes_left);
  (void)context;
  count_call();
  check_range("program", address, size);
  if (address % it.device.alignment != 0 || size % it.device.alignment != 0) {
    pc_finding("a program is not aligned", "0x%x, %zu bytes", address, size);
  }
  for (size_t i = 0; i < size; i++) {
    if (it.flash[address + i] != 0xFF) {
      pc_finding("a program of what is not erased", "0x%zx", address + i);
    }
  }
  memcpy(it.flash + address, bytes, fail ? size / 2 : size);
  return fail && !it.silently ? 1 : 0;
}

static int flash_erase(void *context, uint32_t sector) {
  uint32_t size = it.device.sector_size;
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
  it.device = it.config.flash;
  it.first = 0;
  it.end = it.device.sector_size * it.device.sector_count;
}

/* Puts a partition in front of the flash, of sectors that are joined of two, say, with others before and behind. Some
   can't be. */
static void partition(uint8_t how) {
  uint32_t joined = how & 3u, before = how >> 2 & 3u, behind = how >> 4 & 1u;
  struct norkv_flash *flash = &it.config.flash;
  struct norkv_partition_config config = {
      .device = *flash,
      .start_sector = before,
      .sector_count = flash->sector_count * joined,
      .sectors_per_logical = joined,
      .permission = (enum norkv_permission)(how == 0x3F ? NORKV_READ_ONLY : NORKV_READ_WRITE),
  };
  config.device.sector_size = flash->sector_size / joined;
  config.device.sector_count = before + config.sector_count + behind;
  it.device = config.device;
  it.first = before * it.device.sector_size;
  it.end = it.first + config.sector_count * it.device.sector_size;
  if (norkv_partition_init(&it.partition, &config, flash) != NORKV_OK) {
    flash->sector_count = 0; /* which norkv doesn't take either */
  }
}

/* A partition that can't be is refused, and leaves the port as it was. */
static void misuse_partition(const uint8_t *step) {
  static const uint32_t some[8] = {0, 1, 2, 3, 7, 16, 70000, UINT32_MAX};
  struct norkv_partition other;
  struct norkv_flash port = {0};
  struct norkv_partition_config config = {.device = it.device,
                                          .start_sector = some[step[1] & 7u],
                                          .sector_count = some[step[1] >> 3 & 7u],
                                          .sectors_per_logical = some[step[2] & 7u],
                                          .alignment = some[step[2] >> 3 & 7u],
                                          .permission = (enum norkv_permission)(step[3] >> 3 & 3u)};
  config.device.sector_size = (step[3] & 1u) != 0 ? some[step[3] >> 5] : config.device.sector_size;
  config.device.alignment = (step[3] & 2u) != 0 ? some[step[3] >> 5] : config.device.alignment;
  config.device.sector_count = (step[3] & 4u) != 0 ? some[step[3] >> 5] : config.device.sector_count;
  enum norkv_error err = norkv_partition_init(&other, &config, &port);
  uint64_t last = (uint64_t)config.start_sector + config.sector_count;
  if (err == NORKV_OK ? last > config.device.sector_count || port.read == NULL : port.read != NULL) {
    pc_finding("a partition that can't be", "answer %u", (unsigned)err);
  }
  struct norkv_partition_config deaf[3] = {config, config, config};
  deaf[0].device.read = NULL;
  deaf[1].device.program = NULL;
  deaf[2].device.erase = NULL;
  for (size_t i = 0; i < sizeof deaf / sizeof deaf[0]; i++) {
    if (norkv_partition_init(&other, &deaf[i], &port) != NORKV_ERR_INVALID) {
      pc_finding("a partition on a device without a function", "number %zu", i);
    }
  }
  if (norkv_partition_init(NULL, &config, &port) != NORKV_ERR_INVALID ||
      norkv_partition_init(&other, NULL, &port) != NORKV_ERR_INVALID ||
      norkv_partition_init(&other, &config, NULL) != NORKV_ERR_INVALID) {
    pc_finding("a call that can't be meant is not refused", "partition_init of NULL");
  }
}

/* What norkv asks of a partition's port is right: here is what isn't. */
static void misuse_port(const uint8_t *step) {
  uint8_t byte[NORKV_MAX_ALIGNMENT] = {0};
  const struct norkv_flash *flash = &it.config.flash;
  uint32_t size = flash->sector_size * flash->sector_count;
  if (flash->context == NULL) {
    return; /* no partition */
  }
  if (flash->read(flash->context, size - (step[1] & 1u), byte, 2) == 0 ||
      flash->program(flash->context, size, byte, flash->alignment) == 0 ||
      (flash->alignment > 1 && flash->program(flash->context, 1, byte, flash->alignment) == 0) ||
      (flash->alignment > 1 && flash->program(flash->context, 0, byte, 1) == 0) ||
      flash->erase(flash->context, flash->sector_count) == 0) {
    pc_finding("a partition does what is outside it", "of %u bytes", size);
  }
}

static void misuse(const uint8_t *step) {
  misuse_partition(step);
  misuse_port(step);
  pc_misuse_configurations(&it.config);
  if (it.kv.started) {
    pc_misuse_calls(&it.kv, &it.config);
  }
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

/* Sectors that nothing is in, or that damage is in. Reads flash. */
struct sectors {
  uint32_t blank, damaged;
};

static struct sectors count_sectors(void) {
  struct sectors sectors = {0};
  for (uint32_t i = 0; i < it.config.flash.sector_count; i++) {
    struct norkv_sector_info info = {0};
    (void)norkv_get_sector_info(&it.kv, i, &info); /* what can't be read is neither */
    sectors.blank += !info.damaged && info.free_bytes == it.config.flash.sector_size ? 1u : 0u;
    sectors.damaged += info.damaged ? 1u : 0u;
  }
  return sectors;
}

/* One sector to work with is kept back. What is moved out of one goes to another, each copy to one of its own. */
static bool is_to_mend(void) {
  bool answers = it.kv.started && it.reads_left == 0 && it.writes_left == 0;
  return answers && it.config.recovery != NORKV_RECOVER_MANUAL && count_sectors().blank > it.config.redundancy;
}

static void update(uint32_t index, struct content content) {
  struct key *key = &it.keys[index];
  uint8_t name = (uint8_t)('a' + index), value[4096];
  bool mends = is_to_mend();
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
  if (err == NORKV_OK && mends && count_sectors().damaged > 0) {
    pc_finding("an update leaves damage that it could have mended", "%u sectors", count_sectors().damaged);
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
  } else if (kind == 12) {
    it.writes_left = 1u + step[1];
    it.silently = (step[2] & 1u) != 0 && !it.config.skip_verify_on_write;
  } else if (kind == 13) {
    misuse(step);
  } else {
    it.reads_left = 1u + step[1];
    it.more_reads = kind == 14 ? 0 : step[2];
  }
}

/* On memory of exactly the size that norkv asks for. */
static void run_steps(const uint8_t *steps, size_t count) {
  start();
  for (size_t i = 0; i < count; i++) {
    run_step(steps + i * STEP);
  }
  it.reads_left = it.writes_left = it.more_reads = 0;
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
  if ((input.data[7] & 12u) != 0) {
    partition(input.data[7] >> 2);
  }
  for (uint32_t i = 0; i < KEYS; i++) {
    /* Nothing is there. Only CRC-32C tells what a failed program left from a whole entry, for as long as this runs. */
    it.keys[i].count = it.formats[0].checksum == NORKV_CHECKSUM_CRC32C ? 1 : 0;
  }
  size_t size = norkv_memory_size(&it.config);
  if (size == 0 || (uint64_t)it.device.sector_size * it.device.sector_count > LARGEST_PARTITION) {
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
