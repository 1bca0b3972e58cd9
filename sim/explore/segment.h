/*
 * Segments: runs of operations that are explored apart from each other, so that any number of workers comes to the same
 * results. States are compared within a segment only: repeats lie close together, and the memory for them stays small.
 */
#ifndef PC_EXPLORE_SEGMENT_H
#define PC_EXPLORE_SEGMENT_H

#include "powercut/explore.h"

/* Operations in a segment, by the depth of the cut paths: part of what is counted as deduplicated, the same for every
   run. What takes long has short segments, since one that isn't through is lost when a run is killed. */
#define PC_SEGMENT_OPERATIONS 16u /* at most; a multiple of all */
static inline uint32_t pc_segment_operations(uint32_t depth) {
  return depth <= 1 ? PC_SEGMENT_OPERATIONS : depth == 2 ? 4 : 1;
}

/* The moment after the last operation counts as one more. */
static inline uint32_t pc_segment_count(uint32_t operation_count, uint32_t depth) {
  return operation_count / pc_segment_operations(depth) + 1;
}

/* The operations [first, end) of a segment. */
static inline uint32_t pc_segment_first(uint32_t segment, uint32_t depth) {
  return segment * pc_segment_operations(depth);
}
static inline uint32_t pc_segment_end(uint32_t segment, uint32_t depth, uint32_t operation_count) {
  uint32_t end = pc_segment_first(segment + 1, depth);
  return end <= operation_count ? end : operation_count + 1;
}

/* The segments that one exploration has, by their index among its own. */
struct pc_share {
  uint32_t first, step; /* it has number `first`, and every step-th after that */
  uint32_t count;
  uint32_t done; /* of these, the first so many were explored before */
};

static inline struct pc_share pc_share_of(const struct pc_observer *observer, uint32_t segment_count) {
  struct pc_share share = {.first = observer->shard, .step = observer->shards > 0 ? observer->shards : 1};
  share.count = share.first < segment_count ? (segment_count - share.first - 1) / share.step + 1 : 0;
  share.done = observer->checkpoint == NULL ? 0 : observer->checkpoint->segments;
  return share;
}
static inline uint32_t pc_share_segment(const struct pc_share *share, uint32_t index) {
  return share->first + index * share->step;
}
/* What the violation of a store that brings its process down expected. */
#define PC_EXPECTED_START "the store starts and works"

/* A cut path at which the store brought its process down, and how. */
#define PC_CRASH_TEXT 96u
struct pc_crash {
  struct pc_cut_path path;
  uint32_t operation; /* that was cut */
  char what[PC_CRASH_TEXT];
};

/* A segment to explore. The cut paths in it that are known to be the end of a worker follow on the wire. */
struct pc_segment_order {
  uint32_t segment;
  uint32_t crash_count;
};

/* A segment in which so many cut paths bring workers down, or so many have them hang, is not explored any further. */
#define PC_MAX_CRASHES 16u
#define PC_MAX_HANGS 2u

#endif
