#include "journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

/* All erases that did what they should leave the same bytes: the journal needs no copy of them. */
static bool keeps_after(const struct pc_flash_operation *operation) {
  return operation->kind != PC_ERASE || operation->torn || operation->failed || operation->ignored;
}

static bool reserve_record(struct pc_journal *journal) {
  if (journal->count < journal->record_capacity) {
    return true;
  }
  size_t capacity = journal->record_capacity == 0 ? 256 : journal->record_capacity * 2;
  struct pc_journal_record *records = reallocarray(journal->records, capacity, sizeof *records);
  if (records == NULL) {
    return false;
  }
  journal->records = records;
  journal->record_capacity = capacity;
  return true;
}

static bool reserve_bytes(struct pc_journal *journal, size_t size) {
  if (size <= journal->capacity - journal->size) {
    return true;
  }
  /* No sum overflows: one operation is at most 8 * 256 MiB, and what is there fits half the address space. */
  size_t needed = journal->size + size;
  uint8_t *arena = reallocarray(journal->arena, needed, 2);
  if (arena == NULL) {
    return false;
  }
  journal->arena = arena;
  journal->capacity = needed * 2;
  return true;
}

static void append_bytes(struct pc_journal *journal, const uint8_t *data, size_t size) {
  pc_copy_short(journal->arena + journal->size, data, size);
  journal->size += size;
}

/* The extras as the arena has them: this, and the planes' bytes behind it. */
struct packed_extras {
  size_t plane_size[PC_PLANE_KINDS];
  enum pc_weakness weakness;
  struct pc_damage damage;
};

static size_t extras_size(const struct pc_journal_extras *extras) {
  size_t size = sizeof(struct packed_extras);
  for (size_t kind = 0; kind < PC_PLANE_KINDS; kind++) {
    size += extras->planes[kind].size;
  }
  return size;
}

static void append_extras(struct pc_journal *journal, const struct pc_journal_extras *extras) {
  struct packed_extras packed;
  memset(&packed, 0, sizeof packed);
  packed.weakness = extras->weakness;
  packed.damage = extras->damage;
  for (size_t kind = 0; kind < PC_PLANE_KINDS; kind++) {
    packed.plane_size[kind] = extras->planes[kind].size;
  }
  append_bytes(journal, (const uint8_t *)&packed, sizeof packed);
  for (size_t kind = 0; kind < PC_PLANE_KINDS; kind++) {
    if (extras->planes[kind].size > 0) {
      append_bytes(journal, extras->planes[kind].data, extras->planes[kind].size);
    }
  }
}

void pc_journal_append(struct pc_journal *journal, const struct pc_flash_operation *operation, const uint8_t *before,
                       const struct pc_journal_extras *extras) {
  if (journal->off || journal->failed) {
    return;
  }
  size_t size = keeps_after(operation) ? 2 * (size_t)operation->size : operation->size;
  if (!reserve_record(journal) || !reserve_bytes(journal, size + (extras == NULL ? 0 : extras_size(extras)))) {
    journal->failed = true;
    return;
  }
  journal->records[journal->count++] = (struct pc_journal_record){
      .offset = journal->size,
      .address = operation->address,
      .size = operation->size,
      .kind = (uint8_t)operation->kind,
      .torn = operation->torn,
      .failed = operation->failed,
      .ignored = operation->ignored,
      .has_extras = extras != NULL,
  };
  append_bytes(journal, before, operation->size);
  if (size > operation->size) {
    append_bytes(journal, operation->after, operation->size);
  }
  if (extras != NULL) {
    append_extras(journal, extras);
  }
}

static void read_extras(const uint8_t *bytes, struct pc_journal_extras *extras) {
  struct packed_extras packed;
  memcpy(&packed, bytes, sizeof packed); /* at any address */
  extras->weakness = packed.weakness;
  extras->damage = packed.damage;
  bytes += sizeof packed;
  for (size_t kind = 0; kind < PC_PLANE_KINDS; kind++) {
    extras->planes[kind] = (struct pc_bytes){.data = bytes, .size = packed.plane_size[kind]};
    bytes += packed.plane_size[kind];
  }
}

struct pc_journal_entry pc_journal_entry(const struct pc_journal *journal, size_t index, const uint8_t *erased) {
  assert(index < journal->count);
  const struct pc_journal_record *record = &journal->records[index];
  const uint8_t *before = journal->arena + record->offset;
  struct pc_journal_entry entry;
  entry.operation = (struct pc_flash_operation){.kind = record->kind,
                                                .torn = record->torn,
                                                .failed = record->failed,
                                                .ignored = record->ignored,
                                                .address = record->address,
                                                .size = record->size,
                                                .before = before};
  bool own_after = keeps_after(&entry.operation);
  entry.operation.after = own_after ? before + record->size : erased;
  entry.has_extras = record->has_extras;
  if (record->has_extras) {
    read_extras(before + (size_t)record->size * (own_after ? 2 : 1), &entry.extras);
  }
  return entry;
}

void pc_journal_truncate(struct pc_journal *journal, size_t count) {
  assert(count <= journal->count);
  if (count < journal->count) {
    journal->size = journal->records[count].offset;
    journal->count = count;
  }
}

void pc_journal_free(struct pc_journal *journal) {
  free(journal->records);
  free(journal->arena);
  *journal = (struct pc_journal){0};
}
