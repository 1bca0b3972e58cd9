/*
 * The undo journal: one growing arena of bytes and a record for each flash operation. It knows what to keep and where,
 * not what the bytes mean; undoing is the device's.
 */
#ifndef PC_DEVICE_JOURNAL_H
#define PC_DEVICE_JOURNAL_H

#include "powercut/device.h"

struct pc_journal_record {
  uint64_t hash; /* the device's, before the operation */
  size_t offset; /* in the arena: the bytes before, then those after unless they are shared, then the counts and the
                    weak cells before */
  uint32_t address, size;
  uint32_t weak_size; /* weak cells that the operation may change, 0 where there never was one */
  enum pc_weakness weakness;
  uint32_t count_size; /* program counts that the operation may change, 0 where they aren't kept */
  enum pc_flash_operation_kind kind;
  bool torn;
};

struct pc_journal {
  struct pc_journal_record *records;
  size_t count, record_capacity;
  uint8_t *arena;
  size_t size, capacity;
  bool off;
  bool failed; /* memory ran out: what happened since isn't recorded */
};

/* What one record keeps of an operation. */
struct pc_journal_entry {
  struct pc_flash_operation operation;
  struct pc_bytes counts; /* before */
  struct pc_bytes weak;   /* before */
  enum pc_weakness weakness;
  uint64_t hash; /* before */
};

/* Copies the entry's bytes to the journal; of a whole erase only those before. Does nothing while off or failed. */
void pc_journal_append(struct pc_journal *journal, const struct pc_journal_entry *entry);

/* The entry `index`, below count; its bytes are the journal's. `erased` is what a whole erase leaves. */
struct pc_journal_entry pc_journal_entry(const struct pc_journal *journal, size_t index, const uint8_t *erased);

/* Drops the entries from `count` on. */
void pc_journal_truncate(struct pc_journal *journal, size_t count);

void pc_journal_free(struct pc_journal *journal);

#endif
