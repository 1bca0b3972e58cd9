/* How a workload is put together, operation by operation, by the trace reader and by the generator. */
#ifndef PC_WORKLOAD_BUILDER_H
#define PC_WORKLOAD_BUILDER_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/workload.h"

/* Zero it to begin; end with pc_builder_finish or pc_builder_abandon. */
struct pc_builder {
  struct pc_workload workload;
  uint32_t key_capacity, operation_capacity;
  uint32_t *slots; /* hash table of key indices + 1, linear probing; 0: free */
  uint32_t slot_count;
};

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
