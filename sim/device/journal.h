/*
 * The undo journal: one growing arena of bytes and a record for each flash operation. It knows what to keep and where,
 * not what the bytes mean; undoing is the device's.
 */
#ifndef PC_DEVICE_JOURNAL_H
#define PC_DEVICE_JOURNAL_H

#include "planes.h"
#include "powercut/device.h"

struct pc_journal_record {
  uint64_t hash; /* the device's, before the operation */
  size_t offset; /* in the arena: the bytes before, then those after unless they are shared, then the planes before */
  uint32_t address, size;
  uint32_t plane_size[PC_PLANE_KINDS]; /* entries that the operation may change, 0 where there is no such plane */
  enum pc_weakness weakness;
  struct pc_damage damage;
  enum pc_flash_operation_kind kind;
  bool torn, failed, ignored;
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
  struct pc_bytes planes[PC_PLANE_KINDS]; /* before, as are all that follow */
  enum pc_weakness weakness;
  struct pc_damage damage;
  uint64_t hash;
};

/* Copies the entry's bytes to the journal; of an erase that did all it should only those before. Does nothing while off
 * or failed. */
void pc_journal_append(struct pc_journal *journal, const struct pc_journal_entry *entry);

/* The entry `index`, below count; its bytes are the journal's. `erased` is what such an erase leaves. */
struct pc_journal_entry pc_journal_entry(const struct pc_journal *journal, size_t index, const uint8_t *erased);

/* Drops the entries from `count` on. */
void pc_journal_truncate(struct pc_journal *journal, size_t count);

void pc_journal_free(struct pc_journal *journal);

#endif
