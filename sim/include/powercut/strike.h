/* A cut in an operation that was done: it is taken back, and what the tear leaves of it comes in its place. */
#ifndef POWERCUT_STRIKE_H
#define POWERCUT_STRIKE_H

#include "powercut/fault.h"
#include "powercut/random.h"

/* Set the first part; zero the rest to begin, and end with pc_striker_free. */
struct pc_striker {
  struct pc_device *device;
  uint32_t samples, limit; /* struct pc_fault_input */
  /* What pc_strike draws by: */
  struct pc_random *random;    /* the caller's */
  bool faults[PC_FAULT_COUNT]; /* the classes to draw from */

  struct pc_fault_memory memory;
  uint8_t *after; /* of the operation that is cut; the journal's are gone when it is taken back */
  size_t after_size;
};
void pc_striker_free(struct pc_striker *striker);

/* Takes back the journalled operation at `mark` and all after it. `*input` is all that a class needs to know to tear it
   by `seed`; its bytes are the device's and the striker's. PC_ENVIRONMENT: out of memory; nothing is taken back. */
enum pc_result pc_striker_take_back(struct pc_striker *striker, size_t mark, uint64_t seed,
                                    struct pc_fault_input *input, struct pc_error *error);

struct pc_struck {
  enum pc_fault fault; /* PC_FAULT_BETWEEN_OPS where no class can strike: nothing is left */
  uint32_t variant;
  uint64_t seed;                  /* of the class's tears */
  struct pc_flash_operation left; /* the bytes are the journal's and the striker's */
};

/* The same, and has the power cut in it, for what goes on after cuts, where not every one can be tried: any of the
   classes that can strike there is as likely as another, and so is each of its variants; where none can, nothing of it
   is left. The device begins to answer reads anew. PC_ENVIRONMENT: out of memory. */
enum pc_result pc_strike(struct pc_striker *striker, size_t mark, struct pc_struck *struck, struct pc_error *error);

/* The same, in the way that `struck` names by class, variant and seed, whatever the striker's classes are. If there are
   fewer variants, in the last one; if there is none, nothing of it is left. */
enum pc_result pc_strike_as(struct pc_striker *striker, size_t mark, struct pc_struck *struck, struct pc_error *error);

#endif
