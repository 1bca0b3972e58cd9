/*
 * longjmp takes a function back to any place on a stack whose frames are what they were then: that they are is what the
 * copies are for. The registers that calls keep are part of a place, since what called may have anything in them.
 */
#include "side_stack.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#define MOST_COPIED 65536u
#define LARGEST_STACK ((size_t)64 << 20) /* where the process's own may grow for ever */

#ifdef __has_feature
#define HAS_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ADDRESS_SANITIZER 1
#else
#define HAS_ADDRESS_SANITIZER 0
#endif

#if defined(__x86_64__) && !HAS_ADDRESS_SANITIZER
#define IS_SUPPORTED true
#else
#define IS_SUPPORTED false
#endif

/* For functions whose frames must be there. */
#define OWN_FRAME __attribute__((noinline))

struct pc_side_stack {
  uint8_t *pages; /* the first is the guard; the stack grows down towards it */
  size_t mapped;
  bool begun;
  ucontext_t first;
  jmp_buf caller, idle;
  void (*work)(void *context);
  void *context;
  struct pc_side_place here; /* the one that stands still; its bytes are the stack's */
};

/* A pointer by its halves: all that the way to another stack takes are numbers of that size. */
union passed {
  struct pc_side_stack *stack;
  unsigned halves[2];
};

/* Never returns: whoever called last is who is gone back to. */
static void serve(unsigned first, unsigned second) {
  struct pc_side_stack *stack = ((union passed){.halves = {first, second}}).stack;
  (void)_setjmp(stack->idle);
  stack->work(stack->context);
  pc_side_stack_leave(stack);
}

/* As much as the process's own, in whole pages. */
static size_t size_of_stack(size_t page) {
  struct rlimit limit;
  size_t size = LARGEST_STACK;
  if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < LARGEST_STACK) {
    size = limit.rlim_cur;
  }
  return (size + page - 1) / page * page;
}

static bool map(struct pc_side_stack *stack) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t mapped = size_of_stack(page) + page;
  void *pages =
      mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (pages == MAP_FAILED) {
    return false;
  }
  stack->pages = pages;
  stack->mapped = mapped;
  stack->first.uc_stack.ss_sp = stack->pages + page;
  stack->first.uc_stack.ss_size = mapped - page;
  return mprotect(pages, page, PROT_NONE) == 0;
}

static bool prepare(struct pc_side_stack *stack) {
  if (getcontext(&stack->first) != 0 || !map(stack)) {
    return false;
  }
  const union passed passed = {.stack = stack};
  makecontext(&stack->first, (void (*)(void))serve, 2, passed.halves[0], passed.halves[1]);
  return true;
}

struct pc_side_stack *pc_side_stack_open(void) {
  struct pc_side_stack *stack = IS_SUPPORTED ? calloc(1, sizeof *stack) : NULL;
  if (stack != NULL && !prepare(stack)) {
    pc_side_stack_close(stack);
    return NULL;
  }
  return stack;
}

void pc_side_stack_close(struct pc_side_stack *stack) {
  if (stack != NULL) {
    if (stack->mapped > 0) {
      (void)munmap(stack->pages, stack->mapped);
    }
    free(stack);
  }
}

void pc_side_place_free(struct pc_side_place *place) {
  free(place->bytes);
  *place = (struct pc_side_place){0};
}

OWN_FRAME void pc_side_stack_run(struct pc_side_stack *stack, void (*work)(void *context), void *context) {
  stack->work = work;
  stack->context = context;
  if (_setjmp(stack->caller) != 0) {
    return;
  }
  if (!stack->begun) {
    stack->begun = true;
    (void)setcontext(&stack->first);
  }
  _longjmp(stack->idle, 1);
}

static uint8_t *top_of(const struct pc_side_stack *stack) {
  return stack->pages + stack->mapped;
}

OWN_FRAME void pc_side_stack_go_on(struct pc_side_stack *stack, struct pc_side_place *place) {
  if (_setjmp(stack->caller) != 0) {
    return;
  }
  memcpy(top_of(stack) - place->size, place->bytes, place->size);
  _longjmp(place->registers, 1);
}

_Noreturn void pc_side_stack_leave(struct pc_side_stack *stack) {
  _longjmp(stack->caller, 1);
}

/* All that lies on the stack as this is called is above what it returns: it has a frame of its own, of which the first
   two words are not the caller's. */
OWN_FRAME static uint8_t *bottom(void) {
  return (uint8_t *)__builtin_frame_address(0) + 2 * sizeof(void *);
}

static bool copy(struct pc_side_place *place, const uint8_t *bytes, size_t size) {
  if (size > MOST_COPIED) {
    return false;
  }
  if (size > place->capacity) {
    uint8_t *moved = realloc(place->bytes, size);
    if (moved == NULL) {
      return false;
    }
    place->bytes = moved;
    place->capacity = size;
  }
  memcpy(place->bytes, bytes, size);
  place->size = size;
  return true;
}

OWN_FRAME bool pc_side_stack_take(struct pc_side_stack *stack, struct pc_side_place *place) {
  if (_setjmp(place->registers) != 0) {
    return true;
  }
  uint8_t *bytes = bottom();
  return copy(place, bytes, (size_t)(top_of(stack) - bytes));
}

OWN_FRAME void pc_side_stack_stand(struct pc_side_stack *stack, void (*look)(void *context), void *context) {
  (void)_setjmp(stack->here.registers);
  stack->here.bytes = bottom();
  stack->here.size = (size_t)(top_of(stack) - stack->here.bytes);
  look(context);
}

bool pc_side_stack_is_at(const struct pc_side_stack *stack, const struct pc_side_place *place) {
  return place->size == stack->here.size &&
         memcmp(place->registers[0].__jmpbuf, stack->here.registers[0].__jmpbuf, sizeof place->registers[0].__jmpbuf) ==
             0 &&
         memcmp(place->bytes, stack->here.bytes, place->size) == 0;
}

bool pc_side_stack_copy(const struct pc_side_stack *stack, struct pc_side_place *place) {
  memcpy(place->registers, stack->here.registers, sizeof place->registers);
  return copy(place, stack->here.bytes, stack->here.size);
}
