#include "queue.h"

#include <stdlib.h>
#include <string.h>

/* Room for one more. */
static enum pc_result grow(void **array, size_t count, size_t *capacity, size_t size, struct pc_error *error) {
  if (count < *capacity) {
    return PC_OK;
  }
  size_t wanted = *capacity == 0 ? 16 : *capacity * 2;
  void *grown = reallocarray(*array, wanted, size);
  if (grown == NULL) {
    return pc_fail_memory(error);
  }
  *array = grown;
  *capacity = wanted;
  return PC_OK;
}

enum pc_result pc_queue_violation(struct pc_queue *queue, int64_t run_id, const struct pc_violation *violation,
                                  struct pc_bytes repro, struct pc_error *error) {
  void *array = queue->violations;
  enum pc_result err =
      grow(&array, queue->violation_count, &queue->violation_capacity, sizeof *queue->violations, error);
  queue->violations = array;
  if (err) {
    return err;
  }
  struct pc_queued_violation queued = {.run_id = run_id, .violation = *violation};
  queued.key = malloc(violation->key.size + 1);
  pc_buffer_append(&queued.repro, repro.data, repro.size);
  if (queued.key == NULL || queued.repro.failed) {
    free(queued.key);
    pc_buffer_free(&queued.repro);
    return pc_fail_memory(error);
  }
  if (violation->has_key && violation->key.size > 0) {
    memcpy(queued.key, violation->key.data, violation->key.size);
  }
  queued.violation.key.data = queued.key;
  queue->violations[queue->violation_count++] = queued;
  return PC_OK;
}

static enum pc_result add_segment(struct pc_queue *queue, const struct pc_part *part, struct pc_error *error) {
  const struct pc_exploration_result *counts = part->counts;
  void *array = queue->segments;
  enum pc_result err = grow(&array, queue->segment_count, &queue->segment_capacity, sizeof *queue->segments, error);
  queue->segments = array;
  if (!err) {
    queue->segments[queue->segment_count++] = (struct pc_queued_segment){
        .segment = part->segment,
        .cuts = counts->cuts,
        .recoveries = counts->recoveries,
        .aftermaths = counts->aftermaths,
        .deduplicated = counts->deduplicated,
        .violations = counts->violations,
        .start = counts->latencies[PC_LATENCY_START],
        .population = counts->population,
        .drawn = counts->drawn,
        .failed_draws = counts->failed_draws,
        .soaked = counts->soaked,
    };
  }
  return err;
}

enum pc_result pc_queue_part(struct pc_queue *queue, const struct pc_part *part, struct pc_error *error) {
  enum pc_result err = part->is_baseline ? PC_OK : add_segment(queue, part, error);
  if (err) {
    return err;
  }
  for (; queue->stamped < queue->violation_count; queue->stamped++) {
    queue->violations[queue->stamped].has_segment = !part->is_baseline;
    queue->violations[queue->stamped].segment = part->segment;
  }
  queue->has_part = true;
  queue->has_baseline = queue->has_baseline || part->is_baseline;
  queue->part_segments = part->segments;
  queue->sum = *part->sum;
  return PC_OK;
}

void pc_queue_clear(struct pc_queue *queue) {
  for (size_t i = 0; i < queue->violation_count; i++) {
    free(queue->violations[i].key);
    pc_buffer_free(&queue->violations[i].repro);
  }
  free(queue->violations);
  free(queue->segments);
  *queue = (struct pc_queue){0};
}
