/* Segments that were explored, in whatever order, and are merged in the workload's. */
#ifndef PC_EXPLORE_MERGER_H
#define PC_EXPLORE_MERGER_H

#include "parcel.h"
#include "walk.h"

/* What exploring a segment gave. */
struct pc_explored {
  struct pc_segment_result *result; /* NULL: not yet */
  struct pc_parcel violations;
};

struct pc_merger {
  const struct pc_walk_plan *plan; /* counts and violations go to its findings */
  uint32_t merged;                 /* of the plan's share, those before this one are merged */
  struct pc_explored *waiting;     /* a ring: of the segments that may be explored now */
  uint32_t window;                 /* how many */
};

/* Segments go by their index in the plan's share. At most `window` segments may be ahead of the first that isn't
 * merged: that bounds the memory that they wait in. */
enum pc_result pc_merger_open(struct pc_merger *merger, const struct pc_walk_plan *plan, uint32_t window,
                              struct pc_error *error);
void pc_merger_close(struct pc_merger *merger);

bool pc_merger_is_done(const struct pc_merger *merger);
bool pc_merger_may_begin(const struct pc_merger *merger, uint32_t index);

/* Receives what a worker sends of a segment. `*whole` is false if the worker went away. */
enum pc_result pc_merger_receive(struct pc_merger *merger, uint32_t index, int socket, bool *whole,
                                 struct pc_error *error);

/* Gives a segment up, in which too many cut paths bring workers down: its violations are those crashes. */
enum pc_result pc_merger_give_up(struct pc_merger *merger, uint32_t index, const struct pc_crash *crashes,
                                 uint32_t count, struct pc_error *error);

/* Merges what is complete, in order. */
enum pc_result pc_merger_merge(struct pc_merger *merger, struct pc_error *error);

#endif
