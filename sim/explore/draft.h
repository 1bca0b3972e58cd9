/* A draft of a smaller workload: operations of another one, some of them left out or made simpler. */
#ifndef PC_EXPLORE_DRAFT_H
#define PC_EXPLORE_DRAFT_H

#include "powercut/error.h"
#include "powercut/violation.h"
#include "powercut/workload.h"

/* Keys, values and initial contents point to what is not the draft's. */
struct pc_draft {
  struct pc_operation *operations; /* their keys are indexes into `keys` */
  uint32_t count;
  struct pc_bytes *keys;
  uint32_t key_count;
  const struct pc_initial *initial; /* the workload's, which stay, with their keys as they are */
  uint32_t initial_count;
  bool outgrown;
  uint32_t copies;
  struct pc_listed_cut *cuts; /* that are made in them, in order; NULL where none are listed */
  uint32_t cut_count;
};

/* The workload's operations, all of them. Free it with pc_draft_free. */
enum pc_result pc_draft_open(struct pc_draft *draft, const struct pc_workload *workload, struct pc_error *error);
void pc_draft_free(struct pc_draft *draft); /* one of zeros is fine */

/* Becomes like another draft of the same workload. */
void pc_draft_copy(struct pc_draft *draft, const struct pc_draft *other);

/* Has these cuts, which it copies, listed in its operations. To be called at most once. */
enum pc_result pc_draft_list(struct pc_draft *draft, const struct pc_listed_cut *cuts, uint32_t count,
                             struct pc_error *error);

/* Leaves the cuts [first, end) out. */
void pc_draft_drop_cuts(struct pc_draft *draft, uint32_t first, uint32_t end);

/* Leaves the operations [first, end) out, and the cuts in them. */
void pc_draft_drop(struct pc_draft *draft, uint32_t first, uint32_t end);

/* A workload of these operations, with the keys that they use in order of first use. Free it with pc_workload_free. */
enum pc_result pc_draft_build(const struct pc_draft *draft, struct pc_workload *workload, struct pc_error *error);

#endif
