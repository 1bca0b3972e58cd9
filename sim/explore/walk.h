/* Walking the recorded workload, and cutting the power at each flash operation. */
#ifndef PC_EXPLORE_WALK_H
#define PC_EXPLORE_WALK_H

#include "baseline.h"
#include "findings.h"
#include "powercut/explore.h"
#include "process.h"
#include "segment.h"

struct pc_walk;

/* Comes to a flash operation of the workload, the next one, which has that number and whose tears have that seed; NULL
   is the moment after the last. The device must be left as it was found. */
typedef enum pc_result (*pc_walk_visit)(struct pc_walk *walk, const struct pc_flash_operation *operation,
                                        uint32_t index, uint64_t seed, struct pc_error *error);

/* What a walk goes through; all of it must stay valid. */
struct pc_walk_plan {
  const struct pc_subject *subject;
  const struct pc_workload *workload;
  const struct pc_power_plan *power;
  const struct pc_baseline *baseline;
  struct pc_share share;                /* which of the workload's segments */
  pc_walk_visit visit;                  /* what is done at each flash operation; NULL: what the power plan says */
  const struct pc_allotment *allotment; /* which cuts to draw, where the power plan draws some */
  struct pc_allotment *census;          /* of a census: where it is taken down */
  struct pc_findings *findings;         /* counts and violations go there; its observer may stop the walk */
  struct pc_notice *notice;             /* what is about to be done is noted there */
  const struct pc_crash *crashes;       /* see pc_walk_set_crashes */
  bool whole_starts;                    /* each start runs as a whole: see pc_checker_start_whole */
};

enum pc_result pc_walk_open(struct pc_walk **walk, const struct pc_walk_plan *plan, struct pc_error *error);
void pc_walk_close(struct pc_walk *walk);

/* The first `count` of the plan's crashes are cut paths that bring the process down: they are reported, and not tried.
 */
void pc_walk_set_crashes(struct pc_walk *walk, uint32_t count);

/* Cuts at every flash operation of the operations [first, end), which must not lie before those walked so far. The
   first start belongs to operation 0; operation_count stands for the moment after the last. */
enum pc_result pc_walk_operations(struct pc_walk *walk, uint32_t first, uint32_t end, struct pc_error *error);

#endif
