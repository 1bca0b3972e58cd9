#include "keeper.h"

#include "progress.h"

/* A commit waits for the disk, which a run should not do all the time. */
#define SECONDS_BETWEEN_COMMITS 0.5

double pc_keeper_seconds(const struct pc_keeper *keeper) {
  if (keeper->finished || keeper->explored > 0) {
    return keeper->finished ? keeper->before : keeper->explored;
  }
  return keeper->before + pc_seconds() - keeper->started;
}

enum pc_result pc_keeper_begin(struct pc_keeper *keeper, struct pc_ledger *ledger, const struct pc_run_info *info,
                               struct pc_error *error) {
  *keeper = (struct pc_keeper){.ledger = ledger, .started = pc_seconds()};
  return pc_ledger_begin_run(ledger, info, &keeper->run_id, error);
}

enum pc_result pc_keeper_resume(struct pc_keeper *keeper, struct pc_ledger *ledger, const struct pc_run_info *info,
                                struct pc_error *error) {
  struct pc_resumed resumed;
  enum pc_result err = pc_ledger_resume_run(ledger, info, &resumed, error);
  *keeper = (struct pc_keeper){.ledger = ledger, .run_id = resumed.run_id, .started = pc_seconds()};
  keeper->before = resumed.seconds;
  keeper->resumes = resumed.has_checkpoint;
  keeper->finished = resumed.finished;
  keeper->checkpoint = resumed.checkpoint;
  return err;
}

enum pc_result pc_keeper_part(struct pc_keeper *keeper, const struct pc_part *part, struct pc_error *error) {
  return pc_ledger_add_part(keeper->ledger, part, error);
}

enum pc_result pc_keeper_idle(struct pc_keeper *keeper, struct pc_error *error) {
  if (pc_seconds() - keeper->committed < SECONDS_BETWEEN_COMMITS) {
    return PC_OK;
  }
  enum pc_result err = pc_ledger_commit(keeper->ledger, keeper->run_id, pc_keeper_seconds(keeper), error);
  keeper->committed = pc_seconds();
  return err;
}

enum pc_result pc_keeper_explored(struct pc_keeper *keeper, struct pc_error *error) {
  keeper->explored = pc_keeper_seconds(keeper);
  return keeper->finished ? PC_OK : pc_ledger_commit(keeper->ledger, keeper->run_id, keeper->explored, error);
}

enum pc_result pc_keeper_end(struct pc_keeper *keeper, const struct pc_exploration_result *result,
                             struct pc_error *error) {
  return keeper->finished ? PC_OK
                          : pc_ledger_end_run(keeper->ledger, keeper->run_id, result, pc_keeper_seconds(keeper), error);
}
