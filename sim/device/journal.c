#include "journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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
  memcpy(journal->arena + journal->size, data, size);
  journal->size += size;
}

static size_t planes_size(const struct pc_journal_entry *entry) {
  size_t size = 0;
  for (size_t kind = 0; kind < PC_PLANE_KINDS; kind++) {
    size += entry->planes[kind].size;
  }
  return size;
}

void pc_journal_append(struct pc_journal *journal, const struct pc_journal_entry *entry) {
  const struct pc_flash_operation *operation = &entry->operation;
  if (journal->off || journal->failed) {
    return;
  }
  size_t copies = keeps_after(operation) ? 2 : 1;
  if (!reserve_record(journal) || !reserve_bytes(journal, operation->size * copies + planes_size(entry))) {
    journal->failed = true;
    return;
  }
  struct pc_journal_record *record = &journal->records[journal->count++];
  *record = (struct pc_journal_record){
      .hash = entry->hash,
      .offset = journal->size,
      .address = operation->address,
      .size = operation->size,
      .weakness = entry->weakness,
      .damage = entry->damage,
      .kind = operation->kind,
      .torn = operation->torn,
      .failed = operation->failed,
      .ignored = operation->ignored,
  };
  append_bytes(journal, operation->before, operation->size);
  if (copies == 2) {
    append_bytes(journal, operation->after, operation->size);
  }
  for (size_t kind = 0; kind < PC_PLANE_KINDS; kind++) {
    record->plane_size[kind] = (uint32_t)entry->planes[kind].size;
    if (entry->planes[kind].size > 0) {
      append_bytes(journal, entry->planes[kind].data, entry->planes[kind].size);
    }
  }
}

struct pc_journal_entry pc_journal_entry(const struct pc_journal *journal, size_t index, const uint8_t *erased) {
  assert(index < journal->count);
  const struct pc_journal_record *record = &journal->records[index];
  const uint8_t *before = journal->arena + record->offset;
  struct pc_journal_entry entry = {
      .operation = {.kind = record->kind,
                    .torn = record->torn,
                    .failed = record->failed,
                    .ignored = record->ignored,
                    .address = record->address,
                    .size = record->size,
                    .before = before},
      .weakness = record->weakness,
      .damage = record->damage,
      .hash = record->hash,
  };
  bool own_after = keeps_after(&entry.operation);
  entry.operation.after = own_after ? before + record->size : erased;
  const uint8_t *plane = before + (size_t)record->size * (own_after ? 2 : 1);
  for (size_t kind = 0; kind < PC_PLANE_KINDS; kind++) {
    entry.planes[kind] = (struct pc_bytes){.data = plane, .size = record->plane_size[kind]};
    plane += record->plane_size[kind];
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
