#include "guarded.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where the block lies: whole pages for it between two guard pages, and it at their end. */
struct layout {
  size_t page, mapped, offset;
};

static struct layout layout_of(size_t size) {
  struct layout layout = {.page = (size_t)sysconf(_SC_PAGESIZE)};
  size_t alignment = _Alignof(max_align_t);
  size_t aligned = (size + alignment - 1) / alignment * alignment;
  size_t pages = (aligned + layout.page - 1) / layout.page;
  layout.mapped = (pages + 2) * layout.page;
  layout.offset = layout.mapped - layout.page - aligned;
  return layout;
}

void *pc_guarded_take(size_t size) {
  if (size > SIZE_MAX / 4) {
    return NULL;
  }
  struct layout layout = layout_of(size);
  uint8_t *pages = mmap(NULL, layout.mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) {
    return NULL;
  }
  if (mprotect(pages + layout.page, layout.mapped - 2 * layout.page, PROT_READ | PROT_WRITE) != 0) {
    (void)munmap(pages, layout.mapped);
    return NULL;
  }
  return pages + layout.offset;
}

void pc_guarded_free(void *memory, size_t size) {
  if (memory != NULL) {
    struct layout layout = layout_of(size);
    (void)munmap((uint8_t *)memory - layout.offset, layout.mapped);
  }
}
