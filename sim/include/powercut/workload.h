/* Workloads: sequences of operations on a store, from a trace or a generator. */
#ifndef POWERCUT_WORKLOAD_H
#define POWERCUT_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/error.h"
#include "powercut/store.h"

enum pc_operation_kind { PC_PUT, PC_DELETE, PC_GET, PC_MAINTAIN, PC_REBOOT, PC_OPERATION_KINDS };
const char *pc_operation_name(enum pc_operation_kind kind); /* as in a trace: "put" */
const char *pc_maintenance_name(enum pc_maintenance level); /* "partial" */

/* An update of the firmware: the store's parameters that are other ones from then on. The others stay as they are. */
struct pc_update {
  const struct pc_parameter *changes; /* at least one, and none twice */
  size_t count;
  const char *place; /* "settings.yaml:12", for messages */
};
#define PC_MAX_UPDATE_CHANGES 64u

/* Puts the changes in the places of the complete parameters that they name, whose values point into the update from
   then on. NULL; or the first change that names none of them: those before it are in place, it and those behind it are
   not. */
const struct pc_parameter *pc_update_apply(const struct pc_update *update, struct pc_parameter *parameters,
                                           size_t count);

struct pc_operation {
  enum pc_operation_kind kind;
  enum pc_maintenance level;      /* of a maintain */
  uint32_t key;                   /* index into `keys`, of a put, delete or get */
  struct pc_bytes value;          /* of a put; owned by the workload */
  const struct pc_update *update; /* of a reboot after which the store has other parameters; owned by the workload */
};

/* What is there before the first operation. */
struct pc_initial {
  uint32_t key;          /* index into `keys` */
  bool live;             /* false: it was deleted */
  struct pc_bytes value; /* of a live one; owned by the workload */
};

struct pc_workload {
  struct pc_bytes *keys; /* distinct, in order of first use; those that are only there at the beginning come last */
  uint32_t key_count;
  struct pc_initial *initial; /* of a key that is there twice, the last counts; all others were never put */
  uint32_t initial_count;
  bool outgrown;   /* what is there at the beginning takes another size on flash than the store would give it */
  uint32_t copies; /* that each live key has at the beginning, or more; 0: not known */
  struct pc_operation *operations;
  uint32_t operation_count;
  struct pc_arena *arena; /* owns the bytes */
};

#define PC_MAX_OPERATIONS 100000000u
#define PC_MAX_KEY_SIZE 255u     /* bytes in a trace or a generated key; a store may take less */
#define PC_MAX_VALUE_SIZE 65534u /* bytes */
#define PC_MAX_GENERATED_KEYS 65000u
#define PC_MAX_GENERATED_KEY_SIZE 63u /* bytes */

/* Reads a trace: lines of `put KEY VALUE`, `delete KEY`, `get KEY`, `maintain partial|full|heavy`, `reboot`, and
   `update NAME=VALUE ...`, a reboot after which these parameters of the store are others. KEY is
   text without spaces or control characters, or its bytes as `hex:..`; VALUE is hex, `-` is empty; of an update it is
   text like a key, and may be empty. `#` starts a comment
   at the start of a line or after a space. Lines may end in CR LF. `name` stands before the line number in errors.
   PC_BAD_INPUT names the line and what is wrong with it. An empty trace is bad input, and so are an empty key and the
   key `-` (write hex:2d). On failure nothing is left to free. */
enum pc_result pc_trace_read(const char *path, struct pc_workload *workload, struct pc_error *error);
enum pc_result pc_trace_parse(const char *name, struct pc_bytes text, struct pc_workload *workload,
                              struct pc_error *error);
/* The same for a trace inside another file: errors count lines from `first_line`. */
enum pc_result pc_trace_parse_from(const char *name, uint32_t first_line, struct pc_bytes text,
                                   struct pc_workload *workload, struct pc_error *error);

/* Writes operations [first, end) as trace lines, which read back to the same operations. */
void pc_trace_write(const struct pc_workload *workload, uint32_t first, uint32_t end, struct pc_buffer *text);

enum pc_popularity_kind { PC_UNIFORM, PC_ZIPF, PC_HOT };
struct pc_popularity {
  enum pc_popularity_kind kind;
  double zipf;  /* exponent, 0 to 10 */
  double hot;   /* fraction of the keys that is hot, 0 to 1 */
  double share; /* fraction of the operations that goes to them, 0 to 1 */
};

struct pc_generator {
  uint32_t operations;                     /* 1 to PC_MAX_OPERATIONS */
  uint32_t keys;                           /* 1 to PC_MAX_GENERATED_KEYS */
  uint32_t key_size_min, key_size_max;     /* bytes, 1 to PC_MAX_GENERATED_KEY_SIZE */
  uint32_t value_size_min, value_size_max; /* bytes, 0 to PC_MAX_VALUE_SIZE */
  bool mixed_bytes; /* values are not all random: of their words of 8 bytes one in eight looks erased, one in sixteen is
                       zeros. Stores go wrong where a value looks like empty flash or takes no bits */
  struct pc_popularity popularity;
  uint32_t mix[PC_OPERATION_KINDS]; /* weights, not all 0 */
  /* Keys beside `keys` that are each put once, before all else, and never touched again: what fills a store and stays.
     They come on top of `operations`. 0: none; with `keys` at most PC_MAX_GENERATED_KEYS */
  uint32_t static_keys;
  uint32_t static_size_min, static_size_max; /* bytes of their values, 0 to PC_MAX_VALUE_SIZE */
};

/* PC_BAD_INPUT: a field is out of its range, a minimum is above its maximum, or so many distinct keys don't fit in
   key_size_max; the message names the field. */
enum pc_result pc_generator_check(const struct pc_generator *generator, struct pc_error *error);

/* The same generator and seed give the same operations everywhere: all of it is integer arithmetic. Keys are distinct,
   of letters and digits; those of low rank are the popular ones, and only keys that some operation uses are in the
   workload. A maintain is of each level with equal chance. Value bytes are random, or mixed. What a field changes stays
   apart: kinds, keys and values are drawn from streams of their own. PC_BAD_INPUT: as of pc_generator_check, or the
   list would take more than PC_MAX_LISTED_BYTES. On failure nothing is left to free. */
#define PC_MAX_LISTED_BYTES 0x40000000u
enum pc_result pc_workload_generate(const struct pc_generator *generator, uint64_t seed, struct pc_workload *workload,
                                    struct pc_error *error);

void pc_workload_free(struct pc_workload *workload); /* leaves it empty */

/* Has a workload, which has no initial contents yet, begin with these: keys and values point to the caller's bytes,
   `keys` names the key of each. It takes copies, and the indexes of the keys are its own business. PC_ENVIRONMENT: out
   of memory, and the workload is as it was but for keys that nothing uses. */
enum pc_result pc_workload_begin_with(struct pc_workload *workload, const struct pc_initial *contents,
                                      const struct pc_bytes *keys, uint32_t count, struct pc_error *error);

/* An update that comes after so many operations of a workload. */
struct pc_scheduled_update {
  uint32_t after; /* at most the workload's operation_count */
  struct pc_update update;
};
/* Puts updates, in rising order of `after`, between the operations of a workload, which takes copies of all that they
   point to. PC_ENVIRONMENT: out of memory, and the workload is as it was. */
enum pc_result pc_workload_update(struct pc_workload *workload, const struct pc_scheduled_update *updates, size_t count,
                                  struct pc_error *error);

#endif
