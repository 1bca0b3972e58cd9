#include "shared.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "powercut/model.h"

#define FEW 16384u             /* 256 KiB: what the cuts in one operation leave fits many times over */
#define MANY ((size_t)1 << 20) /* 16 MiB: a while of what a campaign comes to */

enum pc_result pc_shared_create(struct pc_shared **shared, struct pc_error *error) {
  *shared = calloc(1, sizeof **shared);
  if (*shared == NULL) {
    return pc_fail_memory(error);
  }
  (*shared)->count = MANY;
  return PC_OK;
}

void pc_shared_destroy(struct pc_shared *shared) {
  if (shared != NULL) {
    pc_shared_close(shared);
    free(shared);
  }
}

void pc_shared_close(struct pc_shared *shared) {
  free(shared->slots);
  *shared = (struct pc_shared){0};
}

/* Emptying it by counting up is free. */
void pc_shared_forget(struct pc_shared *shared) {
  shared->round++;
  if (shared->round == UINT32_MAX && shared->slots != NULL) {
    memset(shared->slots, 0, shared->count * sizeof *shared->slots);
    shared->round = 0;
  }
}

uint64_t pc_shared_memory(const struct pc_target *target) {
  return XXH3_64bits(target->memory, target->promises.memory_size);
}

bool pc_shared_find(const struct pc_shared *shared, uint64_t situation, uint32_t *checked) {
  *checked = 0;
  if (shared->slots == NULL) {
    return false;
  }
  const struct pc_shared_slot *slot = &shared->slots[situation % shared->count];
  *checked = slot->checked;
  return slot->round == shared->round + 1 && slot->situation == situation;
}

void pc_shared_keep(struct pc_shared *shared, uint64_t situation, uint32_t checked) {
  if (shared->slots == NULL) {
    shared->count = shared->count > 0 ? shared->count : FEW;
    shared->slots = calloc(shared->count, sizeof *shared->slots);
  }
  if (shared->slots != NULL) {
    /* 0 is what an empty slot has. */
    shared->slots[situation % shared->count] =
        (struct pc_shared_slot){.situation = situation, .round = shared->round + 1, .checked = checked};
  }
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
