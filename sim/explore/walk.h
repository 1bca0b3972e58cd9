/* Walking the recorded workload, and cutting the power at each flash operation. */
#ifndef PC_EXPLORE_WALK_H
#define PC_EXPLORE_WALK_H

#include "baseline.h"
#include "findings.h"
#include "powercut/explore.h"
#include "process.h"
#include "segment.h"

struct pc_walk;

/* What a walk goes through; all of it must stay valid. */
struct pc_walk_plan {
  const struct pc_subject *subject;
  const struct pc_workload *workload;
  const struct pc_power_plan *power;
  const struct pc_baseline *baseline;
  struct pc_share share;          /* which of the workload's segments */
  struct pc_findings *findings;   /* counts and violations go there; its observer may stop the walk */
  struct pc_notice *notice;       /* what is about to be done is noted there */
  const struct pc_crash *crashes; /* see pc_walk_set_crashes */
};

enum pc_result pc_walk_open(struct pc_walk **walk, const struct pc_walk_plan *plan, struct pc_error *error);
void pc_walk_close(struct pc_walk *walk);

/* The first `count` of the plan's crashes are cut paths that bring the process down: they are reported, and not tried.
 */
void pc_walk_set_crashes(struct pc_walk *walk, uint32_t count);

/* Cuts at every flash operation of the operations [first, end), which must not lie before those walked so far. The
   first start on blank flash belongs to operation 0; operation_count stands for the moment after the last. */
enum pc_result pc_walk_operations(struct pc_walk *walk, uint32_t first, uint32_t end, struct pc_error *error);

#endif
