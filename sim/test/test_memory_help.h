/* Taking memory away, to test what happens without. Sanitizers need the address space that is taken: under them such
   tests are passed over, CAN_LIMIT_MEMORY says so. */
#ifndef TEST_MEMORY_HELP_H
#define TEST_MEMORY_HELP_H

#include <criterion/criterion.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
#define CAN_LIMIT_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAN_LIMIT_MEMORY 0
#endif
#endif
#ifndef CAN_LIMIT_MEMORY
#define CAN_LIMIT_MEMORY 1
#endif

/* No memory is mapped from here on: what malloc still has at hand is little. */
static inline void take_memory_away(void) {
  struct rlimit limit;
  cr_assert_eq(getrlimit(RLIMIT_AS, &limit), 0);
  limit.rlim_cur = 0;
  cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

static inline void give_memory_back(void) {
  struct rlimit limit;
  cr_assert_eq(getrlimit(RLIMIT_AS, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
}

#endif
