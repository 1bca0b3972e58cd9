/* Keeping a run in the ledger as it goes, so that a kill costs little of it, and going on with one. */
#ifndef PC_CLI_KEEPER_H
#define PC_CLI_KEEPER_H

#include "powercut/explore.h"
#include "powercut/ledger.h"

struct pc_keeper {
  struct pc_ledger *ledger;
  int64_t run_id;
  double before;             /* seconds that the run took before it was gone on with */
  double started, committed; /* pc_seconds */
  bool resumes;              /* from the checkpoint */
  bool finished;             /* it had been: what it came to is only told again */
  double explored;           /* seconds, once it is; 0: not yet */
  struct pc_checkpoint checkpoint;
};

/* Enters the run in the ledger, or finds the one to go on with; of a group that may not have it yet, run_id is then 0.
   The ledger must stay open. */
enum pc_result pc_keeper_begin(struct pc_keeper *keeper, struct pc_ledger *ledger, const struct pc_run_info *info,
                               struct pc_error *error);
enum pc_result pc_keeper_resume(struct pc_keeper *keeper, struct pc_ledger *ledger, const struct pc_run_info *info,
                                struct pc_error *error);

/* What a struct pc_observer tells. */
enum pc_result pc_keeper_part(struct pc_keeper *keeper, const struct pc_part *part, struct pc_error *error);
enum pc_result pc_keeper_idle(struct pc_keeper *keeper, struct pc_error *error);

/* The exploration is over: commits all of it, and stops its clock. */
enum pc_result pc_keeper_explored(struct pc_keeper *keeper, struct pc_error *error);

/* Seconds that the exploration took so far. */
double pc_keeper_seconds(const struct pc_keeper *keeper);

enum pc_result pc_keeper_end(struct pc_keeper *keeper, const struct pc_exploration_result *result,
                             struct pc_error *error);

#endif
