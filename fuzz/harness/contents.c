#include "contents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

/* A finding named WHERE: WHAT. */
__attribute__((noreturn)) static void find(const char *where, const char *what, struct pc_bytes key) {
  char signature[128], hex[2 * 64 + 1] = "";
  for (size_t i = 0; i < key.size && i < 64; i++) {
    (void)snprintf(hex + 2 * i, 3, "%02x", key.data[i]);
  }
  (void)snprintf(signature, sizeof signature, "%s: %s", where, what);
  pc_finding(signature, "key: %s", hex);
}

static int compare_bytes(struct pc_bytes a, struct pc_bytes b) {
  size_t size = a.size < b.size ? a.size : b.size;
  int order = size > 0 ? memcmp(a.data, b.data, size) : 0;
  return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_held(const void *a, const void *b) {
  return compare_bytes(((const struct pc_held *)a)->key, ((const struct pc_held *)b)->key);
}

/* Room for `size` more bytes, or NULL. */
static uint8_t *take(struct pc_contents *contents, size_t size) {
  if (size > PC_CONTENTS_BYTES - contents->used) {
    contents->incomparable = true;
    return NULL;
  }
  contents->used += size;
  return contents->bytes + contents->used - size;
}

static void visit(void *context, struct pc_bytes key) {
  struct pc_contents *contents = context;
  uint8_t *copy = take(contents, key.size);
  if (copy == NULL || contents->count == PC_CONTENTS_MAX) {
    contents->incomparable = true;
    return;
  }
  memcpy(copy, key.data, key.size);
  contents->held[contents->count++].key = (struct pc_bytes){.data = copy, .size = key.size};
}

static void read_value(struct pc_contents *contents, struct pc_held *held, struct pc_target *target,
                       const char *where) {
  size_t most = target->promises.max_value_size + 64;
  size_t size;
  uint8_t *value = take(contents, most);
  if (value == NULL) {
    return;
  }
  enum pc_status status = pc_target_get(target, held->key, value, most, &size);
  if (status != PC_STATUS_OK) {
    find(where, status == PC_STATUS_NOT_FOUND ? "iterating yields a key that is not there" : "a key can't be read",
         held->key);
  }
  contents->used -= most - size;
  held->value = (struct pc_bytes){.data = value, .size = size};
}

void pc_contents_read(struct pc_contents *contents, struct pc_target *target, const char *where) {
  contents->count = 0;
  contents->used = 0;
  contents->incomparable = false;
  if (pc_target_iterate(target, visit, contents) != PC_STATUS_OK) {
    find(where, "iterating fails", (struct pc_bytes){0});
  }
  for (uint32_t i = 0; i < contents->count && !contents->incomparable; i++) {
    read_value(contents, &contents->held[i], target, where);
  }
  if (contents->count > 0) {
    qsort(contents->held, contents->count, sizeof contents->held[0], compare_held);
  }
  for (uint32_t i = 1; i < contents->count; i++) {
    if (compare_held(&contents->held[i - 1], &contents->held[i]) == 0) {
      find(where, "iterating yields a key twice", contents->held[i].key);
    }
  }
}

/* A key, and its value if it is there: of what was expected and of what is. */
static void compare(const struct pc_held *expected, const struct pc_held *actual, const char *where) {
  int order = expected == NULL ? 1 : actual == NULL ? -1 : compare_bytes(expected->key, actual->key);
  if (order < 0) {
    find(where, "a key is gone", expected->key);
  }
  if (order > 0) {
    find(where, "a key has come", actual->key);
  }
  if (!pc_bytes_equal(expected->value, actual->value)) {
    find(where, "a value is another", actual->key);
  }
}

void pc_contents_expect(const struct pc_contents *expected, const struct pc_contents *actual, const char *where) {
  if (expected->incomparable || actual->incomparable) {
    return;
  }
  for (uint32_t i = 0; i < expected->count || i < actual->count; i++) {
    compare(i < expected->count ? &expected->held[i] : NULL, i < actual->count ? &actual->held[i] : NULL, where);
  }
}

void pc_contents_expect_decoded(const struct pc_decoded *expected, const struct pc_contents *actual,
                                const char *where) {
  if (actual->incomparable) {
    return;
  }
  for (uint32_t i = 0; i < expected->live_count || i < actual->count; i++) {
    struct pc_held live = {0};
    if (i < expected->live_count) {
      live = (struct pc_held){.key = expected->live[i].key, .value = expected->live[i].value};
    }
    compare(i < expected->live_count ? &live : NULL, i < actual->count ? &actual->held[i] : NULL, where);
  }
}

/* Transaction IDs that lie further apart than this have no order. */
#define WINDOW (1u << 30)

static bool clash(const struct pc_entry *a, const struct pc_entry *b) {
  return a->transaction_id == b->transaction_id && compare_bytes(a->key, b->key) == 0 &&
         (compare_bytes(a->value, b->value) != 0 || a->magic != b->magic || a->size != b->size);
}

/* Whether an entry's key or value holds what may be an entry's header. */
static bool holds_a_header(const struct pc_entry *entry) {
  const uint8_t *begin = entry->key.data, *end = entry->value.data + entry->value.size;
  size_t first = 16 - (size_t)entry->address % 16;
  for (const uint8_t *line = begin + first - 16; end - line >= 16; line += 16) {
    if (line[2] == 0x0D && line[3] == 0x60) {
      return true;
    }
    if (line[1] == 0xC3 && line[2] == 0x76 && line[3] == 0x6B) {
      return true;
    }
  }
  return false;
}

bool pc_contents_are_defined(const struct pc_decoded *decoded) {
  const struct pc_entry *first = NULL;
  for (uint32_t i = 0; i < decoded->entry_count; i++) {
    const struct pc_entry *entry = &decoded->entries[i];
    if (entry->state == PC_ENTRY_DAMAGED) {
      continue;
    }
    first = first == NULL ? entry : first;
    uint32_t distance = entry->transaction_id - first->transaction_id + WINDOW;
    if (distance > 2 * WINDOW || holds_a_header(entry)) {
      return false;
    }
    for (uint32_t j = 0; j < i; j++) {
      if (decoded->entries[j].state != PC_ENTRY_DAMAGED && clash(entry, &decoded->entries[j])) {
        return false;
      }
    }
  }
  return true;
}

void pc_contents_expect_contract(struct pc_target *target, const char *where) {
  struct pc_contract_violation first;
  if (pc_device_contract_violations(target->device, &first) > 0) {
    find(where, pc_rule_text(first.rule), (struct pc_bytes){0});
  }
  if (pc_device_stopped(target->device)) {
    find(where, "there is no end to it", (struct pc_bytes){0});
  }
}
