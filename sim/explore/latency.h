/* How long operations take, by the part's times. */
#ifndef PC_EXPLORE_LATENCY_H
#define PC_EXPLORE_LATENCY_H

#include "powercut/explore.h"

/* Notes what an operation of the workload, or a start, cost: the device's work since `before`. */
void pc_latency_note(struct pc_exploration_result *result, enum pc_operation_kind kind, const struct pc_device *device,
                     struct pc_flash_work before);

/* Adds what one part of an exploration saw to the sum of those before it. */
void pc_latency_merge(struct pc_exploration_result *sum, const struct pc_exploration_result *part);

#endif
