/* Making values short, and values and keys plain. */
#include <stdlib.h>
#include <string.h>

#include "shrinking.h"

/* Room for "a" to "z", and then "k26" and so on to "k64999", filled up. */
#define NAME_SIZE 16u

static bool is_put(const struct pc_operation *operation) {
  return operation->kind == PC_PUT;
}

static void cut_value(struct pc_operation *operation, size_t size) {
  if (is_put(operation) && operation->value.size > size) {
    operation->value.size = size;
  }
}

/* All of them at once to the least size that does. */
static enum pc_result cut_all_values(struct pc_shrinking *shrinking, struct pc_error *error) {
  static const size_t sizes[] = {0, 1, 4, 16, 64, 256};
  enum pc_result result = PC_OK;
  bool seen = false;
  for (size_t i = 0; result == PC_OK && !seen && i < sizeof sizes / sizeof sizes[0]; i++) {
    for (uint32_t j = 0; j < shrinking->candidate.count; j++) {
      cut_value(&shrinking->candidate.operations[j], sizes[i]);
    }
    result = pc_shrinking_try(shrinking, &shrinking->search, &seen, error);
  }
  return result;
}

static enum pc_result try_size(struct pc_shrinking *shrinking, uint32_t index, size_t size, bool *seen,
                               struct pc_error *error) {
  cut_value(&shrinking->candidate.operations[index], size);
  return pc_shrinking_try(shrinking, &shrinking->search, seen, error);
}

/* To nothing, else by halves. */
static enum pc_result cut_value_of(struct pc_shrinking *shrinking, uint32_t index, struct pc_error *error) {
  const struct pc_bytes *value = &shrinking->draft.operations[index].value;
  bool seen = true;
  if (!is_put(&shrinking->draft.operations[index]) || value->size == 0) {
    return PC_OK;
  }
  enum pc_result result = try_size(shrinking, index, 0, &seen, error);
  for (seen = !seen; result == PC_OK && seen && value->size > 1;) {
    result = try_size(shrinking, index, value->size / 2, &seen, error);
  }
  return result;
}

/* A byte that differs from operation to operation, as values must that are to be told apart. */
static void make_value_plain(struct pc_shrinking *shrinking, uint32_t index, uint8_t *bytes) {
  struct pc_operation *operation = &shrinking->candidate.operations[index];
  if (is_put(operation) && operation->value.size > 0) {
    memset(bytes, (int)(index % 254 + 1), operation->value.size);
    operation->value.data = bytes;
  }
}

static enum pc_result make_values_plain(struct pc_shrinking *shrinking, uint8_t *bytes, struct pc_error *error) {
  const struct pc_draft *draft = &shrinking->draft;
  size_t used = 0;
  bool seen;
  for (uint32_t i = 0; i < draft->count; i++) {
    make_value_plain(shrinking, i, bytes + used);
    used += is_put(&draft->operations[i]) ? draft->operations[i].value.size : 0;
  }
  enum pc_result result = pc_shrinking_try(shrinking, &shrinking->search, &seen, error);
  used = 0;
  for (uint32_t i = 0; result == PC_OK && !seen && i < draft->count && !pc_shrinking_is_over(shrinking); i++) {
    size_t size = is_put(&draft->operations[i]) ? draft->operations[i].value.size : 0;
    bool one = false;
    make_value_plain(shrinking, i, bytes + used);
    if (size > 0) {
      result = pc_shrinking_try(shrinking, &shrinking->search, &one, error);
    }
    used += size;
  }
  return result;
}

/* Names the key with this number, and says how long its name is. */
static size_t make_name(uint32_t number, uint8_t *name) {
  uint32_t digits = 0, rest = number;
  if (number < 26) {
    name[0] = (uint8_t)('a' + number);
    return 1;
  }
  do {
    digits++;
    rest /= 10;
  } while (rest > 0);
  name[0] = 'k';
  for (uint32_t i = digits; i > 0; i--) {
    name[i] = (uint8_t)('0' + number % 10);
    number /= 10;
  }
  return digits + 1;
}

/* Names the keys in the candidate, in order of first use. `names` has room for one of each operation; a name that is
   shorter than the key is filled up with dots if it is to be as long. */
static enum pc_result name_keys(struct pc_shrinking *shrinking, uint8_t *names, bool as_long, struct pc_error *error) {
  struct pc_draft *candidate = &shrinking->candidate;
  bool *named = calloc((size_t)candidate->key_count + 1, sizeof *named);
  if (named == NULL) {
    return pc_fail_memory(error);
  }
  uint32_t number = 0;
  for (uint32_t i = 0; i < candidate->count; i++) {
    const struct pc_operation *operation = &candidate->operations[i];
    bool has_key = operation->kind == PC_PUT || operation->kind == PC_DELETE || operation->kind == PC_GET;
    if (has_key && !named[operation->key]) {
      uint8_t *name = names + (size_t)number * NAME_SIZE;
      struct pc_bytes *key = &candidate->keys[operation->key];
      size_t size = make_name(number++, name), before = key->size;
      named[operation->key] = true;
      memset(name + size, '.', NAME_SIZE - size);
      *key = (struct pc_bytes){.data = name, .size = as_long && before > size && before <= NAME_SIZE ? before : size};
    }
  }
  free(named);
  return PC_OK;
}

static enum pc_result make_keys_plain(struct pc_shrinking *shrinking, uint8_t *names, struct pc_error *error) {
  bool seen = false;
  enum pc_result result = PC_OK;
  for (int as_long = 0; result == PC_OK && !seen && as_long < 2; as_long++) {
    result = name_keys(shrinking, names, as_long == 1, error);
    if (result == PC_OK) {
      result = pc_shrinking_try(shrinking, &shrinking->search, &seen, error);
    }
  }
  return result;
}

static size_t texts_size(const struct pc_draft *draft) {
  size_t size = (size_t)draft->count * NAME_SIZE;
  for (uint32_t i = 0; i < draft->count; i++) {
    size += is_put(&draft->operations[i]) ? draft->operations[i].value.size : 0;
  }
  return size;
}

enum pc_result pc_shrink_texts(struct pc_shrinking *shrinking, struct pc_error *error) {
  enum pc_result result = cut_all_values(shrinking, error);
  for (uint32_t i = 0; result == PC_OK && i < shrinking->draft.count && !pc_shrinking_is_over(shrinking); i++) {
    result = cut_value_of(shrinking, i, error);
  }
  if (result != PC_OK) {
    return result;
  }
  uint8_t *texts = malloc(texts_size(&shrinking->draft) + 1);
  if (texts == NULL) {
    return pc_fail_memory(error);
  }
  shrinking->texts[shrinking->texts[0] == NULL ? 0 : 1] = texts;
  if (shrinking->order->workload->initial_count == 0) { /* else keys are what they are on the image */
    result = make_keys_plain(shrinking, texts, error);
  }
  return result == PC_OK ? make_values_plain(shrinking, texts + (size_t)shrinking->draft.count * NAME_SIZE, error)
                         : result;
}
