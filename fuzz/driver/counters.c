#include "counters.h"

#include <stdint.h>
#include <string.h>

#include "harness.h"

/* Where the engines have them: the linker's names for the section of libFuzzer's, and AFL++'s map. */
extern uint8_t first_counter __asm__("__start___sancov_cntrs") __attribute__((weak));
extern uint8_t end_of_counters __asm__("__stop___sancov_cntrs") __attribute__((weak));
extern uint8_t *afl_map __asm__("__afl_area_ptr") __attribute__((weak));
extern uint32_t afl_map_size __asm__("__afl_map_size") __attribute__((weak));

/* More than an engine of this size has; of what is more, the rest goes on counting. */
#define MOST_COUNTERS 65536u

static struct { uint8_t kept[MOST_COUNTERS]; } counters;

struct place {
  uint8_t *first;
  size_t size;
};

static struct place place_of_counters(void) {
  struct place place = {0};
  if (&first_counter != NULL) {
    place = (struct place){&first_counter, (size_t)(&end_of_counters - &first_counter)};
  } else if (&afl_map != NULL && &afl_map_size != NULL) {
    place = (struct place){afl_map, afl_map_size};
  }
  place.size = place.size < MOST_COUNTERS ? place.size : MOST_COUNTERS;
  return place;
}

void pc_counters_set_aside(bool begins) {
  struct place place = place_of_counters();
  if (place.first == NULL || place.size == 0) {
    return;
  }
  if (begins) {
    memcpy(counters.kept, place.first, place.size);
  } else {
    memcpy(place.first, counters.kept, place.size);
  }
}
