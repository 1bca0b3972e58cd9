#include "arena.h"

#include <stdlib.h>

enum { BLOCK_SIZE = 65536 };

/* A block of a chain. The newest comes first: the only one that is taken from. */
struct pc_arena {
  struct pc_arena *next;
  size_t used, capacity;
  uint8_t bytes[];
};

uint8_t *pc_arena_take(struct pc_arena **arena, size_t size) {
  struct pc_arena *block = *arena;
  if (block == NULL || block->capacity - block->used < size) {
    size_t capacity = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    block = malloc(sizeof *block + capacity);
    if (block == NULL) {
      return NULL;
    }
    *block = (struct pc_arena){.next = *arena, .capacity = capacity};
    *arena = block;
  }
  uint8_t *taken = block->bytes + block->used;
  block->used += size;
  return taken;
}

void pc_arena_free(struct pc_arena *arena) {
  while (arena != NULL) {
    struct pc_arena *next = arena->next;
    free(arena);
    arena = next;
  }
}
