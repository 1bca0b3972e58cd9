/* What a store says of its own work: bounds for each call, and how evenly it wears. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker.h"

static const char *const call_texts[PC_CALL_COUNT] = {
    [PC_CALL_START] = "a start",
    [PC_CALL_PUT] = "a put",
    [PC_CALL_REMOVE] = "a delete",
    [PC_CALL_MAINTAIN_PARTIAL] = "partial maintenance",
    [PC_CALL_MAINTAIN_FULL] = "full maintenance",
    [PC_CALL_MAINTAIN_HEAVY] = "heavy maintenance",
};

/* One of a bound's three figures. */
struct figure {
  uint64_t done, bound;
  const char *unit;
};

static struct figure first_excess(const struct pc_bound *done, const struct pc_bound *bound) {
  if (bound->erases > 0 && done->erases > bound->erases) {
    return (struct figure){done->erases, bound->erases, "erases"};
  }
  if (bound->flash_operations > 0 && done->flash_operations > bound->flash_operations) {
    return (struct figure){done->flash_operations, bound->flash_operations, "flash operations"};
  }
  return (struct figure){done->read_bytes, bound->read_bytes, "bytes read"};
}

/* Failed flash operations, damage and cells that answer each read anew cost work that no store can state a bound for.
 */
static bool answers_as_it_should(const struct pc_device *device) {
  return pc_device_is_sound(device) && pc_device_weak_cells(device) == 0;
}

void pc_check_bounds(struct pc_checker *checker, struct pc_report *report) {
  struct pc_target *target = checker->target;
  const struct pc_work work = target->work;
  target->work = (struct pc_work){0};
  if (!work.measured || !answers_as_it_should(target->device)) {
    return;
  }
  report->checked[PC_BOUNDED] = true;
  if (work.excess) {
    struct figure figure = first_excess(&work.done, &target->promises.bounds[work.call]);
    char expected[PC_TEXT_SIZE];
    (void)snprintf(expected, sizeof expected, "%s: at most %" PRIu64 " %s", call_texts[work.call], figure.bound,
                   figure.unit);
    pc_report_fail(report, PC_BOUNDED, NULL, expected, "%" PRIu64 " %s", figure.done, figure.unit);
  }
}

static void begin_counting(struct pc_checker *checker) {
  const struct pc_device *device = checker->target->device;
  for (uint32_t sector = 0; sector < pc_device_sectors(device); sector++) {
    checker->erases[sector] = pc_device_wear(device, sector).erases;
  }
}

static bool is_blank(const struct pc_device *device) {
  struct pc_bytes cells = pc_device_cells(device);
  return cells.data[0] == PC_ERASED && memcmp(cells.data, cells.data + 1, cells.size - 1) == 0;
}

void pc_check_wear(struct pc_checker *checker, bool started, struct pc_report *report) {
  const struct pc_store_promises *promises = &checker->target->promises;
  const struct pc_device *device = checker->target->device;
  uint64_t in_all = pc_device_work(device).erases;
  if (checker->erases == NULL || !answers_as_it_should(device)) {
    return;
  }
  if (in_all != checker->erases_in_all) {
    uint64_t least = UINT64_MAX, most = 0;
    uint32_t least_worn = 0, most_worn = 0;
    for (uint32_t sector = 0; sector < pc_device_sectors(device); sector++) {
      uint64_t erases = pc_device_wear(device, sector).erases - checker->erases[sector];
      least_worn = erases < least ? sector : least_worn;
      least = erases < least ? erases : least;
      most_worn = erases > most ? sector : most_worn;
      most = erases > most ? erases : most;
    }
    checker->erases_in_all = in_all;
    report->checked[PC_WEAR_SPREAD] = true;
    if (most - least > promises->wear_spread) {
      char expected[PC_TEXT_SIZE];
      (void)snprintf(expected, sizeof expected, "erase counts%s within %" PRIu32 " of each other",
                     promises->wear_spread_by_start ? " since the last start" : "", promises->wear_spread);
      pc_report_fail(report, PC_WEAR_SPREAD, NULL, expected,
                     "%" PRIu64 " erases of sector %" PRIu32 ", %" PRIu64 " of sector %" PRIu32, most, most_worn, least,
                     least_worn);
    }
  }
  if (started && (promises->wear_spread_by_start || is_blank(device))) {
    begin_counting(checker);
  }
}

void pc_begin_wear(struct pc_checker *checker) {
  if (checker->erases != NULL) {
    checker->erases_in_all = pc_device_work(checker->target->device).erases;
    begin_counting(checker);
  }
}

void pc_forget_wear(struct pc_checker *checker) {
  if (checker->target->promises.wear_spread_by_start) {
    pc_begin_wear(checker);
  } else {
    free(checker->erases);
    checker->erases = NULL;
  }
}
