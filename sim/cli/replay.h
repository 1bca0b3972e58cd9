/* What can be done with a repro. */
#ifndef PC_CLI_REPLAY_H
#define PC_CLI_REPLAY_H

#include <stdbool.h>

#include "powercut/config.h"
#include "subject.h"

/* Each is handed a repro that was read and its subject, opened. `*violated`: an invariant did not hold. */

/* Tells it step by step; `all`: every operation, and every line that changed. */
enum pc_result pc_replay_tell_repro(const struct pc_repro *repro, const struct pc_subject *subject, bool all,
                                    bool *violated, struct pc_error *error);

/* Writes a smaller one that shows the same to `path`, and tells how small it is. One that shows nothing any more is not
   written. */
enum pc_result pc_replay_shrink_repro(const struct pc_repro *repro, const struct pc_subject *subject, const char *path,
                                      bool *violated, struct pc_error *error);

#endif
