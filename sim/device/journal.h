/*
 * The undo journal: one growing arena of bytes and a record for each flash operation. It knows what to keep and where,
 * not what the bytes mean; undoing is the device's.
 */
#ifndef PC_DEVICE_JOURNAL_H
#define PC_DEVICE_JOURNAL_H

#include "planes.h"
#include "powercut/device.h"

struct pc_journal_record {
  size_t offset; /* in the arena: the bytes before, then those after unless they are shared, then the extras */
  uint32_t address, size;
  uint8_t kind;
  bool torn, failed, ignored;
  bool has_extras;
};

struct pc_journal {
  struct pc_journal_record *records;
  size_t count, record_capacity;
  uint8_t *arena;
  size_t size, capacity;
  bool off;
  bool failed; /* memory ran out: what happened since isn't recorded */
};

/* What is kept beside the cells, of a device that has planes or an operation that failed; all as before it. */
struct pc_journal_extras {
  struct pc_bytes
      planes[PC_PLANE_KINDS]; /* entries that the operation may change; empty where there is no such plane */
  enum pc_weakness weakness;
  struct pc_damage damage;
};

/* What a record tells. */
struct pc_journal_entry {
  struct pc_flash_operation operation;
  bool has_extras;
  struct pc_journal_extras extras;
};

/* Copies the bytes before the operation (`before`, not its own) and those after it to the journal, of an erase that did
   all it should only the former, and the extras, if not NULL. Does nothing while off or failed. */
void pc_journal_append(struct pc_journal *journal, const struct pc_flash_operation *operation, const uint8_t *before,
                       const struct pc_journal_extras *extras);

/* The entry `index`, below count; its bytes are the journal's. `erased` is what such an erase leaves. */
struct pc_journal_entry pc_journal_entry(const struct pc_journal *journal, size_t index, const uint8_t *erased);

/* Drops the entries from `count` on. */
void pc_journal_truncate(struct pc_journal *journal, size_t count);

void pc_journal_free(struct pc_journal *journal);

#endif
