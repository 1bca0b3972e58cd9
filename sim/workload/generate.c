#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "powercut/stream.h"
#include "powercut/workload.h"
#include "stream.h"

static enum pc_result check_popularity(const struct pc_popularity *popularity, struct pc_error *error) {
  /* Written so that a NaN is refused as well. */
  if (popularity->kind == PC_ZIPF && !(popularity->zipf >= 0 && popularity->zipf <= 10)) {
    return pc_fail(error, PC_BAD_INPUT, "zipf must be 0 to 10");
  }
  if (popularity->kind == PC_HOT && !(popularity->hot >= 0 && popularity->hot <= 1)) {
    return pc_fail(error, PC_BAD_INPUT, "hot must be 0 to 1");
  }
  if (popularity->kind == PC_HOT && !(popularity->share >= 0 && popularity->share <= 1)) {
    return pc_fail(error, PC_BAD_INPUT, "share must be 0 to 1");
  }
  return PC_OK;
}

static enum pc_result check_range(const char *name, uint32_t number, uint32_t min, uint32_t max,
                                  struct pc_error *error) {
  if (number < min || number > max) {
    return pc_fail(error, PC_BAD_INPUT, "%s must be %u to %u, not %u", name, min, max, number);
  }
  return PC_OK;
}

enum pc_result pc_generator_check(const struct pc_generator *generator, struct pc_error *error) {
  const struct {
    const char *name;
    uint32_t number, min, max;
  } ranges[] = {
      {"operations", generator->operations, 1, PC_MAX_OPERATIONS},
      {"keys", generator->keys, 1, PC_MAX_GENERATED_KEYS},
      {"key_size_min", generator->key_size_min, 1, PC_MAX_GENERATED_KEY_SIZE},
      {"key_size_max", generator->key_size_max, generator->key_size_min, PC_MAX_GENERATED_KEY_SIZE},
      {"value_size_min", generator->value_size_min, 0, PC_MAX_VALUE_SIZE},
      {"value_size_max", generator->value_size_max, generator->value_size_min, PC_MAX_VALUE_SIZE},
      {"static_keys", generator->static_keys, 0, PC_MAX_GENERATED_KEYS - generator->keys},
      {"static_size_min", generator->static_size_min, 0, PC_MAX_VALUE_SIZE},
      {"static_size_max", generator->static_size_max, generator->static_size_min, PC_MAX_VALUE_SIZE},
  };
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    enum pc_result result = check_range(ranges[i].name, ranges[i].number, ranges[i].min, ranges[i].max, error);
    if (result != PC_OK) {
      return result;
    }
  }
  uint32_t keys = generator->keys + generator->static_keys;
  if (pc_key_digits(keys) > generator->key_size_max) {
    return pc_fail(error, PC_BAD_INPUT, "key_size_max must be at least %u for %u distinct keys, not %u",
                   pc_key_digits(keys), keys, generator->key_size_max);
  }
  if (pc_mix_sum(generator) == 0) {
    return pc_fail(error, PC_BAD_INPUT, "mix must give at least one operation a weight above 0");
  }
  return check_popularity(&generator->popularity, error);
}

/* A list while it is filled from a stream. */
struct listing {
  struct pc_stream *stream;
  struct pc_builder builder;
  uint32_t *indices; /* of each of the stream's keys in the list, plus 1; 0: not used yet */
};

/* Keys are numbered in order of their first use. */
static bool add_key(struct listing *listing, uint32_t key, uint32_t *index) {
  if (listing->indices[key] == 0) {
    if (!pc_builder_key(&listing->builder, pc_stream_key(listing->stream, key), index)) {
      return false;
    }
    listing->indices[key] = *index + 1;
  }
  *index = listing->indices[key] - 1;
  return true;
}

static bool add_value(struct listing *listing, struct pc_bytes value, struct pc_bytes *copy) {
  uint8_t *bytes;
  if (!pc_builder_bytes(&listing->builder, value.size, &bytes)) {
    return false;
  }
  if (value.size > 0) {
    memcpy(bytes, value.data, value.size);
  }
  *copy = (struct pc_bytes){bytes, value.size};
  return true;
}

static bool add_operation(struct listing *listing) {
  struct pc_streamed next;
  pc_stream_next(listing->stream, &next);
  struct pc_operation operation = {.kind = next.kind, .level = next.level};
  if (next.kind == PC_PUT || next.kind == PC_DELETE || next.kind == PC_GET) {
    if (!add_key(listing, next.key, &operation.key)) {
      return false;
    }
  }
  if (next.kind == PC_PUT && !add_value(listing, next.value, &operation.value)) {
    return false;
  }
  return pc_builder_add(&listing->builder, &operation);
}

/* Bytes of the list, about: its operations, and the values of its puts. Nothing overflows: less than 2^64 by the ranges
   of the fields. */
static uint64_t listed_bytes(const struct pc_generator *generator) {
  uint64_t mean = ((uint64_t)generator->value_size_min + generator->value_size_max) / 2;
  uint64_t fixed = ((uint64_t)generator->static_size_min + generator->static_size_max) / 2;
  uint64_t puts = (uint64_t)generator->operations * generator->mix[PC_PUT] / pc_mix_sum(generator);
  uint64_t operations = (uint64_t)generator->static_keys + generator->operations;
  return operations * sizeof(struct pc_operation) + puts * mean + generator->static_keys * fixed;
}

enum pc_result pc_workload_generate(const struct pc_generator *generator, uint64_t seed, struct pc_workload *workload,
                                    struct pc_error *error) {
  *workload = (struct pc_workload){0};
  struct listing listing = {0};
  enum pc_result result = pc_stream_open(&listing.stream, generator, seed, error);
  if (result != PC_OK) {
    return result;
  }
  if (listed_bytes(generator) > PC_MAX_LISTED_BYTES) {
    pc_stream_close(listing.stream);
    return pc_fail(
        error, PC_BAD_INPUT,
        "its operations and values would take %llu MiB of memory, %u at most: take fewer operations or smaller "
        "values (powercut compare keeps none of them)",
        (unsigned long long)(listed_bytes(generator) >> 20), PC_MAX_LISTED_BYTES >> 20);
  }
  listing.indices = calloc(pc_stream_key_count(listing.stream), sizeof *listing.indices);
  bool complete = listing.indices != NULL;
  for (uint32_t i = 0; complete && i < generator->static_keys + generator->operations; i++) {
    complete = add_operation(&listing);
  }
  free(listing.indices);
  pc_stream_close(listing.stream);
  if (!complete) {
    pc_builder_abandon(&listing.builder);
    return pc_fail_memory(error);
  }
  *workload = pc_builder_finish(&listing.builder);
  return PC_OK;
}
