/* How a workload is put together: operation by operation by the trace reader and by the generator, and by what adds
   keys to one that is there. */
#ifndef PC_WORKLOAD_BUILDER_H
#define PC_WORKLOAD_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/workload.h"

/* Zero it to begin, or take pc_builder_resume; end with pc_builder_finish or pc_builder_abandon. */
struct pc_builder {
  struct pc_workload workload;
  uint32_t key_capacity, operation_capacity;
  uint32_t *slots; /* hash table of key indices + 1, linear probing; 0: free. Of twice the key capacity, which is a
                      power of two; not made before there is a key to find */
  uint32_t slot_count;
};

/* Goes on with a workload that was finished: it is the builder's until that is finished, too. */
struct pc_builder pc_builder_resume(const struct pc_workload *workload);

/* Each returns false when memory ran out. */

/* Room for `size` bytes that live as long as the workload; NULL for size 0. */
bool pc_builder_bytes(struct pc_builder *builder, size_t size, uint8_t **bytes);
/* The index of a key, which is copied and added if it is new. */
bool pc_builder_key(struct pc_builder *builder, struct pc_bytes key, uint32_t *index);
/* Adds an operation as it is; its value's bytes are from pc_builder_bytes. */
bool pc_builder_add(struct pc_builder *builder, const struct pc_operation *operation);

/* Hands the workload over and frees the rest. */
struct pc_workload pc_builder_finish(struct pc_builder *builder);
void pc_builder_abandon(struct pc_builder *builder);

#endif
