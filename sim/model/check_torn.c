/*
 * Recoveries from cuts in one flash operation whose starts wrote nothing. The flash of one differs from that of another
 * where that flash operation was torn, and nowhere else. If both have the same in memory, and the one was asked without
 * a look at these bytes, then asking the other one gives the same.
 */
#include <xxhash.h>

#include "checker.h"
#include "powercut/random.h"

/* What is asked where it has to be; the image is looked at in between. */
enum part { CONTENTS, WORK };

/* Of a recovery whose contents were read without such a look: what is asked from there on is the same, too. */
struct torn {
  const struct pc_arrival *arrival;
  uint64_t place;  /* what was torn, and what of */
  uint64_t memory; /* a hash of the store's, as the part begins */
  bool unseen;
};

static uint64_t situation_of(const struct torn *torn, enum part part) {
  return pc_random_mix(torn->memory, torn->place) + (uint64_t)part;
}

/* Whether this was asked, and held; then it counts as checked. */
static bool is_known(const struct torn *torn, enum part part) {
  struct pc_checker *checker = torn->arrival->checker;
  uint32_t checked;
  if (!torn->unseen || !pc_shared_find(checker->shared, situation_of(torn, part), &checked)) {
    return false;
  }
  if (part == CONTENTS) {
    pc_arrival_settle(torn->arrival, checked);
  } else {
    pc_shared_count(checked, torn->arrival->report);
  }
  return true;
}

static void begin_part(const struct torn *torn) {
  const struct pc_checker *checker = torn->arrival->checker;
  pc_device_watch(checker->target->device, checker->torn.address, checker->torn.size);
}

/* What was asked since the part began is remembered if it held, and took no look. Whether it took none. */
static bool end_part(const struct torn *torn, enum part part) {
  const struct pc_arrival *arrival = torn->arrival;
  struct pc_checker *checker = arrival->checker;
  struct pc_target *target = checker->target;
  bool unseen = torn->unseen && !pc_device_watch_met(target->device);
  pc_device_watch(target->device, 0, 0);
  if (unseen && pc_arrival_holds(arrival) && !target->work.excess) {
    uint32_t measured = target->work.measured ? 1u << PC_BOUNDED : 0;
    pc_shared_keep(checker->shared, situation_of(torn, part), pc_arrival_checked(arrival) | measured);
  }
  return unseen;
}

static void check_contents(struct torn *torn) {
  const struct pc_arrival *arrival = torn->arrival;
  struct pc_checker *checker = arrival->checker;
  torn->unseen = true;
  if (checker->settled && is_known(torn, CONTENTS)) {
    return;
  }
  begin_part(torn);
  pc_check_contents(checker, arrival->expectation, arrival->report);
  torn->unseen = pc_device_mark(checker->target->device) == arrival->recovered;
  torn->unseen = end_part(torn, CONTENTS);
}

/* What the decoder finds in the sectors that were torn. */
static enum pc_result find_in_torn(struct pc_checker *checker, uint64_t *found, struct pc_error *error) {
  const struct pc_target *target = checker->target;
  const struct pc_torn *torn = &checker->torn;
  struct pc_image_layout layout = target->promises.layout;
  uint32_t first = torn->address / layout.sector_size, last = (torn->address + torn->size - 1) / layout.sector_size;
  const uint8_t *cells = pc_device_cells(target->device).data + (size_t)first * layout.sector_size;
  layout.sector_count = last - first + 1;
  const struct pc_bytes image = {.data = cells, .size = (size_t)layout.sector_size * layout.sector_count};
  enum pc_result result = pc_decode(image, &layout, &checker->torn_sectors, error);
  if (result != PC_OK) {
    return result;
  }
  const struct pc_decoded *decoded = &checker->torn_sectors;
  uint64_t hash = decoded->entry_count;
  for (uint32_t i = 0; i < decoded->entry_count; i++) {
    const struct pc_entry *entry = &decoded->entries[i];
    bool damaged = entry->state == PC_ENTRY_DAMAGED;
    hash = pc_random_mix(hash, (uint64_t)entry->address << 32 | entry->size);
    hash = pc_random_mix(hash, damaged ? 1 : XXH3_64bits(cells + entry->address, entry->size));
  }
  for (uint32_t i = 0; i < decoded->sector_count; i++) {
    hash = pc_random_mix(hash, decoded->sectors[i].free_bytes);
  }
  *found = hash;
  return PC_OK;
}

/* Decodes the image, unless the last one that was decoded is like it but for what was torn, where the decoder finds the
   same. */
static enum pc_result decode(const struct torn *torn, struct pc_error *error) {
  struct pc_checker *checker = torn->arrival->checker;
  uint64_t found = 0;
  enum pc_result result = find_in_torn(checker, &found, error);
  if (result != PC_OK || (checker->torn_place == torn->place && checker->torn_found == found)) {
    return result;
  }
  result = pc_checker_decode(checker, error);
  checker->torn_place = result == PC_OK ? torn->place : 0;
  checker->torn_found = found;
  return result;
}

static enum pc_result check_image(const struct torn *torn, struct pc_error *error) {
  const struct pc_arrival *arrival = torn->arrival;
  struct pc_checker *checker = arrival->checker;
  if (!pc_checker_sees_image(checker)) {
    return PC_OK;
  }
  enum pc_result result = decode(torn, error);
  if (result == PC_OK) {
    pc_check_decoded(checker, arrival->expectation->model, false, arrival->report);
  }
  return result;
}

static enum pc_result check_work(struct torn *torn, struct pc_error *error) {
  const struct pc_arrival *arrival = torn->arrival;
  if (arrival->checker->target->promises.repairs_with_write) {
    return pc_check_work(arrival, error); /* which looks at the image, too */
  }
  torn->memory = pc_shared_memory(arrival->checker->target);
  if (is_known(torn, WORK)) {
    return PC_OK;
  }
  begin_part(torn);
  enum pc_result result = pc_check_work(arrival, error);
  (void)end_part(torn, WORK);
  return result;
}

enum pc_result pc_check_torn(const struct pc_arrival *arrival, struct pc_error *error) {
  const struct pc_torn *place = &arrival->checker->torn;
  struct torn torn = {.arrival = arrival,
                      .memory = arrival->memory,
                      .place = pc_random_mix(place->state, (uint64_t)place->address << 32 | place->size)};
  check_contents(&torn);
  enum pc_result result = check_image(&torn, error);
  return result == PC_OK ? check_work(&torn, error) : result;
}
