/*
 * Segments: runs of operations that are explored apart from each other, so that any number of workers comes to the same
 * results. States are compared within a segment only: repeats lie close together, and the memory for them stays small.
 */
#ifndef PC_EXPLORE_SEGMENT_H
#define PC_EXPLORE_SEGMENT_H

#include "powercut/explore.h"

/* Part of what is counted as deduplicated: the same for every run. */
#define PC_SEGMENT_OPERATIONS 16u

/* The moment after the last operation counts as one more. */
static inline uint32_t pc_segment_count(uint32_t operation_count) {
  return operation_count / PC_SEGMENT_OPERATIONS + 1;
}

/* The operations [first, end) of a segment. */
static inline uint32_t pc_segment_first(uint32_t segment) {
  return segment * PC_SEGMENT_OPERATIONS;
}
static inline uint32_t pc_segment_end(uint32_t segment, uint32_t operation_count) {
  uint32_t end = pc_segment_first(segment + 1);
  return end <= operation_count ? end : operation_count + 1;
}

/* A violation with its key's bytes, to be sent and kept. */
struct pc_sent_violation {
  struct pc_violation violation;
  uint8_t key[256];
};

/* What exploring one segment gave. The violations follow it on the wire. */
struct pc_segment_result {
  uint32_t segment;
  uint32_t violation_count;
  enum pc_result outcome;
  struct pc_error error;               /* if the outcome isn't PC_OK */
  struct pc_exploration_result counts; /* of this segment alone */
};

/* A cut path at which the store brought its process down, and how. */
struct pc_crash {
  struct pc_cut_path path;
  char what[96];
};

/* A segment to explore, and the cut paths in it that are known to be the end of a worker. */
struct pc_segment_order {
  uint32_t segment;
  uint32_t crash_count;
};

/* A segment in which so many cut paths bring workers down, or so many have them hang, is not explored any further. */
#define PC_MAX_CRASHES 16u
#define PC_MAX_HANGS 2u

/* What a worker is about to do, in memory that outlives it. */
struct pc_notice {
  volatile uint64_t beats; /* grows with each recovery: a worker whose count stands still hangs */
  volatile bool stop;      /* set by the parent: finish early */
  uint32_t operation;
  struct pc_cut_path path;
};

#endif
