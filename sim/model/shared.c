#include "shared.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* 256 KiB: what the cuts in one operation leave fits many times over, and emptying it by counting up is free. */
#define SLOTS 16384u

enum pc_result pc_shared_open(struct pc_shared *shared, struct pc_error *error) {
  *shared = (struct pc_shared){.slots = calloc(SLOTS, sizeof *shared->slots), .round = 1};
  return shared->slots == NULL ? pc_fail_memory(error) : PC_OK;
}

void pc_shared_close(struct pc_shared *shared) {
  free(shared->slots);
  *shared = (struct pc_shared){0};
}

void pc_shared_forget(struct pc_shared *shared) {
  shared->round++;
  if (shared->round == 0) {
    memset(shared->slots, 0, SLOTS * sizeof *shared->slots);
    shared->round = 1;
  }
}

uint64_t pc_shared_memory(const struct pc_target *target) {
  return XXH3_64bits(target->memory, target->promises.memory_size);
}

bool pc_shared_find(const struct pc_shared *shared, uint64_t situation, uint32_t *checked) {
  const struct pc_shared_slot *slot = &shared->slots[situation % SLOTS];
  *checked = slot->checked;
  return slot->round == shared->round && slot->situation == situation;
}

void pc_shared_keep(struct pc_shared *shared, uint64_t situation, uint32_t checked) {
  shared->slots[situation % SLOTS] =
      (struct pc_shared_slot){.situation = situation, .round = shared->round, .checked = checked};
}

uint32_t pc_shared_checked(const struct pc_report *report) {
  uint32_t checked = 0;
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    checked |= (uint32_t)report->checked[invariant] << invariant;
  }
  return checked;
}

void pc_shared_count(uint32_t checked, struct pc_report *report) {
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    report->checked[invariant] = report->checked[invariant] || (checked >> invariant & 1u) != 0;
  }
}
