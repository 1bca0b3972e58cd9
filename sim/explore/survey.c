/*
 * What an image holds before anything is done to it: as the store itself reads it, on its first start on a device of
 * its own, in a process of its own. The run that follows compares it with what the independent decoder reads.
 */
#include <stdlib.h>
#include <string.h>

#include "powercut/decoder.h"
#include "powercut/target.h"
#include "subject.h"
#include "trial.h"

/* No entry of any store is smaller: so many keys at most are on an image, as far as a store wants to know. */
#define SMALLEST_ENTRY 16u

struct survey {
  const struct pc_subject *subject;
  struct pc_workload *workload;
};

/* On the wire, before the bytes of a key and its value. */
struct found {
  uint32_t key_size, value_size;
  bool live;
};

struct header {
  struct pc_outcome outcome;
  uint64_t size;  /* bytes that follow */
  uint32_t count; /* of contents in them */
  bool outgrown;
  uint32_t copies; /* as in a workload */
};

/* The child's side. */
struct looking {
  struct pc_device *device;
  struct pc_target target;
  struct pc_buffer keys; /* each behind its size */
  struct pc_buffer found;
  uint32_t count;
  bool outgrown;
  uint32_t copies;
  uint8_t value[PC_MAX_VALUE_SIZE];
};

static void add(struct looking *looking, struct pc_bytes key, struct pc_bytes value, bool live) {
  const struct found found = {.key_size = (uint32_t)key.size, .value_size = (uint32_t)value.size, .live = live};
  pc_buffer_append(&looking->found, &found, sizeof found);
  pc_buffer_append(&looking->found, key.data, key.size);
  pc_buffer_append(&looking->found, value.data, value.size);
  looking->count++;
}

static void note_key(void *context, struct pc_bytes key) {
  struct looking *looking = context;
  uint32_t size = (uint32_t)key.size;
  pc_buffer_append(&looking->keys, &size, sizeof size);
  pc_buffer_append(&looking->keys, key.data, key.size);
}

/* A key that can't be read is not there: the checks will tell what the store makes of it. */
static void read_key(struct looking *looking, struct pc_bytes key) {
  struct pc_bytes value = {.data = looking->value};
  enum pc_status status = pc_target_get(&looking->target, key, looking->value, sizeof looking->value, &value.size);
  if (status == PC_STATUS_OK && value.size <= sizeof looking->value && key.size > 0 && key.size <= PC_MAX_KEY_SIZE) {
    add(looking, key, value, true);
  }
}

static void read_noted(struct looking *looking) {
  for (size_t at = 0; at < looking->keys.size;) {
    uint32_t size;
    memcpy(&size, looking->keys.data + at, sizeof size);
    read_key(looking, (struct pc_bytes){.data = looking->keys.data + at + sizeof size, .size = size});
    at += sizeof size + size;
  }
}

/* Whether the store would give the entry another size. */
static bool is_outgrown(const struct pc_target *target, const struct pc_entry *entry) {
  return entry->state != PC_ENTRY_DAMAGED && target->store->footprint != NULL &&
         target->store->footprint(&target->setup, entry->key.size, entry->value.size) != entry->size;
}

/* How many copies each live key has at the least. */
static uint32_t fewest_copies(const struct pc_decoded *decoded, uint32_t redundancy) {
  uint32_t fewest = redundancy;
  for (uint32_t i = 0; i < decoded->live_count; i++) {
    fewest = decoded->live[i].copies < fewest ? decoded->live[i].copies : fewest;
  }
  return fewest;
}

/* Keys that are deleted, which the store may remember, and which must stay so: once for each copy that says so. */
static enum pc_result decode(struct looking *looking, struct pc_error *error) {
  struct pc_decoded decoded = {0};
  enum pc_result result =
      pc_decode(pc_device_cells(looking->device), &looking->target.promises.layout, &decoded, error);
  for (uint32_t i = 0; result == PC_OK && i < decoded.entry_count; i++) {
    const struct pc_entry *entry = &decoded.entries[i];
    looking->outgrown = looking->outgrown || is_outgrown(&looking->target, entry);
    if (entry->state == PC_ENTRY_TOMBSTONE) {
      add(looking, entry->key, (struct pc_bytes){0}, false);
    }
  }
  looking->copies = result == PC_OK ? fewest_copies(&decoded, looking->target.promises.redundancy) : 0;
  pc_decoded_free(&decoded);
  return result;
}

/* The store has room for all keys that there may be, if it takes so many. */
static enum pc_result open_target(struct looking *looking, const struct survey *survey, struct pc_error *error) {
  const struct pc_subject *subject = survey->subject;
  uint32_t used = survey->workload->key_count + 1, most = (uint32_t)(subject->image.size / SMALLEST_ENTRY);
  enum pc_result result = PC_BAD_INPUT;
  for (int i = 0; result == PC_BAD_INPUT && i < 2; i++) {
    pc_target_close(&looking->target);
    result = pc_target_open(&looking->target, subject->store, looking->device, subject->parameters,
                            subject->parameter_count, i == 0 ? used + most : used, error);
  }
  return result;
}

static enum pc_result look(struct looking *looking, const struct survey *survey, struct pc_error *error) {
  const struct pc_subject *subject = survey->subject;
  enum pc_result result = pc_subject_create_device(subject, &looking->device, error);
  if (result == PC_OK) {
    result = open_target(looking, survey, error);
  }
  if (result == PC_OK && looking->target.promises.has_layout) {
    result = decode(looking, error);
  }
  if (result != PC_OK || pc_target_start(&looking->target) != PC_STATUS_OK) {
    return result; /* that it doesn't start, the run reports */
  }
  if (subject->store->iterate != NULL) {
    (void)pc_target_iterate(&looking->target, note_key, looking);
    read_noted(looking);
  } else {
    for (uint32_t key = 0; key < survey->workload->key_count; key++) {
      read_key(looking, survey->workload->keys[key]);
    }
  }
  return looking->keys.failed || looking->found.failed ? pc_fail_memory(error) : PC_OK;
}

static void serve(const struct pc_worker_end *end, const void *context) {
  struct header header = {.outcome.magic = PC_OUTCOME_MAGIC};
  struct looking *looking = calloc(1, sizeof *looking);
  if (looking == NULL) {
    header.outcome.result = pc_fail_memory(&header.outcome.error);
    (void)pc_socket_write(end->socket, &header, sizeof header);
    return;
  }
  header.outcome.result = look(looking, context, &header.outcome.error);
  pc_target_close(&looking->target);
  pc_device_destroy(looking->device);
  header.size = looking->found.size;
  header.count = looking->count;
  header.outgrown = looking->outgrown;
  header.copies = looking->copies;
  if (pc_socket_write(end->socket, &header, sizeof header) && header.outcome.result == PC_OK) {
    (void)pc_socket_write(end->socket, looking->found.data, looking->found.size);
  }
  pc_buffer_free(&looking->keys);
  pc_buffer_free(&looking->found);
  free(looking);
}

/* The next of the contents; false: it is none, since the store spoilt it. */
static bool take(struct pc_bytes *rest, struct pc_initial *initial, struct pc_bytes *key) {
  struct found found;
  if (rest->size < sizeof found) {
    return false;
  }
  memcpy(&found, rest->data, sizeof found);
  rest->data += sizeof found;
  rest->size -= sizeof found;
  if (found.key_size == 0 || found.key_size > rest->size || found.value_size > rest->size - found.key_size) {
    return false;
  }
  *key = (struct pc_bytes){.data = rest->data, .size = found.key_size};
  *initial =
      (struct pc_initial){.live = found.live, .value = {.data = rest->data + found.key_size, .size = found.value_size}};
  rest->data += found.key_size + found.value_size;
  rest->size -= found.key_size + found.value_size;
  return true;
}

static enum pc_result begin_with(struct pc_workload *workload, struct pc_bytes bytes, uint32_t count, bool *whole,
                                 struct pc_error *error) {
  struct pc_initial *contents = calloc((size_t)count + 1, sizeof *contents);
  struct pc_bytes *keys = calloc((size_t)count + 1, sizeof *keys);
  enum pc_result result = contents == NULL || keys == NULL ? pc_fail_memory(error) : PC_OK;
  for (uint32_t i = 0; result == PC_OK && *whole && i < count; i++) {
    *whole = take(&bytes, &contents[i], &keys[i]);
  }
  if (result == PC_OK && *whole) {
    result = pc_workload_begin_with(workload, contents, keys, count, error);
  }
  free(contents);
  free(keys);
  return result;
}

static enum pc_result receive(void *context, int socket, bool *whole, struct pc_error *error) {
  const struct survey *survey = context;
  struct header header;
  *whole = pc_socket_read(socket, &header, sizeof header) && pc_outcome_is_sane(&header.outcome);
  if (*whole && header.outcome.result != PC_OK) {
    return pc_fail(error, header.outcome.result, "%s", header.outcome.error.message);
  }
  if (!*whole || header.count > header.size) {
    *whole = false;
    return PC_OK;
  }
  uint8_t *bytes = malloc(header.size + 1);
  if (bytes == NULL) {
    return pc_fail_memory(error);
  }
  *whole = pc_socket_read(socket, bytes, header.size);
  enum pc_result result = PC_OK;
  if (*whole) {
    result =
        begin_with(survey->workload, (struct pc_bytes){.data = bytes, .size = header.size}, header.count, whole, error);
  }
  survey->workload->outgrown = header.outgrown;
  survey->workload->copies = header.copies;
  free(bytes);
  return result;
}

enum pc_result pc_subject_survey(const struct pc_subject *subject, struct pc_workload *workload,
                                 struct pc_error *error) {
  struct survey survey = {.subject = subject, .workload = workload};
  const struct pc_trial_plan plan = {
      .work = {.serve = serve, .context = &survey, .patience = pc_subject_patience(subject)},
      .receive = receive,
      .context = &survey,
  };
  struct pc_trial trial;
  if (subject->image.size == 0) {
    return PC_OK;
  }
  return pc_trial_run(&plan, &trial, error); /* a store that falls over the image does so in the run, too */
}
