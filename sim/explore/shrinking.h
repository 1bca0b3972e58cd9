/* Shrinking: what its steps share. */
#ifndef PC_EXPLORE_SHRINKING_H
#define PC_EXPLORE_SHRINKING_H

#include "attempt.h"
#include "draft.h"
#include "life.h"
#include "powercut/shrink.h"

/* The plan of a repro: as the sighting's path is counted by, and no wider than it is. Its list is the draft's. */
struct pc_shrinking;
struct pc_power_plan pc_shrinking_plan(const struct pc_shrinking *shrinking);

/* So few are small enough: long values, or all alike, are no better than they. */
#define PC_FEW_OPERATIONS 6u

#define PC_LAST_OPERATION UINT32_MAX

struct pc_shrinking {
  const struct pc_shrink_order *order;
  struct pc_draft draft;       /* the smallest so far that shows the violation */
  struct pc_draft candidate;   /* what is tried next: the draft, but for a step's change */
  struct pc_power_plan whole;  /* the order's, cutting everywhere */
  struct pc_power_plan search; /* by which operations, values and keys are tried */
  struct pc_power_plan shown;  /* by which the sighting was seen */
  struct pc_sighting sighting; /* of the draft */
  uint8_t *texts[2];           /* plain values and keys: of a workload, and of a life that was made of it */
  uint8_t *long_values;        /* that take the place of many short ones */
  struct pc_life *life;        /* whose operations the draft is of; or NULL */
  uint32_t first;              /* operation from which on cuts are tried; PC_LAST_OPERATION */
  uint32_t attempts;
  uint64_t cuts;
  bool interrupted;
};

/* Tries the candidate by that plan. If it shows the violation it becomes the draft; if it does not, or there are no
   attempts left, the candidate becomes the draft again. */
enum pc_result pc_shrinking_try(struct pc_shrinking *shrinking, const struct pc_power_plan *plan, bool *seen,
                                struct pc_error *error);

/* No more attempts: they are used up, or it was stopped. */
bool pc_shrinking_is_over(const struct pc_shrinking *shrinking);

/* The steps. */
enum pc_result pc_shrink_operations(struct pc_shrinking *shrinking, struct pc_error *error);
/* Each put, and in a life each operation, becomes the first put if that does: what is cut in maintenance needs
   operations that give it something to do, a put needs none. */
enum pc_result pc_shrink_to_puts(struct pc_shrinking *shrinking, struct pc_error *error);
/* What comes after the operation that the violation is of is left out. */
enum pc_result pc_shrink_rest(struct pc_shrinking *shrinking, struct pc_error *error);
/* Looks for what a soak found where no cuts came before; the sighting isn't seen if there is nothing. */
enum pc_result pc_shrink_see_soaked(struct pc_shrinking *shrinking, struct pc_error *error);
/* Looks for it in the life that led there, of which each operation and each cut can be left out from then on; the
   sighting isn't seen if it is not to be had so. */
enum pc_result pc_shrink_see_life(struct pc_shrinking *shrinking, struct pc_error *error);
/* Makes a life of what the sighting's path and the aftermath behind it do: operations and cuts that can be left out.
   Where that shows the violation too, all steps of a life are taken; else the draft stays as it is. */
enum pc_result pc_shrink_aftermath(struct pc_shrinking *shrinking, struct pc_error *error);
/* All steps of a life. */
enum pc_result pc_shrink_life(struct pc_shrinking *shrinking, struct pc_error *error);
/* Fewer operations with longer values. */
enum pc_result pc_shrink_by_growing(struct pc_shrinking *shrinking, struct pc_error *error);
enum pc_result pc_shrink_texts(struct pc_shrinking *shrinking, struct pc_error *error);
/* The path with the fewest cuts, of the lowest classes. `*seen`: there is one. */
enum pc_result pc_shrink_path(struct pc_shrinking *shrinking, bool *seen, struct pc_error *error);

#endif
