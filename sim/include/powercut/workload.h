/* Workloads: sequences of operations on a store, from a trace or a generator. */
#ifndef POWERCUT_WORKLOAD_H
#define POWERCUT_WORKLOAD_H

#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/error.h"
#include "powercut/store.h"

enum pc_operation_kind { PC_PUT, PC_DELETE, PC_GET, PC_MAINTAIN, PC_REBOOT, PC_OPERATION_KINDS };
const char *pc_operation_name(enum pc_operation_kind kind); /* as in a trace: "put" */
const char *pc_maintenance_name(enum pc_maintenance level); /* "partial" */

struct pc_operation {
  enum pc_operation_kind kind;
  enum pc_maintenance level; /* of a maintain */
  uint32_t key;              /* index into `keys`, of a put, delete or get */
  struct pc_bytes value;     /* of a put; owned by the workload */
};

struct pc_workload {
  struct pc_bytes *keys; /* distinct, in order of first use */
  uint32_t key_count;
  struct pc_operation *operations;
  uint32_t operation_count;
  struct pc_arena *arena; /* owns the bytes */
};

#define PC_MAX_OPERATIONS 100000000u
#define PC_MAX_KEY_SIZE 255u     /* bytes in a trace or a generated key; a store may take less */
#define PC_MAX_VALUE_SIZE 65534u /* bytes */

/* Reads a trace (DESIGN: `put KEY VALUE`, `delete KEY`, `get KEY`, `maintain LEVEL`, `reboot`, `#` starts a comment).
   `name` stands before the line number in errors. PC_BAD_INPUT names the line and what is wrong with it. An empty trace
   is bad input. On failure nothing is left to free. */
enum pc_result pc_trace_read(const char *path, struct pc_workload *workload, struct pc_error *error);
enum pc_result pc_trace_parse(const char *name, struct pc_bytes text, struct pc_workload *workload,
                              struct pc_error *error);

/* Writes operations [first, end) as trace lines. */
void pc_trace_write(const struct pc_workload *workload, uint32_t first, uint32_t end, struct pc_buffer *text);

enum pc_popularity_kind { PC_UNIFORM, PC_ZIPF, PC_HOT };
struct pc_popularity {
  enum pc_popularity_kind kind;
  double zipf;  /* exponent, 0 to 10 */
  double hot;   /* fraction of the keys that is hot, 0 to 1 */
  double share; /* fraction of the operations that goes to them, 0 to 1 */
};

struct pc_generator {
  uint32_t operations;                 /* 1 to PC_MAX_OPERATIONS */
  uint32_t keys;                       /* 1 to 65,000 */
  uint32_t key_size_min, key_size_max; /* bytes, 1 to 63 */
  uint32_t value_size_min, value_size_max;
  struct pc_popularity popularity;
  uint32_t mix[PC_OPERATION_KINDS]; /* weights, not all 0 */
};

/* The same generator and seed give the same operations everywhere. Keys are distinct. */
enum pc_result pc_workload_generate(const struct pc_generator *generator, uint64_t seed, struct pc_workload *workload,
                                    struct pc_error *error);

void pc_workload_free(struct pc_workload *workload); /* leaves it empty */

#endif
