/*
 * Situations that were checked and held. What a store answers from here on is a function of its memory and the flash,
 * if it promises so (`self_contained`): two recoveries that end with the same of both are in the same situation, and
 * the checks of the one answer for the other.
 */
#ifndef PC_MODEL_SHARED_H
#define PC_MODEL_SHARED_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/model.h"

struct pc_shared_slot {
  uint64_t situation;
  uint32_t round;
  uint32_t checked; /* the invariants, a bit for each */
};

/* Of fixed size: a situation takes the place of another one whose hash ends alike. Zero it to begin; it is there once
   something is kept. */
struct pc_shared {
  struct pc_shared_slot *slots;
  size_t count;   /* of slots; 0: the few that the cuts in one operation need */
  uint32_t round; /* slots of other rounds count as empty */
};

void pc_shared_close(struct pc_shared *shared);

void pc_shared_forget(struct pc_shared *shared);

/* A hash of the store's memory. */
uint64_t pc_shared_memory(const struct pc_target *target);

/* Whether the situation is known, and which invariants were checked in it. */
bool pc_shared_find(const struct pc_shared *shared, uint64_t situation, uint32_t *checked);
/* The invariants that a report tells of as checked, a bit for each, from the lowest on; and to count them as checked.
 */
uint32_t pc_shared_checked(const struct pc_report *report);
void pc_shared_count(uint32_t checked, struct pc_report *report);

/* Without memory nothing is kept, and everything is checked. */
void pc_shared_keep(struct pc_shared *shared, uint64_t situation, uint32_t checked);

#endif
