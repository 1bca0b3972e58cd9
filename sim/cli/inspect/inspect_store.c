/* Has norkv start on a copy of the image, and compares what it reads with what the decoder says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"
#include "output.h"
#include "powercut/device.h"
#include "powercut/stores.h"
#include "powercut/target.h"

#define MAX_VALUE_SIZE 65535u /* one more than a value can have, so that a longer one shows */
#define MAX_INDEX 65000u      /* keys that norkv's index can hold */
#define MAX_PARAMETERS 16u
#define SHOWN_BYTES 24u

/* norkv's parameters for a layout, as text. */
struct parameters {
  struct pc_parameter list[MAX_PARAMETERS];
  size_t count;
  char redundancy[16], alignment[16];
  char formats[PC_MAX_FORMATS * 24];
};

static void write_formats(const struct pc_image_layout *layout, char *text, size_t size) {
  size_t used = 0;
  text[0] = '\0';
  for (uint32_t i = 0; i < layout->format_count && used < size; i++) {
    int length = snprintf(text + used, size - used, "%s0x%08x:%s", i == 0 ? "" : ",", layout->formats[i].magic,
                          pc_checksum_name(layout->formats[i].checksum));
    used += length > 0 ? (size_t)length : 0;
  }
}

static void set_parameters(struct parameters *parameters, const struct pc_store *store,
                           const struct pc_image_layout *layout) {
  (void)snprintf(parameters->redundancy, sizeof parameters->redundancy, "%u", layout->redundancy);
  (void)snprintf(parameters->alignment, sizeof parameters->alignment, "%u", layout->alignment);
  write_formats(layout, parameters->formats, sizeof parameters->formats);
  const struct pc_parameter known[] = {{"redundancy", parameters->redundancy},
                                       {"alignment", parameters->alignment},
                                       {"formats", parameters->formats},
                                       {"recovery", "immediate"}};
  parameters->count = store->parameter_count;
  for (size_t i = 0; i < store->parameter_count; i++) {
    const struct pc_parameter_info *info = &store->parameters[i];
    parameters->list[i] = (struct pc_parameter){info->name, info->fallback};
    for (size_t j = 0; j < sizeof known / sizeof known[0]; j++) {
      if (strcmp(info->name, known[j].name) == 0) {
        parameters->list[i].value = known[j].value;
      }
    }
  }
}

/* A comparison under way. */
struct comparison {
  const struct pc_decoded *decoded;
  struct pc_store_reading *reading;
  uint8_t *listed; /* for each live key: whether norkv listed it */
};

/* Begins a line about `key`; end_difference ends it. */
static struct pc_buffer *begin_difference(struct pc_store_reading *reading, struct pc_bytes key) {
  pc_buffer_key(&reading->differences, key);
  pc_buffer_append(&reading->differences, ": ", 2);
  reading->difference_count++;
  return &reading->differences;
}

static void end_difference(struct pc_buffer *line) {
  pc_buffer_append(line, "", 1);
}

static int compare_live(const void *key, const void *entry) {
  const struct pc_bytes *a = key;
  const struct pc_bytes *b = &((const struct pc_live_entry *)entry)->key;
  size_t size = a->size < b->size ? a->size : b->size;
  int order = size > 0 ? memcmp(a->data, b->data, size) : 0;
  return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

/* norkv lists `key`: the decoder must know it, and it must be the first time. */
static void visit(void *context, struct pc_bytes key) {
  struct comparison *comparison = context;
  const struct pc_decoded *decoded = comparison->decoded;
  const struct pc_live_entry *live =
      decoded->live_count == 0 ? NULL
                               : bsearch(&key, decoded->live, decoded->live_count, sizeof *decoded->live, compare_live);
  if (live == NULL) {
    struct pc_buffer *line = begin_difference(comparison->reading, key);
    pc_buffer_print(line, "the image does not hold it, norkv lists it");
    end_difference(line);
    return;
  }
  size_t index = (size_t)(live - decoded->live);
  if (comparison->listed[index] != 0) {
    struct pc_buffer *line = begin_difference(comparison->reading, key);
    pc_buffer_print(line, "norkv lists it twice");
    end_difference(line);
  }
  comparison->listed[index] = 1;
}

static void compare_value(struct comparison *comparison, struct pc_target *target, const struct pc_live_entry *live,
                          uint8_t *buffer) {
  size_t size = 0;
  enum pc_status status = pc_target_get(target, live->key, buffer, MAX_VALUE_SIZE, &size);
  struct pc_bytes value = {.data = buffer, .size = size};
  if (status == PC_STATUS_OK && pc_bytes_equal(value, live->value)) {
    return;
  }
  struct pc_buffer *line = begin_difference(comparison->reading, live->key);
  pc_buffer_print(line, "the image holds ");
  pc_buffer_value(line, live->value, SHOWN_BYTES);
  if (status == PC_STATUS_OK) {
    pc_buffer_print(line, ", norkv reads ");
    pc_buffer_value(line, value, SHOWN_BYTES);
  } else {
    pc_buffer_print(line, ", norkv answers %s", pc_status_text(status));
  }
  end_difference(line);
}

static enum pc_result compare(struct comparison *comparison, struct pc_target *target, struct pc_error *error) {
  const struct pc_decoded *decoded = comparison->decoded;
  uint8_t *buffer = malloc(MAX_VALUE_SIZE);
  comparison->listed = calloc((size_t)decoded->live_count + 1, 1);
  if (buffer != NULL && comparison->listed != NULL) {
    enum pc_status status = pc_target_iterate(target, visit, comparison);
    if (status != PC_STATUS_OK) {
      pc_buffer_print(&comparison->reading->differences, "listing the keys: norkv answers %s", pc_status_text(status));
      end_difference(&comparison->reading->differences);
      comparison->reading->difference_count++;
    }
    for (uint32_t i = 0; i < decoded->live_count; i++) {
      compare_value(comparison, target, &decoded->live[i], buffer);
      if (comparison->listed[i] == 0) {
        struct pc_buffer *line = begin_difference(comparison->reading, decoded->live[i].key);
        pc_buffer_print(line, "norkv does not list it");
        end_difference(line);
      }
    }
  }
  bool failed = buffer == NULL || comparison->listed == NULL || comparison->reading->differences.failed;
  free(comparison->listed);
  free(buffer);
  return failed ? pc_fail_memory(error) : PC_OK;
}

static enum pc_result start_and_compare(struct pc_inspection *inspection, struct pc_device *device,
                                        struct pc_error *error) {
  struct pc_store_reading *reading = &inspection->reading;
  const struct pc_store *store = pc_store_named("norkv");
  if (store == NULL || store->parameter_count > MAX_PARAMETERS) {
    return pc_fail(error, PC_ENVIRONMENT, "this powercut is built without norkv");
  }
  struct parameters parameters;
  set_parameters(&parameters, store, &inspection->layout);
  uint32_t entries = inspection->decoded.entry_count;
  struct pc_target target;
  enum pc_result err = pc_target_open(&target, store, device, parameters.list, parameters.count,
                                      entries < MAX_INDEX ? entries : MAX_INDEX, &reading->refusal);
  if (err == PC_BAD_INPUT) {
    reading->status = PC_STATUS_INVALID;
    return PC_OK;
  }
  if (err) {
    *error = reading->refusal;
    return err;
  }
  reading->status = pc_target_start(&target);
  if (reading->status == PC_STATUS_OK || reading->status == PC_STATUS_DATA_LOSS) {
    struct comparison comparison = {.decoded = &inspection->decoded, .reading = reading};
    err = compare(&comparison, &target, error);
  }
  pc_target_close(&target);
  return err;
}

enum pc_result pc_inspect_store(struct pc_inspection *inspection, struct pc_error *error) {
  /* A part without rules of its own: the dump says nothing of the part that it came from. */
  const struct pc_profile profile = {
      .name = "image", .summary = "", .sector_size = inspection->layout.sector_size, .program_unit = 1};
  struct pc_device *device;
  struct pc_store_reading *reading = &inspection->reading;
  enum pc_result err = pc_device_create(&device, &profile, inspection->layout.sector_count, &reading->refusal);
  if (err == PC_BAD_INPUT) {
    reading->status = PC_STATUS_INVALID;
    return PC_OK;
  }
  if (err) {
    *error = reading->refusal;
    return err;
  }
  pc_device_set_journal(device, false); /* nothing is rolled back */
  err = pc_device_load(device, (struct pc_bytes){inspection->image.data, inspection->image.size}, error);
  if (!err) {
    err = start_and_compare(inspection, device, error);
  }
  pc_device_destroy(device);
  return err;
}

enum pc_status pc_inspect_unrepaired(const struct pc_inspection *inspection) {
  const struct pc_decoded *decoded = &inspection->decoded;
  return decoded->damaged > 0 || decoded->missing_copies > 0 ? PC_STATUS_DATA_LOSS : PC_STATUS_OK;
}
