/* What changes cells: flash operations, tears and undoing them. */
#include <assert.h>
#include <string.h>

#include "ecc.h"
#include "powercut/random.h"
#include "state.h"
#include "words.h"

static void count_up(uint8_t *count) {
  if (*count < UINT8_MAX) {
    (*count)++;
  }
}

/* Program counts after an operation that ran to its end. */
static void count_whole(uint8_t *counts, size_t units, enum pc_flash_operation_kind kind) {
  if (kind == PC_ERASE) {
    memset(counts, 0, units);
    return;
  }
  for (size_t i = 0; i < units; i++) {
    count_up(&counts[i]);
  }
}

static bool is_zero(const uint8_t *bytes, size_t size) {
  uint8_t any = 0;
  for (size_t i = 0; i < size; i++) {
    any |= bytes[i];
  }
  return any == 0;
}

/* Whether a tear leaves check bits in a unit that are not those of its data. */
static bool unbalances(const struct pc_device *device, const struct pc_flash_operation *operation, size_t unit) {
  size_t words = operation->syndromes == NULL ? 0 : device->profile.program_unit / device->profile.ecc_word;
  return words > 0 && !is_zero(operation->syndromes + unit * words * PC_SYNDROME_SIZE, words * PC_SYNDROME_SIZE);
}

/* Program counts after a tear; `device` still holds the cells before it. */
static void count_torn(const struct pc_device *device, const struct pc_flash_operation *operation, uint8_t *counts,
                       size_t units) {
  size_t unit = device->profile.program_unit;
  for (size_t i = 0; i < units; i++) {
    const uint8_t *after = operation->after + i * unit;
    if (operation->kind == PC_PROGRAM) {
      bool weakened = operation->weak != NULL && !is_zero(operation->weak + i * unit, unit);
      if (weakened || unbalances(device, operation, i) ||
          memcmp(device->cells + operation->address + i * unit, after, unit) != 0) {
        count_up(&counts[i]);
      }
    } else if (memcmp(after, device->erased, unit) == 0 && !unbalances(device, operation, i)) {
      counts[i] = 0;
    }
  }
}

/* A program is spread over the sectors that it reaches into. */
static void count_programmed_bytes(struct pc_device *device, uint32_t address, uint32_t size, bool undo) {
  uint32_t sector_size = device->profile.sector_size;
  uint32_t sector = pc_divide(&device->sector, address);
  uint32_t room = sector_size - pc_remainder(&device->sector, address);
  while (size > 0) {
    uint32_t part = size < room ? size : room;
    uint64_t *bytes = &device->wear[sector].programmed_bytes;
    *bytes = undo ? *bytes - part : *bytes + part;
    size -= part;
    room = sector_size;
    sector++;
  }
}

/* Programs of pages, or of units where there are none. */
static uint64_t programs_in(const struct pc_device *device, const struct pc_flash_operation *operation) {
  if (device->profile.page_size == 0) {
    return pc_divide(&device->unit, operation->size);
  }
  uint32_t last = operation->address + operation->size - 1;
  return pc_divide(&device->page, last) - pc_divide(&device->page, operation->address) + 1;
}

static void count_erase(struct pc_device *device, uint32_t size, uint64_t one) {
  const struct pc_profile *profile = &device->profile;
  device->work.erases += one;
  for (uint32_t i = 0; i < profile->erase_block_count; i++) {
    device->work.block_erases[i] += profile->erase_blocks[i].size == size ? one : 0;
  }
}

static void count_work(struct pc_device *device, const struct pc_flash_operation *operation, bool undo) {
  uint64_t one = undo ? UINT64_MAX : 1;
  if (operation->kind == PC_ROT) {
    return;
  }
  if (operation->kind == PC_ERASE) {
    count_erase(device, operation->size, one);
  } else {
    device->work.programs += one * programs_in(device, operation);
  }
  device->work.flash_operations += one;
}

static void count_wear(struct pc_device *device, const struct pc_flash_operation *operation, bool undo) {
  if (operation->kind == PC_ERASE) {
    uint32_t first = operation->address / device->profile.sector_size;
    uint32_t sectors = operation->size / device->profile.sector_size;
    for (uint32_t i = 0; i < sectors; i++) {
      uint64_t *erases = &device->wear[first + i].erases;
      device->wear_hash -= pc_random_mix(first + i, *erases);
      *erases += undo ? UINT64_MAX : 1;
      device->wear_hash += pc_random_mix(first + i, *erases);
    }
  } else if (operation->kind == PC_PROGRAM) {
    count_programmed_bytes(device, operation->address, operation->size, undo);
  }
}

/* Journals what is about to change; its bytes are still those before. */
static void journal(struct pc_device *device, const struct pc_flash_operation *operation) {
  const uint8_t *before = device->cells + operation->address;
  if (!device->has_planes && !operation->failed) {
    pc_journal_append(&device->journal, operation, before, NULL);
    return;
  }
  struct pc_journal_extras extras = {.weakness = device->weakness, .damage = device->damage};
  for (enum pc_plane_kind kind = 0; kind < PC_PLANE_KINDS; kind++) {
    extras.planes[kind] = pc_plane_range(device, kind, operation->address, operation->size);
  }
  pc_journal_append(&device->journal, operation, before, &extras);
}

/* Takes memory for the planes that the operation leaves something in. */
static bool prepare(struct pc_device *device, const struct pc_flash_operation *operation) {
  bool damages =
      operation->kind == PC_ROT || operation->ignored || operation->spoilt != NULL || operation->stuck != NULL;
  bool guards = device->profile.ecc_word > 0 && (operation->kind == PC_ROT || operation->syndromes != NULL);
  return (!guards || pc_plane_prepare(device, PC_PLANE_SYNDROMES)) &&
         (operation->weak == NULL || pc_plane_prepare(device, PC_PLANE_WEAK)) &&
         (!damages || pc_device_prepare_damage(device));
}

/* An operation that failed counts like a torn one, by what it did. */
static void count_programs(struct pc_device *device, const struct pc_flash_operation *operation) {
  uint8_t *counts = device->planes[PC_PLANE_COUNTS].bytes;
  size_t units = operation->size / device->profile.program_unit;
  if (counts == NULL || operation->kind == PC_ROT) {
    return;
  }
  counts += operation->address / device->profile.program_unit;
  if (operation->torn || operation->failed) {
    count_torn(device, operation, counts, units);
  } else {
    count_whole(counts, units, operation->kind);
  }
}

/* What the operation, whose bytes are not yet in the cells, leaves in the planes that are there. */
static void apply_to_planes(struct pc_device *device, const struct pc_flash_operation *operation) {
  pc_planes_touch(device, operation->address, operation->size);
  count_programs(device, operation);
  if (device->planes[PC_PLANE_WEAK].bytes != NULL) {
    pc_weak_apply(device, operation);
  }
  if (device->planes[PC_PLANE_SPOILT].bytes != NULL) {
    pc_damage_apply(device, operation);
  }
  if (device->planes[PC_PLANE_SYNDROMES].bytes != NULL) {
    pc_guard_apply(device, operation);
  }
}

/* A part that looks at what it did tells of cells that are stuck where it should have changed them. */
static void tell_failure(const struct pc_device *device, struct pc_flash_operation *operation, bool silently) {
  if (device->profile.verifies && operation->ignored && !silently && operation->kind != PC_ROT) {
    operation->ignored = false;
    operation->failed = true;
  }
}

void pc_device_apply(struct pc_device *device, const struct pc_flash_operation *asked) {
  const struct pc_flash_operation *operation = asked;
  struct pc_flash_operation held;
  const struct pc_wearing *worn = NULL;
  if (!prepare(device, operation)) {
    device->journal.failed = true;
    return;
  }
  if (device->planes[PC_PLANE_STUCK].bytes != NULL) {
    held = *asked;
    operation = &held;
    worn = device->armed != NULL ? pc_wear_out(device, &held) : NULL;
    pc_damage_hold_stuck(device, &held);
    tell_failure(device, &held, asked->ignored);
  }
  journal(device, operation);
  if (device->has_planes) {
    apply_to_planes(device, operation);
  }
  pc_hash_touch(device->hash, operation->address, operation->size);
  pc_copy_short(device->cells + operation->address, operation->after, operation->size);
  count_wear(device, operation, false);
  count_work(device, operation, false);
  device->damage.failures += operation->failed;
  if (device->armed != NULL) {
    pc_armed_count(device, operation, false);
  }
  if (worn != NULL) {
    pc_wear_out_end(worn, operation->size);
  }
}

void pc_device_redo(struct pc_device *device, const struct pc_flash_operation *operation) {
  assert(operation->size > 0 && operation->address <= device->size &&
         operation->size <= device->size - operation->address);
  pc_device_apply(device, operation);
}

void pc_device_tear(struct pc_device *device, const struct pc_flash_operation *operation, const uint8_t *torn) {
  assert(operation->size > 0 && operation->address <= device->size &&
         operation->size <= device->size - operation->address);
  assert(memcmp(device->cells + operation->address, operation->before, operation->size) == 0);
  struct pc_flash_operation tear = *operation;
  tear.torn = true;
  tear.after = torn;
  pc_device_apply(device, &tear);
}

size_t pc_device_mark(const struct pc_device *device) {
  return device->journal.count;
}

struct pc_flash_operation pc_device_journalled(const struct pc_device *device, size_t index) {
  return pc_journal_entry(&device->journal, index, device->erased).operation;
}

static void undo_extras(struct pc_device *device, uint32_t address, uint32_t size,
                        const struct pc_journal_extras *extras) {
  pc_planes_touch(device, address, size);
  for (enum pc_plane_kind kind = 0; kind < PC_PLANE_KINDS; kind++) {
    if (extras->planes[kind].size > 0 && kind != PC_PLANE_WEAK) {
      pc_plane_restore(device, kind, address, extras->planes[kind]);
    }
  }
  if (extras->planes[PC_PLANE_WEAK].size > 0) {
    pc_weak_restore(device, address, extras->planes[PC_PLANE_WEAK], extras->weakness);
  }
  device->damage = extras->damage;
}

static void undo(struct pc_device *device, const struct pc_journal_entry *entry) {
  const struct pc_flash_operation *operation = &entry->operation;
  pc_hash_touch(device->hash, operation->address, operation->size);
  memcpy(device->cells + operation->address, operation->before, operation->size);
  if (entry->has_extras) {
    undo_extras(device, operation->address, operation->size, &entry->extras);
  }
  count_wear(device, operation, true);
  count_work(device, operation, true);
  if (device->armed != NULL) {
    pc_armed_count(device, operation, true);
  }
}

void pc_device_rollback(struct pc_device *device, size_t mark) {
  assert(mark <= device->journal.count);
  for (size_t i = device->journal.count; i > mark; i--) {
    struct pc_journal_entry entry = pc_journal_entry(&device->journal, i - 1, device->erased);
    undo(device, &entry);
  }
  pc_journal_truncate(&device->journal, mark);
}

void pc_device_forget(struct pc_device *device) {
  pc_journal_truncate(&device->journal, 0);
}

void pc_device_set_journal(struct pc_device *device, bool on) {
  assert(on || device->journal.count == 0);
  device->journal.off = !on;
}

bool pc_device_failed(const struct pc_device *device) {
  return device->journal.failed;
}
