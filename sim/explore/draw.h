/* Trying the cuts that a plan asks for at one flash operation, where that isn't every one. */
#ifndef PC_EXPLORE_DRAW_H
#define PC_EXPLORE_DRAW_H

#include "cut.h"

/* Parts the seed of draws from that of tears. */
#define PC_DRAW_SEED 0x64726177u

/* How a walk visits a flash operation (struct pc_walk_plan), by the plan. */
pc_walk_visit pc_draw_visit(const struct pc_power_plan *power);

/* How many cuts there are at the next flash operation, or, if `operation` is NULL, after the last. */
uint32_t pc_draw_population(struct pc_walk *walk, const struct pc_flash_operation *operation, uint64_t seed);

/* Whether further cuts are drawn, rather than all tried. */
bool pc_draw_is_drawn(const struct pc_walk *walk);

/* Cuts once in the recovery on the tape, which began at the device's state and has this seed: at one of the cuts that
   there are in it. The device may be left anywhere in the recovery. */
enum pc_result pc_draw_in_recovery(struct pc_walk *walk, const struct pc_tape *recovery, uint64_t seed,
                                   struct pc_error *error);

#endif
