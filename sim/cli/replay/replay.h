/* What can be done with a repro. */
#ifndef PC_CLI_REPLAY_H
#define PC_CLI_REPLAY_H

#include <stdbool.h>

#include "powercut/config.h"
#include "subject.h"

struct pc_gdb_call {
  const char *file; /* of the repro */
  char **arguments; /* for gdb, besides those that powercut gives it */
  int argument_count;
};

/* Each is handed a repro that was read and its subject, opened. `*violated`: an invariant did not hold. */

/* Tells it step by step; `all`: every operation, and every line that changed. */
enum pc_result pc_replay_tell_repro(const struct pc_repro *repro, const struct pc_subject *subject, bool all,
                                    bool *violated, struct pc_error *error);

/* Writes a smaller one that shows the same to `path`, and tells how small it is. One that shows nothing any more is not
   written. */
enum pc_result pc_replay_shrink_repro(const struct pc_repro *repro, const struct pc_subject *subject, const char *path,
                                      bool *violated, struct pc_error *error);

/* Writes the flash before each cut, after it, and after the recovery from it, to files in `folder`, which is made if it
   isn't there, and says how to look at them. Without a cut: the flash at the violation. */
struct pc_replay_images {
  const struct pc_subject *subject;
  const struct pc_store_promises *promises;
  const char *folder;
};
enum pc_result pc_replay_write_images(const struct pc_repro *repro, const struct pc_replay_images *order,
                                      bool *violated, struct pc_error *error);

/* Has gdb run the replay, and stop in the store just before the last cut and at the start of the recovery from it.
   Returns only on failure. */
enum pc_result pc_replay_in_gdb(const struct pc_repro *repro, const struct pc_subject *subject,
                                const struct pc_gdb_call *call, struct pc_error *error);

/* What gdb runs: the replay in this process, with something to stop in, and its verdict. */
enum pc_result pc_replay_under_gdb(const struct pc_repro *repro, const struct pc_subject *subject, uint32_t operation,
                                   bool *violated, struct pc_error *error);

#endif
