/* The states that were explored: a set of 64-bit hashes. Two states that differ are taken for the same with a chance of
   count / 2^64 for each one that is added. So many are remembered at most; then it forgets all and begins anew, so that
   a state may be explored twice, but none is missed, and 16 MiB is all that it ever takes. */
#ifndef PC_EXPLORE_SEEN_H
#define PC_EXPLORE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "powercut/error.h"

#define PC_SEEN_MOST (1u << 20)

/* Zero it to begin. */
struct pc_seen {
  uint64_t *slots; /* 0 where empty; at most half are taken */
  size_t capacity, count;
};

void pc_seen_free(struct pc_seen *seen);
/* Forgets all, and keeps the memory. */
void pc_seen_clear(struct pc_seen *seen);
bool pc_seen_has(const struct pc_seen *seen, uint64_t hash);
enum pc_result pc_seen_add(struct pc_seen *seen, uint64_t hash, struct pc_error *error);

#endif
