/* Division by a size that is known when the device is made, mostly a power of two: by a shift then, since dividing
   takes as long as a short program. */
#ifndef PC_DEVICE_DIVIDE_H
#define PC_DEVICE_DIVIDE_H

#include <stdint.h>

struct pc_divisor {
  uint32_t size;  /* not 0 where it is used */
  uint32_t shift; /* of a power of two; else PC_NO_SHIFT */
};
#define PC_NO_SHIFT 32u

static inline struct pc_divisor pc_divisor_of(uint32_t size) {
  uint32_t shift = size > 0 && (size & (size - 1)) == 0 ? (uint32_t)__builtin_ctz(size) : PC_NO_SHIFT;
  return (struct pc_divisor){.size = size, .shift = shift};
}

static inline uint32_t pc_divide(const struct pc_divisor *divisor, uint32_t number) {
  return divisor->shift < PC_NO_SHIFT ? number >> divisor->shift : number / divisor->size;
}

static inline uint32_t pc_remainder(const struct pc_divisor *divisor, uint32_t number) {
  return divisor->shift < PC_NO_SHIFT ? number & (divisor->size - 1) : number % divisor->size;
}

#endif
