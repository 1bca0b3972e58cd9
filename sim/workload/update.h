/* Updates in a trace, and where a workload keeps them. */
#ifndef PC_WORKLOAD_UPDATE_H
#define PC_WORKLOAD_UPDATE_H

#include "arena.h"
#include "powercut/workload.h"

#define PC_UPDATE_NAME "update" /* of the operation, in a trace */

/* Reads the fields behind the name, each a NAME=VALUE, into an update that lives in the arena. PC_BAD_INPUT: they are
   not such, or not 1 to PC_MAX_UPDATE_CHANGES, or a name is there twice; the message doesn't name the place. */
enum pc_result pc_update_read(struct pc_arena **arena, const struct pc_bytes *fields, size_t count, const char *place,
                              const struct pc_update **update, struct pc_error *error);

/* Appends " NAME=VALUE" for each change. */
void pc_update_write(const struct pc_update *update, struct pc_buffer *text);

#endif
