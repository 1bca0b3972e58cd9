#include "update.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A text that lives in the arena; NULL: no memory. */
static char *keep_text(struct pc_arena **arena, const void *text, size_t size) {
  char *kept = (char *)pc_arena_take(arena, size + 1);
  if (kept != NULL) {
    if (size > 0) {
      memcpy(kept, text, size);
    }
    kept[size] = '\0';
  }
  return kept;
}

/* An array in the arena, which takes bytes of any alignment. */
static void *keep_array(struct pc_arena **arena, size_t count, size_t size) {
  const size_t alignment = _Alignof(max_align_t);
  uint8_t *taken = pc_arena_take(arena, count * size + alignment);
  return taken == NULL ? NULL : taken + (alignment - (uintptr_t)taken % alignment) % alignment;
}

/* Turns hex digits into a text in their place; its size, or SIZE_MAX if they are none, or hold a NUL. */
static size_t decode_hex(char *text, size_t size) {
  if (size % 2 != 0) {
    return SIZE_MAX;
  }
  for (size_t i = 0; i < size; i += 2) {
    int high = pc_hex_value((uint8_t)text[i]), low = pc_hex_value((uint8_t)text[i + 1]);
    if (high < 0 || low < 0 || high + low == 0) {
      return SIZE_MAX;
    }
    text[i / 2] = (char)(high << 4 | low);
  }
  return size / 2;
}

#define EXCERPT 40 /* bytes of a field that a message shows */
static int shown(size_t size) {
  return size < EXCERPT ? (int)size : EXCERPT;
}

static enum pc_result read_change(struct pc_arena **arena, struct pc_bytes field, struct pc_parameter *change,
                                  struct pc_error *error) {
  const char *text = (const char *)field.data;
  const char *equals = memchr(text, '=', field.size);
  if (equals == NULL || equals == text) {
    return pc_fail(error, PC_BAD_INPUT, "an update takes NAME=VALUE, not '%.*s'", shown(field.size), text);
  }
  size_t size = field.size - (size_t)(equals + 1 - text);
  const bool in_hex = size >= 4 && memcmp(equals + 1, "hex:", 4) == 0;
  char *name = keep_text(arena, text, (size_t)(equals - text));
  char *value = in_hex ? keep_text(arena, equals + 5, size - 4) : keep_text(arena, equals + 1, size);
  if (name == NULL || value == NULL) {
    return pc_fail_memory(error);
  }
  if (in_hex) {
    size = decode_hex(value, size - 4);
    if (size == SIZE_MAX) {
      return pc_fail(error, PC_BAD_INPUT, "the value of %.*s is not hex digits of a text", shown(strlen(name)), name);
    }
    value[size] = '\0';
  }
  *change = (struct pc_parameter){.name = name, .value = value};
  return PC_OK;
}

static bool is_changed(const struct pc_parameter *changes, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(changes[i].name, name) == 0) {
      return true;
    }
  }
  return false;
}

/* An update with room for so many changes; NULL: no memory. */
static struct pc_update *take_update(struct pc_arena **arena, size_t count, const char *place,
                                     struct pc_parameter **changes) {
  struct pc_update *update = keep_array(arena, 1, sizeof *update);
  const char *kept = keep_text(arena, place, strlen(place));
  *changes = keep_array(arena, count, sizeof **changes);
  if (update == NULL || kept == NULL || *changes == NULL) {
    return NULL;
  }
  *update = (struct pc_update){.changes = *changes, .count = count, .place = kept};
  return update;
}

enum pc_result pc_update_read(struct pc_arena **arena, const struct pc_bytes *fields, size_t count, const char *place,
                              const struct pc_update **update, struct pc_error *error) {
  if (count == 0) {
    return pc_fail(error, PC_BAD_INPUT, "too short: the line must be 'update NAME=VALUE ...'");
  }
  if (count > PC_MAX_UPDATE_CHANGES) {
    return pc_fail(error, PC_BAD_INPUT, "more than %u parameters in an update", PC_MAX_UPDATE_CHANGES);
  }
  struct pc_parameter *changes;
  *update = take_update(arena, count, place, &changes);
  enum pc_result result = *update == NULL ? pc_fail_memory(error) : PC_OK;
  for (size_t i = 0; result == PC_OK && i < count; i++) {
    result = read_change(arena, fields[i], &changes[i], error);
    if (result == PC_OK && is_changed(changes, i, changes[i].name)) {
      result = pc_fail(error, PC_BAD_INPUT, "'%.*s' is given twice in the update", shown(strlen(changes[i].name)),
                       changes[i].name);
    }
  }
  return result;
}

void pc_update_write(const struct pc_update *update, struct pc_buffer *text) {
  for (size_t i = 0; i < update->count; i++) {
    const struct pc_parameter *change = &update->changes[i];
    const struct pc_bytes value = {.data = (const uint8_t *)change->value, .size = strlen(change->value)};
    pc_buffer_print(text, " %s=", change->name);
    if (value.size > 0) {
      pc_buffer_key(text, value);
    }
  }
}

const struct pc_parameter *pc_update_apply(const struct pc_update *update, struct pc_parameter *parameters,
                                           size_t count) {
  for (size_t i = 0; i < update->count; i++) {
    const struct pc_parameter *change = &update->changes[i];
    size_t at = 0;
    while (at < count && strcmp(parameters[at].name, change->name) != 0) {
      at++;
    }
    if (at == count) {
      return change;
    }
    parameters[at].value = change->value;
  }
  return NULL;
}

/* The update, copied into the workload; NULL: no memory. */
static const struct pc_update *keep_update(struct pc_arena **arena, const struct pc_update *update) {
  struct pc_parameter *changes;
  struct pc_update *kept = take_update(arena, update->count, update->place, &changes);
  for (size_t i = 0; kept != NULL && i < update->count; i++) {
    const struct pc_parameter *change = &update->changes[i];
    const char *name = keep_text(arena, change->name, strlen(change->name));
    const char *value = keep_text(arena, change->value, strlen(change->value));
    changes[i] = (struct pc_parameter){.name = name, .value = value};
    kept = name == NULL || value == NULL ? NULL : kept;
  }
  return kept;
}

enum pc_result pc_workload_update(struct pc_workload *workload, const struct pc_scheduled_update *updates, size_t count,
                                  struct pc_error *error) {
  const uint32_t before = workload->operation_count;
  struct pc_operation *operations = calloc(before + count, sizeof *operations);
  if (operations == NULL) {
    return pc_fail_memory(error);
  }
  uint32_t taken = 0;
  for (size_t i = 0; i < count; i++) {
    const struct pc_update *update = keep_update(&workload->arena, &updates[i].update);
    if (update == NULL) {
      free(operations);
      return pc_fail_memory(error);
    }
    memcpy(&operations[taken + i], &workload->operations[taken], (updates[i].after - taken) * sizeof *operations);
    taken = updates[i].after;
    operations[taken + i] = (struct pc_operation){.kind = PC_REBOOT, .update = update};
  }
  memcpy(&operations[taken + count], &workload->operations[taken], (before - taken) * sizeof *operations);
  free(workload->operations);
  workload->operations = operations;
  workload->operation_count = before + (uint32_t)count;
  return PC_OK;
}
