/* Memory for the bytes of keys and values: taken piece by piece, freed at once; what was taken never moves. */
#ifndef PC_WORKLOAD_ARENA_H
#define PC_WORKLOAD_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct pc_arena;

/* `size` bytes (at least 1) of any content, or NULL when memory ran out. `*arena` is NULL to begin with. */
uint8_t *pc_arena_take(struct pc_arena **arena, size_t size);
void pc_arena_free(struct pc_arena *arena); /* NULL is fine */

#endif
