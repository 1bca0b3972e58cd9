/* A half-full store on a part, and the cuts in it that are timed. */
#ifndef FIELD_H
#define FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/error.h"

/* What is explored. Entries take 64 bytes on flash: a header of 16, keys of 8, values of 32. */
struct field_shape {
  uint32_t sectors, sector_size;
  const char *checksum;                      /* norkv's parameter */
  uint32_t operations;                       /* that are cut, once the store is half full */
  uint32_t depth, samples, limit, aftermath; /* struct pc_power_plan */
};

/* What a walk over all cuts took. */
struct field_times {
  uint64_t cuts, recoveries, shared, deduplicated, violations;
  double walk;  /* CPU seconds */
  double start; /* of them in the starts on the crash images alone; 0 where they weren't timed */
};

struct field;

/* Makes the part, runs the workload once with the power on and records it. PC_BAD_INPUT: norkv doesn't take the shape.
   Free it with field_close. */
enum pc_result field_open(struct field **field, const struct field_shape *shape, struct pc_error *error);
void field_close(struct field *field);

/* Live entries when the first operation is cut, and the flash operations that are cut. */
uint32_t field_entries(const struct field *field);
uint32_t field_flash_operations(const struct field *field);

/* Cuts and checks as a worker does. `time_starts` takes the time of each start on a crash image too, at the cost of
   looking at the clock. */
enum pc_result field_walk(struct field *field, bool time_starts, struct field_times *times, struct pc_error *error);

#endif
