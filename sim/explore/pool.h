/* The pool: workers that share the segments of a walk, and the merging of what they find, in order. */
#ifndef PC_EXPLORE_POOL_H
#define PC_EXPLORE_POOL_H

#include "walk.h"

/* Explores the segments of the plan's share that aren't done, of which there is one at least. Counts and violations go
 * to the plan's findings; its notice and crashes are not used. */
enum pc_result pc_pool_explore(const struct pc_walk_plan *plan, struct pc_error *error);

#endif
