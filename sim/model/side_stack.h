/*
 * A stack of its own, for a function that is left in the middle and gone on with from there, as often as wanted: what
 * is on the stack is copied, and put back where it was.
 */
#ifndef PC_MODEL_SIDE_STACK_H
#define PC_MODEL_SIDE_STACK_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As large as the stack that a process is given, with a guard page at its end: what runs over ends as it would have
   there. One function runs on it at a time. NULL where there is none to be had: no memory, not x86-64, or under a
   sanitizer, which keeps a book on stacks. */
struct pc_side_stack;
struct pc_side_stack *pc_side_stack_open(void);
void pc_side_stack_close(struct pc_side_stack *stack);

/* Where a function on the stack is: its registers, and what is on the stack. Owned; zero it to begin. */
struct pc_side_place {
  jmp_buf registers;
  uint8_t *bytes;
  size_t size, capacity;
};
void pc_side_place_free(struct pc_side_place *place);

/* Runs `work` on the stack, until it returns or leaves. */
void pc_side_stack_run(struct pc_side_stack *stack, void (*work)(void *context), void *context);
/* The same, but goes on from a place that was taken. */
void pc_side_stack_go_on(struct pc_side_stack *stack, struct pc_side_place *place);

/* For what runs on the stack. */

/* Takes the place where it is: this call returns once more each time it is gone on from there. False: no memory, or
   there is more on the stack than is worth copying. */
bool pc_side_stack_take(struct pc_side_stack *stack, struct pc_side_place *place);

/* Calls `look`, for which the place stands still: for as long as it runs, it can be compared with others, and
   copied for that. A copy that was made here can't be gone on from. */
void pc_side_stack_stand(struct pc_side_stack *stack, void (*look)(void *context), void *context);
bool pc_side_stack_is_at(const struct pc_side_stack *stack, const struct pc_side_place *place);
bool pc_side_stack_copy(const struct pc_side_stack *stack, struct pc_side_place *place);

/* Ends what runs. */
_Noreturn void pc_side_stack_leave(struct pc_side_stack *stack);

#endif
