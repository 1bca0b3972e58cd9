#include "life.h"

#include <string.h>
#include <sys/mman.h>

enum pc_result pc_life_open(struct pc_life **life, struct pc_error *error) {
  void *memory = mmap(NULL, sizeof **life, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    return pc_fail_memory(error);
  }
  *life = memory; /* zeros, of which pages are there once they are written to */
  return PC_OK;
}

void pc_life_close(struct pc_life *life) {
  if (life != NULL) {
    (void)munmap(life, sizeof *life);
  }
}

void pc_life_add(struct pc_life *life, const struct pc_operation *operation) {
  size_t size = operation->kind == PC_PUT ? operation->value.size : 0;
  life->too_long =
      life->too_long || life->operation_count == PC_LIFE_OPERATIONS || size > PC_LIFE_BYTES - life->byte_count;
  if (life->too_long) {
    return;
  }
  uint8_t *bytes = life->bytes + life->byte_count;
  if (size > 0) {
    memcpy(bytes, operation->value.data, size);
  }
  life->byte_count += size;
  struct pc_operation *added = &life->operations[life->operation_count++];
  *added = *operation;
  added->value = (struct pc_bytes){.data = bytes, .size = size};
}

void pc_life_add_cut(struct pc_life *life, const struct pc_cut *cut, uint64_t seed) {
  life->too_long = life->too_long || life->cut_count == PC_LIFE_CUTS;
  if (!life->too_long && life->operation_count > 0) {
    life->cuts[life->cut_count++] =
        (struct pc_listed_cut){.operation = life->operation_count - 1, .cut = *cut, .seed = seed};
  }
}
