/* Wear with the power on: what erases of a sector that nears its endurance, and passes it, do to its cells. */
#include <string.h>

#include "powercut/random.h"
#include "state.h"

#define UNSTABLE_FROM 0.8 /* of the endurance: where cells begin to be unstable */
#define WORST 1.2         /* where they are as bad as they become */
#define MOST_UNSTABLE 0.5 /* of the erases leave an unstable cell there; each leaves a stuck one */

/* From 0 at `from` to 1 at the worst. */
static double share(double age, double from) {
  double share = (age - from) / (WORST - from);
  return share < 0 ? 0 : share > 1 ? 1 : share;
}

static void mark(struct pc_device *device, struct pc_random *random, uint8_t *cells) {
  uint64_t cell = pc_random_below(random, (uint64_t)device->profile.sector_size * 8);
  cells[cell / 8] |= (uint8_t)(1u << cell % 8);
}

/* Draws what the erase leaves in one sector; `at` is its place in the operation. A function of the seed, the sector and
   its erases alone: an erase that is done again leaves the same. */
static bool wear_sector(struct pc_device *device, const struct pc_wearing *wearing, uint32_t sector, uint32_t at) {
  double age = pc_device_age(device, sector);
  uint64_t erases = device->wear[sector].erases;
  struct pc_random random = {.state = pc_random_mix(pc_random_mix(wearing->seed, sector), erases)};
  bool unstable = pc_random_unit(&random) < MOST_UNSTABLE * share(age, UNSTABLE_FROM);
  bool sticks = pc_random_unit(&random) < share(age, 1);
  if (unstable) {
    mark(device, &random, wearing->weak + at);
  }
  if (sticks) {
    mark(device, &random, wearing->stuck + at);
  }
  return unstable || sticks;
}

/* Cells that stick stay as they are, and are not unstable; unstable ones are erased. */
static void leave(struct pc_device *device, const struct pc_wearing *wearing, struct pc_flash_operation *erase) {
  const uint8_t *cells = device->cells + erase->address;
  uint8_t differs = 0, weak = 0;
  for (uint32_t i = 0; i < erase->size; i++) {
    uint8_t stuck = wearing->stuck[i] | device->planes[PC_PLANE_STUCK].bytes[erase->address + i];
    uint8_t after = (uint8_t)((erase->after[i] & ~stuck) | (cells[i] & stuck));
    differs |= after ^ erase->after[i];
    device->scratch[i] = after; /* which may be where `after` is */
    wearing->weak[i] &= (uint8_t)(after & ~stuck);
    weak |= wearing->weak[i];
  }
  erase->ignored = erase->ignored || (!erase->failed && differs != 0);
  erase->after = device->scratch;
  erase->stuck = wearing->stuck;
  if (weak != 0) {
    erase->weak = wearing->weak;
    erase->spoilt = wearing->weak;
    erase->weakness = PC_WEAK_NOISY;
  }
}

const struct pc_wearing *pc_wear_out(struct pc_device *device, struct pc_flash_operation *operation) {
  const struct pc_wearing *left = NULL;
  if (operation->kind != PC_ERASE || operation->torn) {
    return NULL;
  }
  for (uint32_t at = 0; at < operation->size; at += device->profile.sector_size) {
    const struct pc_wearing *wearing = pc_armed_wearing(device, operation->address + at);
    uint32_t sector = pc_divide(&device->sector, operation->address + at);
    if (wearing != NULL && wear_sector(device, wearing, sector, at)) {
      left = wearing;
    }
  }
  if (left != NULL) {
    leave(device, left, operation);
  }
  return left;
}

void pc_wear_out_end(const struct pc_wearing *wearing, uint32_t size) {
  memset(wearing->weak, 0, size);
  memset(wearing->stuck, 0, size);
}
