#include "journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* All erases that ran to their end leave the same bytes: the journal needs no copy of them. */
static bool keeps_after(enum pc_flash_operation_kind kind, bool torn) {
  return kind == PC_PROGRAM || torn;
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
  /* No sum overflows: one operation is at most 4 * 256 MiB, and what is there fits half the address space. */
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

void pc_journal_append(struct pc_journal *journal, const struct pc_journal_entry *entry) {
  const struct pc_flash_operation *operation = &entry->operation;
  if (journal->off || journal->failed) {
    return;
  }
  size_t copies = keeps_after(operation->kind, operation->torn) ? 2 : 1;
  if (!reserve_record(journal) ||
      !reserve_bytes(journal, operation->size * copies + entry->counts.size + entry->weak.size)) {
    journal->failed = true;
    return;
  }
  journal->records[journal->count++] = (struct pc_journal_record){
      .hash = entry->hash,
      .offset = journal->size,
      .address = operation->address,
      .size = operation->size,
      .count_size = (uint32_t)entry->counts.size,
      .weak_size = (uint32_t)entry->weak.size,
      .weakness = entry->weakness,
      .kind = operation->kind,
      .torn = operation->torn,
  };
  append_bytes(journal, operation->before, operation->size);
  if (copies == 2) {
    append_bytes(journal, operation->after, operation->size);
  }
  if (entry->counts.size > 0) {
    append_bytes(journal, entry->counts.data, entry->counts.size);
  }
  if (entry->weak.size > 0) {
    append_bytes(journal, entry->weak.data, entry->weak.size);
  }
}

struct pc_journal_entry pc_journal_entry(const struct pc_journal *journal, size_t index, const uint8_t *erased) {
  assert(index < journal->count);
  const struct pc_journal_record *record = &journal->records[index];
  const uint8_t *before = journal->arena + record->offset;
  bool own_after = keeps_after(record->kind, record->torn);
  const uint8_t *counts = before + (size_t)record->size * (own_after ? 2 : 1);
  return (struct pc_journal_entry){
      .operation = {.kind = record->kind,
                    .torn = record->torn,
                    .address = record->address,
                    .size = record->size,
                    .before = before,
                    .after = own_after ? before + record->size : erased},
      .counts = {.data = counts, .size = record->count_size},
      .weak = {.data = counts + record->count_size, .size = record->weak_size},
      .weakness = record->weakness,
      .hash = record->hash,
  };
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
