/* The rows of a run's results. All of it is to be called in a transaction. */
#ifndef PC_LEDGER_RECORD_H
#define PC_LEDGER_RECORD_H

#include "database.h"
#include "queue.h"

/* The violations and segments that are queued. PC_ENVIRONMENT: among others, a segment is there already. */
enum pc_result pc_record_queue(const struct pc_database *database, int64_t run_id, const struct pc_queue *queue,
                               struct pc_error *error);

/* What the run counted so far, in place of what was there. */
struct pc_record {
  int64_t run_id;
  const struct pc_exploration_result *result;
  const char *state;
  double seconds;
};
enum pc_result pc_record_counts(const struct pc_database *database, const struct pc_record *record,
                                struct pc_error *error);
/* Of the baseline run, besides: the wear, and the histograms of puts. */
enum pc_result pc_record_wear(const struct pc_database *database, const struct pc_record *record,
                              struct pc_error *error);

#endif
