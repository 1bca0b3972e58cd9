/* Choosing at most so many points of a range: both ends, and between them the multiples of the smallest power of two
   that keeps within the limit. Such points fall where entries begin, as stores align them to round sizes. */
#ifndef PC_DEVICE_SPREAD_H
#define PC_DEVICE_SPREAD_H

#include <stdint.h>

/* From first to last, first <= last < 2^31; at most `limit` points are chosen between them. */
struct pc_spread {
  uint32_t first, last, limit;
};

uint32_t pc_spread_count(const struct pc_spread *spread);
/* The points in rising order; index is below the count. */
uint32_t pc_spread_point(const struct pc_spread *spread, uint32_t index);

#endif
