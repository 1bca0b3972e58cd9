#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "builder.h"
#include "popularity.h"
#include "powercut/random.h"
#include "powercut/workload.h"

/* The streams of random numbers, so that changing what one of them decides leaves the others as they were. */
enum stream { STREAM_KINDS, STREAM_LEVELS, STREAM_RANKS, STREAM_KEYS, STREAM_VALUES };

static struct pc_random stream(uint64_t seed, enum stream which) {
  static const uint64_t WORKLOAD = 0x776F726B6C6F6164u; /* "workload": apart from what else the seed is used for */
  return (struct pc_random){pc_random_mix(pc_random_mix(seed, WORKLOAD), (uint64_t)which)};
}

static const char ALPHABET[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
enum { ALPHABET_SIZE = sizeof ALPHABET - 1 };

/* How many letters tell `keys` keys apart. */
static uint32_t count_digits(uint32_t keys) {
  uint32_t digits = 1;
  for (uint32_t reach = ALPHABET_SIZE; reach < keys; reach *= ALPHABET_SIZE) {
    digits++;
  }
  return digits;
}

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

static uint64_t sum_mix(const struct pc_generator *generator) {
  uint64_t sum = 0;
  for (int kind = 0; kind < PC_OPERATION_KINDS; kind++) {
    sum += generator->mix[kind];
  }
  return sum;
}

static enum pc_result check_generator(const struct pc_generator *generator, struct pc_error *error) {
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
  };
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    enum pc_result result = check_range(ranges[i].name, ranges[i].number, ranges[i].min, ranges[i].max, error);
    if (result != PC_OK) {
      return result;
    }
  }
  if (count_digits(generator->keys) > generator->key_size_max) {
    return pc_fail(error, PC_BAD_INPUT, "key_size_max must be at least %u for %u distinct keys, not %u",
                   count_digits(generator->keys), generator->keys, generator->key_size_max);
  }
  if (sum_mix(generator) == 0) {
    return pc_fail(error, PC_BAD_INPUT, "mix must give at least one operation a weight above 0");
  }
  return check_popularity(&generator->popularity, error);
}

/* What generating needs besides the generator. */
struct work {
  const struct pc_generator *generator;
  uint64_t seed;
  uint64_t mix_sum;
  struct pc_random kinds, levels, ranks_stream, values;
  struct pc_ranks ranks;
  uint32_t *indices; /* of the key of each rank, plus 1; 0: not used yet */
  struct pc_builder builder;
};

static uint32_t draw_size(struct pc_random *random, uint32_t min, uint32_t max) {
  return min + (uint32_t)pc_random_below(random, (uint64_t)max - min + 1);
}

/* The rank's digits, lowest first, tell it apart; letters at random make up its length. */
static bool make_key(struct work *work, uint32_t rank, uint32_t *index) {
  const struct pc_generator *generator = work->generator;
  struct pc_random random = {pc_random_mix(stream(work->seed, STREAM_KEYS).state, rank)};
  uint32_t digits = count_digits(generator->keys);
  uint32_t min = generator->key_size_min > digits ? generator->key_size_min : digits;
  uint32_t size = draw_size(&random, min, generator->key_size_max);
  uint8_t key[PC_MAX_GENERATED_KEY_SIZE];
  uint32_t rest = rank;
  for (uint32_t i = 0; i < size; i++) {
    uint32_t letter = i < digits ? rest % ALPHABET_SIZE : (uint32_t)pc_random_below(&random, ALPHABET_SIZE);
    rest /= ALPHABET_SIZE;
    key[i] = (uint8_t)ALPHABET[letter];
  }
  return pc_builder_key(&work->builder, (struct pc_bytes){key, size}, index);
}

static bool draw_key(struct work *work, uint32_t *index) {
  uint32_t rank = pc_ranks_draw(&work->ranks, &work->ranks_stream);
  if (work->indices[rank] == 0) {
    if (!make_key(work, rank, index)) {
      return false;
    }
    work->indices[rank] = *index + 1;
  }
  *index = work->indices[rank] - 1;
  return true;
}

static bool draw_value(struct work *work, struct pc_bytes *value) {
  uint32_t size = draw_size(&work->values, work->generator->value_size_min, work->generator->value_size_max);
  uint8_t *bytes;
  if (!pc_builder_bytes(&work->builder, size, &bytes)) {
    return false;
  }
  uint64_t word = 0;
  for (uint32_t i = 0; i < size; i++) {
    word = i % 8 == 0 ? pc_random_next(&work->values) : word >> 8;
    bytes[i] = (uint8_t)word;
  }
  *value = (struct pc_bytes){bytes, size};
  return true;
}

static enum pc_operation_kind draw_kind(struct work *work) {
  uint64_t draw = pc_random_below(&work->kinds, work->mix_sum);
  int kind = 0;
  while (draw >= work->generator->mix[kind]) {
    draw -= work->generator->mix[kind++];
  }
  return (enum pc_operation_kind)kind;
}

static bool add_operation(struct work *work) {
  static const enum pc_maintenance levels[] = {PC_MAINTAIN_PARTIAL, PC_MAINTAIN_FULL, PC_MAINTAIN_HEAVY};
  struct pc_operation operation = {.kind = draw_kind(work)};
  switch (operation.kind) {
    case PC_PUT:
      if (!draw_key(work, &operation.key) || !draw_value(work, &operation.value)) {
        return false;
      }
      break;
    case PC_DELETE:
    case PC_GET:
      if (!draw_key(work, &operation.key)) {
        return false;
      }
      break;
    case PC_MAINTAIN:
      operation.level = levels[pc_random_below(&work->levels, 3)];
      break;
    case PC_REBOOT:
    case PC_OPERATION_KINDS:
      break;
  }
  return pc_builder_add(&work->builder, &operation);
}

static enum pc_result add_operations(struct work *work, struct pc_error *error) {
  const struct pc_generator *generator = work->generator;
  enum pc_result result = pc_ranks_create(&work->ranks, &generator->popularity, generator->keys, error);
  if (result != PC_OK) {
    return result;
  }
  work->indices = calloc(generator->keys, sizeof *work->indices);
  bool complete = work->indices != NULL;
  for (uint32_t i = 0; complete && i < generator->operations; i++) {
    complete = add_operation(work);
  }
  free(work->indices);
  pc_ranks_free(&work->ranks);
  return complete ? PC_OK : pc_fail_memory(error);
}

enum pc_result pc_workload_generate(const struct pc_generator *generator, uint64_t seed, struct pc_workload *workload,
                                    struct pc_error *error) {
  *workload = (struct pc_workload){0};
  enum pc_result result = check_generator(generator, error);
  if (result != PC_OK) {
    return result;
  }
  struct work work = {
      .generator = generator,
      .seed = seed,
      .mix_sum = sum_mix(generator),
      .kinds = stream(seed, STREAM_KINDS),
      .levels = stream(seed, STREAM_LEVELS),
      .ranks_stream = stream(seed, STREAM_RANKS),
      .values = stream(seed, STREAM_VALUES),
  };
  result = add_operations(&work, error);
  if (result != PC_OK) {
    pc_builder_abandon(&work.builder);
    return result;
  }
  *workload = pc_builder_finish(&work.builder);
  return PC_OK;
}
