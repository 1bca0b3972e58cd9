/* What a store holds, as it tells: to be compared with what it told before, or with what the decoder reads. */
#ifndef PC_FUZZ_CONTENTS_H
#define PC_FUZZ_CONTENTS_H

#include "powercut/decoder.h"
#include "powercut/target.h"

#define PC_CONTENTS_MAX 512u
#define PC_CONTENTS_BYTES (1u << 18)

struct pc_held {
  struct pc_bytes key, value;
};

struct pc_contents {
  struct pc_held held[PC_CONTENTS_MAX]; /* by key, bytewise */
  uint32_t count;
  bool incomparable; /* there is more than fits, or it isn't defined what there must be */
  size_t used;
  uint8_t bytes[PC_CONTENTS_BYTES]; /* what the views are of */
};

/* Reads all that the store holds. `where` stands in the signature of what is found: a key that iterating yields but a
   get doesn't find, a value that fails to be read, a key that is yielded twice. */
void pc_contents_read(struct pc_contents *contents, struct pc_target *target, const char *where);

/* A finding unless both are the same, or one incomparable. */
void pc_contents_expect(const struct pc_contents *expected, const struct pc_contents *actual, const char *where);

/* A finding unless the decoder's live entries are those. */
void pc_contents_expect_decoded(const struct pc_decoded *expected, const struct pc_contents *actual, const char *where);

/* Whether it is defined what a store must read of an image: no two entries of a key have the same transaction ID and
   are different, and all transaction IDs lie within half of their range, as in all that a store writes; and no key or
   value holds an entry's header, which damage may bring to light: the format has nothing against that. */
bool pc_contents_are_defined(const struct pc_decoded *decoded);

/* A finding if the device refused anything, or the store had to be stopped, since the last call. */
void pc_contents_expect_contract(struct pc_target *target, const char *where);

#endif
