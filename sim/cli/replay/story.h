/* A replay told to people, step by step. */
#ifndef PC_CLI_STORY_H
#define PC_CLI_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/explore.h"

/* Zero it and set what stands before the empty line. */
struct pc_story {
  const struct pc_workload *workload;
  uint32_t ecc_word;
  uint8_t flip; /* pc_profile_flip */
  uint32_t sector_size;
  uint32_t from;                  /* the first operation that is told in full; those before are counted */
  bool all;                       /* whole hexdumps */
  bool has_image;                 /* it begins with one, not on blank flash */
  enum pc_step_phase violated_in; /* where the first violation came to light */
  uint32_t calls_in_all;          /* on the store, in that phase and but for reads, until then */

  uint32_t skipped_flash_operations, skipped_violations;
  bool told_skipped;
  enum pc_step_phase began_phase;  /* that was told of last */
  uint32_t calls, reads, untold;   /* in this phase; of the reads those that weren't told yet */
  bool failed[PC_INVARIANT_COUNT]; /* the invariants that did not hold */
};

/* A step function of pc_replay that tells; `context` is a struct pc_story. */
void pc_story_tell(void *context, const struct pc_step *step);

/* Where the story is: the operation that was cut, or, without a cut, the last one that violated an invariant, or, if
   none did, the last one. */
struct pc_story_place {
  bool violated;
  uint32_t operation;
  enum pc_step_phase phase; /* where the first violation came to light */
  uint32_t calls;           /* of struct pc_story */
};

/* A step function of pc_replay that finds the place and tells nothing; `context` is a struct pc_story_place. */
void pc_story_find(void *context, const struct pc_step *step);

/* Parts of the story. */
void pc_story_tell_call(struct pc_story *story, const struct pc_step *step);
void pc_story_tell_reads(struct pc_story *story);
/* Whether what a call did to the flash is told. */
bool pc_story_tells_flash(const struct pc_story *story, const struct pc_step *step);
/* Prints what was built; a line that memory ran out for is left out, the story goes on. */
void pc_story_print(struct pc_buffer *text);

#endif
