/* The functions that a C compiler takes for granted, for a firmware that links no C library. With newlib or picolibc
   leave this file out. */
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  unsigned char *target = to;
  const unsigned char *source = from;
  while (size-- > 0) {
    *target++ = *source++;
  }
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  unsigned char *target = to;
  const unsigned char *source = from;
  if (target <= source) {
    return memcpy(to, from, size);
  }
  while (size-- > 0) {
    target[size] = source[size];
  }
  return to;
}

void *memset(void *to, int value, size_t size) {
  unsigned char *target = to;
  while (size-- > 0) {
    *target++ = (unsigned char)value;
  }
  return to;
}

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *first = a;
  const unsigned char *second = b;
  for (; size > 0; size--, first++, second++) {
    if (*first != *second) {
      return *first - *second;
    }
  }
  return 0;
}
