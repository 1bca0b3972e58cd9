/*
 * Starts from cuts in one flash operation, one taking over from the other. A start is a function of what it reads, and
 * what these read differs where the cut tore, and nowhere else. So a start begins where the first of them came to its
 * first look at that; and it ends where it comes to a place, behind its last look, where another one has been.
 */
#ifndef PC_MODEL_RELAY_H
#define PC_MODEL_RELAY_H

#include "powercut/model.h"

struct pc_relay;

/* NULL where there can be none: see side_stack.h. */
struct pc_relay *pc_relay_open(struct pc_target *target);
void pc_relay_close(struct pc_relay *relay);

/* The next start depends on something else, too. */
void pc_relay_forget(struct pc_relay *relay);

/* Whether the target as it is can take part: its store promises to be self-contained, and has nothing to give back when
   the power goes off; its device reads what was written and does what it is told. */
bool pc_relay_is_fit(const struct pc_relay *relay);

/* The store's start, for pc_target_start_by, of which the context is a leg: after a cut that tore `torn`. The device is
   in the state torn->state but for these bytes. Leaves the memory, the flash, its journal, the device's counts and its
   answer as they would be. */
struct pc_relay_leg {
  struct pc_relay *relay;
  const struct pc_torn *torn;
};
enum pc_status pc_relay_start(void *context);

#endif
