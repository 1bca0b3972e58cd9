/* mount: the input is a raw flash image. norkv starts on it, and everything that it then reads must be what the
   independent decoder reads; it is mended, written to and started again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contents.h"
#include "harness.h"
#include "image.h"
#include "powercut/random.h"
#include "powercut/stores.h"

#define KEYS_IN_INDEX 600u

/* The engines call without a context. */
static struct {
  struct pc_contents before, after;
  struct pc_decoded decoded;
  uint8_t image[PC_IMAGE_MAX_SIZE];
} memory;

static enum pc_result open(struct pc_error *error) {
  (void)error;
  return PC_OK;
}

/* The parameters of norkv, in its own order. */
struct parameters {
  struct pc_parameter list[32];
  char redundancy[8], alignment[8];
};

static void fill_parameters(struct parameters *parameters, const struct pc_store *store,
                            const struct pc_image_setup *setup) {
  (void)snprintf(parameters->redundancy, sizeof parameters->redundancy, "%u", setup->redundancy);
  (void)snprintf(parameters->alignment, sizeof parameters->alignment, "%u", setup->alignment);
  const struct pc_parameter given[] = {{"redundancy", parameters->redundancy},
                                       {"alignment", parameters->alignment},
                                       {"formats", setup->formats},
                                       {"recovery", setup->recovery},
                                       {"max_keys", "600"}};
  for (size_t i = 0; i < store->parameter_count; i++) {
    const struct pc_parameter_info *info = &store->parameters[i];
    parameters->list[i] = (struct pc_parameter){info->name, info->fallback};
    for (size_t j = 0; j < sizeof given / sizeof given[0]; j++) {
      if (strcmp(given[j].name, info->name) == 0) {
        parameters->list[i].value = given[j].value;
      }
    }
  }
}

/* With manual recovery the adapter mends what the start found: for that there may be no room, or no good copy. */
static void start(struct pc_target *target, const struct pc_image_setup *setup, const char *where) {
  enum pc_status status = pc_target_start(target);
  bool mended = strcmp(setup->recovery, "manual") == 0 && (status == PC_STATUS_FULL || status == PC_STATUS_DATA_LOSS);
  pc_contents_expect_contract(target, where);
  if (status != PC_STATUS_OK && !mended) {
    char signature[96];
    (void)snprintf(signature, sizeof signature, "%s: answers %s", where, pc_status_text(status));
    pc_finding(signature, "any image can be started on");
  }
}

/* A put or delete of one of a few keys, and what is then there. FULL is an answer, and so is DATA_LOSS where the store
   can make no room without losing what is damaged. */
static void write_one(struct pc_target *target, struct pc_random *random) {
  uint8_t value[64];
  uint8_t read[sizeof value + 64];
  size_t size, length = (size_t)pc_random_below(random, sizeof value);
  char name = (char)('A' + pc_random_below(random, 4));
  struct pc_bytes key = {.data = (uint8_t *)&name, .size = 1};
  bool delete = pc_random_below(random, 4) == 0;
  memset(value, name ^ (int)length, sizeof value);
  enum pc_status status = delete ? pc_target_remove(target, key)
                                 : pc_target_put(target, key, (struct pc_bytes){.data = value, .size = length});
  pc_contents_expect_contract(target, "write");
  if (status != PC_STATUS_OK) {
    return;
  }
  status = pc_target_get(target, key, read, sizeof read, &size);
  if (delete ? status != PC_STATUS_NOT_FOUND
             : status != PC_STATUS_OK || size != length || memcmp(read, value, length) != 0) {
    pc_finding("write: it does not read back", "%s of %zu bytes, then %s", delete ? "delete" : "put", length,
               pc_status_text(status));
  }
}

static void exercise(struct pc_target *target, const struct pc_image_setup *setup) {
  struct pc_random random = {.state = setup->seed};
  struct pc_error error;
  bool defined = pc_contents_are_defined(&memory.decoded);
  start(target, setup, "start");
  pc_contents_read(&memory.before, target, "start");
  memory.before.incomparable = memory.before.incomparable || !defined;
  pc_contents_expect_decoded(&memory.decoded, &memory.before, "start");
  if (pc_target_maintain(target, PC_MAINTAIN_HEAVY) == PC_STATUS_DATA_LOSS && defined) {
    pc_finding("maintain: tells of a loss where there is none", "each key was read before");
  }
  pc_contents_expect_contract(target, "maintain");
  pc_contents_read(&memory.after, target, "maintain");
  pc_contents_expect(&memory.before, &memory.after, "maintain");
  for (int i = 0; i < 24; i++) {
    write_one(target, &random);
  }
  pc_contents_read(&memory.before, target, "write");
  memory.before.incomparable = memory.before.incomparable || !defined;
  start(target, setup, "second start");
  pc_contents_read(&memory.after, target, "second start");
  pc_contents_expect(&memory.before, &memory.after, "second start");
  if (pc_decode(pc_device_cells(target->device), &target->promises.layout, &memory.decoded, &error) != PC_OK) {
    pc_harness_fail(&error);
  }
  memory.after.incomparable = memory.after.incomparable || !defined;
  pc_contents_expect_decoded(&memory.decoded, &memory.after, "second start, decoded");
}

static enum pc_result run_on(struct pc_device *device, const struct pc_image_setup *setup, struct pc_error *error) {
  const struct pc_store *store = pc_store_named("norkv");
  struct parameters parameters;
  struct pc_target target;
  struct pc_bytes image = {.data = memory.image, .size = (size_t)setup->sector_size * setup->sector_count};
  fill_parameters(&parameters, store, setup);
  enum pc_result result =
      pc_target_open(&target, store, device, parameters.list, store->parameter_count, KEYS_IN_INDEX, error);
  if (result != PC_OK) {
    return result;
  }
  struct pc_error failure;
  if (pc_device_load(device, image, &failure) != PC_OK ||
      pc_decode(image, &target.promises.layout, &memory.decoded, &failure) != PC_OK) {
    pc_harness_fail(&failure);
  }
  exercise(&target, setup);
  pc_target_close(&target);
  return PC_OK;
}

static enum pc_result run(struct pc_bytes input, struct pc_error *error) {
  struct pc_image_setup setup;
  enum pc_result result = pc_image_setup_read(input, &setup, error);
  if (result != PC_OK) {
    return result;
  }
  struct pc_profile profile = {.name = "image", .sector_size = setup.sector_size, .program_unit = setup.alignment};
  struct pc_device *device;
  result = pc_device_create(&device, &profile, setup.sector_count, error);
  if (result != PC_OK) {
    return result;
  }
  memset(memory.image, PC_ERASED, sizeof memory.image);
  memcpy(memory.image, input.data + PC_IMAGE_HEADER_SIZE, input.size - PC_IMAGE_HEADER_SIZE);
  if (setup.fix) {
    pc_image_fix(&setup, memory.image);
  }
  result = run_on(device, &setup, error);
  pc_device_destroy(device);
  return result;
}

/* One change of an image. All of them keep to multiples of 16, where entries begin. */
static size_t change(uint8_t *image, size_t size, size_t capacity, struct pc_random *random) {
  size_t lines = size / 16;
  if (lines == 0) {
    return size;
  }
  uint8_t *line = image + pc_random_below(random, lines) * 16;
  const uint8_t *from = image + pc_random_below(random, lines) * 16;
  size_t left = (size_t)(image + size - line), length = 16 * (1 + (size_t)pc_random_below(random, 8));
  switch (pc_random_below(random, 8)) {
    case 0: /* a run of lines somewhere else: an entry once more, a stale copy */
      length = length < left ? length : left;
      length = length < (size_t)(image + size - from) ? length : (size_t)(image + size - from);
      memmove(line, from, length);
      return size;
    case 1: /* another transaction ID */
      line[12] = (uint8_t)(line[12] + (pc_random_below(random, 2) == 0 ? 1 : 255));
      return size;
    case 2: /* another length of the key or value */
      line[9 + pc_random_below(random, 3)] = (uint8_t)pc_random_next(random);
      return size;
    case 3: /* torn: the rest of a run of lines is blank */
      length = length < left ? length : left;
      memset(line + 16 * (length / 32), PC_ERASED, length - 16 * (length / 32));
      return size;
    case 4: /* damage that the fixer leaves */
      line[6] = line[7] = 0xBD;
      return size;
    case 5: /* longer */
      length = length < capacity - size ? length : capacity - size;
      memmove(line + length, line, left);
      return size + length;
    case 6: /* another alignment of the entry */
      line[8] = (uint8_t)pc_random_below(random, 5);
      return size;
    default:
      line[pc_random_below(random, 16)] ^= (uint8_t)(1u << pc_random_below(random, 8));
      return size;
  }
}

static size_t mutate(uint8_t *data, size_t size, size_t capacity, struct pc_bytes other, uint32_t seed) {
  static const uint8_t blank[] = {'P', 'M', PC_IMAGE_VERSION, 2, 6, 1, 0, 0};
  struct pc_random random = {.state = seed};
  if (size < sizeof blank || memcmp(data, blank, 3) != 0) {
    size = capacity < sizeof blank ? capacity : sizeof blank;
    memcpy(data, blank, size);
    return size;
  }
  if (other.size > PC_IMAGE_HEADER_SIZE && pc_random_below(&random, 4) == 0) {
    size_t at = (size_t)pc_random_below(&random, (other.size - PC_IMAGE_HEADER_SIZE) / 16 + 1) * 16;
    size_t length = other.size - PC_IMAGE_HEADER_SIZE - at;
    length = length < capacity - size ? length : capacity - size;
    memcpy(data + size, other.data + PC_IMAGE_HEADER_SIZE + at, length);
    size += length;
  }
  if (pc_random_below(&random, 16) == 0) {
    data[3 + pc_random_below(&random, 5)] = (uint8_t)pc_random_next(&random);
  }
  for (uint64_t times = 1 + pc_random_below(&random, 4); times > 0; times--) {
    size = PC_IMAGE_HEADER_SIZE +
           change(data + PC_IMAGE_HEADER_SIZE, size - PC_IMAGE_HEADER_SIZE, capacity - PC_IMAGE_HEADER_SIZE, &random);
  }
  return size;
}

const struct pc_harness *pc_harness(void) {
  static const struct pc_harness mount = {.name = "mount",
                                          .max_size = PC_IMAGE_HEADER_SIZE + PC_IMAGE_MAX_SIZE,
                                          .open = open,
                                          .run = run,
                                          .mutate = mutate};
  return &mount;
}
