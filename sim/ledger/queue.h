/*
 * What a run hands over between two commits. It waits in memory rather than in an open transaction, which would keep
 * other writers of the database waiting while a run explores.
 */
#ifndef PC_LEDGER_QUEUE_H
#define PC_LEDGER_QUEUE_H

#include "powercut/explore.h"

struct pc_queued_violation {
  int64_t run_id;
  struct pc_violation violation; /* its key points to `key` */
  uint8_t *key;
  struct pc_buffer repro;
  bool has_segment; /* else it is of the baseline run */
  uint32_t segment;
};

struct pc_queued_segment {
  uint32_t segment;
  uint64_t cuts, recoveries, aftermaths, deduplicated, violations;
  struct pc_latency start;
  uint64_t population, drawn, failed_draws, soaked;
};

/* Zero it to begin. */
struct pc_queue {
  struct pc_queued_violation *violations;
  size_t violation_count, violation_capacity;
  size_t stamped; /* of the violations, those whose part is known */
  struct pc_queued_segment *segments;
  size_t segment_count, segment_capacity;
  bool has_part, has_baseline;
  uint32_t part_segments;           /* of the last part: its `segments` */
  struct pc_exploration_result sum; /* of the last part; its wear is the observer's */
};

/* PC_ENVIRONMENT: out of memory. */
enum pc_result pc_queue_violation(struct pc_queue *queue, int64_t run_id, const struct pc_violation *violation,
                                  struct pc_bytes repro, struct pc_error *error);
enum pc_result pc_queue_part(struct pc_queue *queue, const struct pc_part *part, struct pc_error *error);

/* Empties it; it is good for more. */
void pc_queue_clear(struct pc_queue *queue);

#endif
