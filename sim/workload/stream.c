#include "powercut/stream.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "popularity.h"
#include "powercut/random.h"
#include "stream.h"

/* The streams of random numbers, so that changing what one of them decides leaves the others as they were. */
enum stream { STREAM_KINDS, STREAM_LEVELS, STREAM_RANKS, STREAM_KEYS, STREAM_VALUES };

static struct pc_random seed_stream(uint64_t seed, enum stream which) {
  static const uint64_t WORKLOAD = 0x776F726B6C6F6164u; /* "workload": apart from what else the seed is used for */
  return (struct pc_random){pc_random_mix(pc_random_mix(seed, WORKLOAD), (uint64_t)which)};
}

static const char ALPHABET[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
enum { ALPHABET_SIZE = sizeof ALPHABET - 1 };

uint32_t pc_key_digits(uint32_t keys) {
  uint32_t digits = 1;
  for (uint32_t reach = ALPHABET_SIZE; reach < keys; reach *= ALPHABET_SIZE) {
    digits++;
  }
  return digits;
}

uint64_t pc_mix_sum(const struct pc_generator *generator) {
  uint64_t sum = 0;
  for (int kind = 0; kind < PC_OPERATION_KINDS; kind++) {
    sum += generator->mix[kind];
  }
  return sum;
}

struct pc_stream {
  struct pc_generator generator;  /* of a stream that is generated */
  const struct pc_workload *list; /* or NULL */
  uint64_t position;              /* operations so far */
  uint64_t mix_sum;
  struct pc_random kinds, levels, ranks_stream, values;
  struct pc_ranks ranks;
  struct pc_bytes *keys; /* of a stream that is generated, one for each rank, then the static ones; into key_bytes */
  uint8_t *key_bytes;
  uint8_t *buffer, *again; /* of values: the newest, and what pc_stream_value gives */
};

static uint32_t draw_size(struct pc_random *random, uint32_t min, uint32_t max) {
  return min + (uint32_t)pc_random_below(random, (uint64_t)max - min + 1);
}

/* The rank's digits, lowest first, tell it apart; letters at random make up its length. */
static size_t make_key(const struct pc_generator *generator, uint64_t seed, uint32_t rank, uint8_t *key) {
  struct pc_random random = {pc_random_mix(seed_stream(seed, STREAM_KEYS).state, rank)};
  uint32_t digits = pc_key_digits(generator->keys + generator->static_keys);
  uint32_t min = generator->key_size_min > digits ? generator->key_size_min : digits;
  uint32_t size = draw_size(&random, min, generator->key_size_max);
  uint32_t rest = rank;
  for (uint32_t i = 0; i < size; i++) {
    uint32_t letter = i < digits ? rest % ALPHABET_SIZE : (uint32_t)pc_random_below(&random, ALPHABET_SIZE);
    rest /= ALPHABET_SIZE;
    key[i] = (uint8_t)ALPHABET[letter];
  }
  return size;
}

static size_t larger(size_t a, size_t b) {
  return a > b ? a : b;
}

static enum pc_result take_memory(struct pc_stream *stream, struct pc_error *error) {
  const struct pc_generator *generator = &stream->generator;
  uint32_t keys = generator->keys + generator->static_keys;
  /* Values are written in words of 8 bytes. */
  size_t value = larger(generator->value_size_max, generator->static_size_max) + sizeof(uint64_t);
  stream->keys = calloc(keys, sizeof *stream->keys);
  stream->key_bytes = calloc(keys, generator->key_size_max);
  stream->buffer = malloc(value);
  stream->again = malloc(value);
  if (stream->keys == NULL || stream->key_bytes == NULL || stream->buffer == NULL || stream->again == NULL) {
    return pc_fail_memory(error);
  }
  return pc_ranks_create(&stream->ranks, &generator->popularity, generator->keys, error);
}

static void make_keys(struct pc_stream *stream, uint64_t seed) {
  for (uint32_t rank = 0; rank < pc_stream_key_count(stream); rank++) {
    uint8_t *key = stream->key_bytes + (size_t)rank * stream->generator.key_size_max;
    stream->keys[rank] = (struct pc_bytes){key, make_key(&stream->generator, seed, rank, key)};
  }
}

enum pc_result pc_stream_open(struct pc_stream **stream, const struct pc_generator *generator, uint64_t seed,
                              struct pc_error *error) {
  *stream = NULL;
  enum pc_result result = pc_generator_check(generator, error);
  if (result != PC_OK) {
    return result;
  }
  struct pc_stream *made = calloc(1, sizeof *made);
  if (made == NULL) {
    return pc_fail_memory(error);
  }
  *made = (struct pc_stream){
      .generator = *generator,
      .mix_sum = pc_mix_sum(generator),
      .kinds = seed_stream(seed, STREAM_KINDS),
      .levels = seed_stream(seed, STREAM_LEVELS),
      .ranks_stream = seed_stream(seed, STREAM_RANKS),
      .values = seed_stream(seed, STREAM_VALUES),
  };
  result = take_memory(made, error);
  if (result != PC_OK) {
    pc_stream_close(made);
    return result;
  }
  make_keys(made, seed);
  *stream = made;
  return PC_OK;
}

enum pc_result pc_stream_open_list(struct pc_stream **stream, const struct pc_workload *workload,
                                   struct pc_error *error) {
  *stream = calloc(1, sizeof **stream);
  if (*stream == NULL) {
    return pc_fail_memory(error);
  }
  (*stream)->list = workload;
  return PC_OK;
}

void pc_stream_close(struct pc_stream *stream) {
  if (stream != NULL) {
    pc_ranks_free(&stream->ranks);
    free(stream->keys);
    free(stream->key_bytes);
    free(stream->buffer);
    free(stream->again);
    free(stream);
  }
}

static uint64_t mix_in(uint64_t word) {
  switch (word & 15u) {
    case 0:
    case 1:
      return UINT64_MAX;
    case 2:
      return 0;
    default:
      return word;
  }
}

/* Draws a value; the same from the same state. */
static struct pc_bytes draw_value(const struct pc_generator *generator, bool is_static, struct pc_random *random,
                                  uint8_t *bytes) {
  uint32_t size = is_static ? draw_size(random, generator->static_size_min, generator->static_size_max)
                            : draw_size(random, generator->value_size_min, generator->value_size_max);
  for (uint32_t i = 0; i < size; i += sizeof(uint64_t)) {
    uint64_t drawn = pc_random_next(random);
    uint64_t word = htole64(generator->mixed_bytes ? mix_in(drawn) : drawn);
    memcpy(bytes + i, &word, sizeof word);
  }
  return (struct pc_bytes){bytes, size};
}

static enum pc_operation_kind draw_kind(struct pc_stream *stream) {
  uint64_t draw = pc_random_below(&stream->kinds, stream->mix_sum);
  int kind = 0;
  while (draw >= stream->generator.mix[kind]) {
    draw -= stream->generator.mix[kind++];
  }
  return (enum pc_operation_kind)kind;
}

static void put(struct pc_stream *stream, struct pc_streamed *next) {
  next->token = stream->values.state;
  next->value = draw_value(&stream->generator, next->key >= stream->generator.keys, &stream->values, stream->buffer);
}

static void generate(struct pc_stream *stream, struct pc_streamed *next) {
  static const enum pc_maintenance levels[] = {PC_MAINTAIN_PARTIAL, PC_MAINTAIN_FULL, PC_MAINTAIN_HEAVY};
  next->kind = draw_kind(stream);
  switch (next->kind) {
    case PC_PUT:
      next->key = pc_ranks_draw(&stream->ranks, &stream->ranks_stream);
      put(stream, next);
      break;
    case PC_DELETE:
    case PC_GET:
      next->key = pc_ranks_draw(&stream->ranks, &stream->ranks_stream);
      break;
    case PC_MAINTAIN:
      next->level = levels[pc_random_below(&stream->levels, 3)];
      break;
    case PC_REBOOT:
    case PC_OPERATION_KINDS:
      break;
  }
}

static void repeat(const struct pc_stream *stream, struct pc_streamed *next) {
  uint64_t index = stream->position % stream->list->operation_count;
  const struct pc_operation *operation = &stream->list->operations[index];
  *next = (struct pc_streamed){.kind = operation->kind,
                               .level = operation->level,
                               .key = operation->key,
                               .value = operation->value,
                               .token = index};
}

void pc_stream_next(struct pc_stream *stream, struct pc_streamed *next) {
  *next = (struct pc_streamed){0};
  if (stream->list != NULL) {
    repeat(stream, next);
  } else if (stream->position < stream->generator.static_keys) {
    next->kind = PC_PUT;
    next->key = stream->generator.keys + (uint32_t)stream->position;
    put(stream, next);
  } else {
    generate(stream, next);
  }
  stream->position++;
}

uint32_t pc_stream_key_count(const struct pc_stream *stream) {
  return stream->list != NULL ? stream->list->key_count : stream->generator.keys + stream->generator.static_keys;
}

struct pc_bytes pc_stream_key(const struct pc_stream *stream, uint32_t key) {
  return stream->list != NULL ? stream->list->keys[key] : stream->keys[key];
}

size_t pc_stream_largest_value(const struct pc_stream *stream) {
  size_t largest = larger(stream->generator.value_size_max, stream->generator.static_size_max);
  for (uint32_t i = 0; stream->list != NULL && i < stream->list->operation_count; i++) {
    largest = larger(largest, stream->list->operations[i].value.size);
  }
  return largest;
}

struct pc_bytes pc_stream_value(struct pc_stream *stream, uint32_t key, uint64_t token) {
  if (stream->list != NULL) {
    return stream->list->operations[token].value;
  }
  struct pc_random random = {token};
  return draw_value(&stream->generator, key >= stream->generator.keys, &random, stream->again);
}
