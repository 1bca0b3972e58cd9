#include "spread.h"

/* Multiples of `step` strictly between the ends. */
static uint32_t count_between(const struct pc_spread *spread, uint32_t step) {
  return spread->first == spread->last ? 0 : (spread->last - 1) / step - spread->first / step;
}

static uint32_t step_of(const struct pc_spread *spread) {
  uint32_t step = 1;
  while (count_between(spread, step) > spread->limit) {
    step *= 2;
  }
  return step;
}

uint32_t pc_spread_count(const struct pc_spread *spread) {
  if (spread->first == spread->last) {
    return 1;
  }
  return 2 + count_between(spread, step_of(spread));
}

uint32_t pc_spread_point(const struct pc_spread *spread, uint32_t index) {
  uint32_t step = step_of(spread);
  if (index == 0) {
    return spread->first;
  }
  return index <= count_between(spread, step) ? (spread->first / step + index) * step : spread->last;
}
