#include "alike.h"

#include <stdlib.h>
#include <xxhash.h>

#include "cut.h"
#include "draw.h"
#include "powercut/seed.h"

/* One in so many recoveries is cut in every way, whatever it is like. */
#define AUDIT_ONE_IN 64u

void pc_alike_free(struct pc_alike *alike) {
  free(alike->courses);
  *alike = (struct pc_alike){0};
}

void pc_alike_forget(struct pc_alike *alike) {
  alike->known_count = 0;
  alike->course_count = 0;
}

static bool is_asked_for(const struct pc_walk *walk) {
  const struct pc_power_plan *power = walk->plan.power;
  return power->alike > 0 && power->depth > 1 && power->faults[PC_FAULT_BETWEEN_OPS] &&
         walk->rig.target.promises.self_contained;
}

uint64_t pc_alike_course(const struct pc_walk *walk, size_t torn, size_t recovered) {
  const struct pc_device *device = walk->rig.device;
  if (!is_asked_for(walk) || !pc_device_reads_raw(device) || !pc_device_is_sound(device)) {
    return 0;
  }
  uint64_t course = pc_random_mix(pc_device_hash(device), walk->report.reads);
  for (size_t i = torn; i < recovered; i++) {
    struct pc_flash_operation operation = pc_device_journalled(device, i);
    uint64_t after = operation.kind == PC_ERASE ? 0 : XXH3_64bits(operation.after, operation.size);
    course = pc_random_mix(course, (uint64_t)operation.address << 32 | operation.size);
    course = pc_random_mix(course, after + operation.kind);
  }
  return course == 0 ? 1 : course;
}

/* A recovery that is cut: each of its flash operations is visited. */
struct recovery {
  struct pc_walk *walk;
  const struct pc_tape *tape;
  uint64_t seed;
  struct pc_alike *alike;              /* of the recoveries from the cuts in the same flash operation */
  const struct pc_alike_recovery *met; /* the one that this one is like, as far as is known; or NULL */
  bool differs;                        /* it isn't */
};

typedef enum pc_result (*pc_alike_visit)(struct recovery *recovery, const struct pc_fault_input *input, uint32_t index,
                                         struct pc_error *error);

static enum pc_result visit_each(struct recovery *recovery, pc_alike_visit visit, struct pc_error *error) {
  struct pc_walk *walk = recovery->walk;
  enum pc_result result = PC_OK;
  for (size_t i = 0; result == PC_OK && i < recovery->tape->count && !walk->plan.findings->result->interrupted; i++) {
    struct pc_flash_operation operation = pc_tape_next(recovery->tape, i, walk->rig.device);
    struct pc_fault_input input = pc_cut_input(walk, &operation, pc_seed_of_operation(recovery->seed, (uint32_t)i));
    pc_alike_forget(&walk->levels[walk->path.depth].alike);
    result = recovery->differs ? PC_OK : visit(recovery, &input, (uint32_t)i, error);
    pc_tape_redo(recovery->tape, i, walk->rig.device);
  }
  return result;
}

static enum pc_result cut_in_every_way(struct recovery *recovery, const struct pc_fault_input *input, uint32_t index,
                                       struct pc_error *error) {
  return pc_cut_from(recovery->walk, input, &(struct pc_cut){.flash_operation = index}, error);
}

/* But before it, which was done. */
static enum pc_result cut_in_every_other_way(struct recovery *recovery, const struct pc_fault_input *input,
                                             uint32_t index, struct pc_error *error) {
  return pc_cut_from(recovery->walk, input,
                     &(struct pc_cut){.flash_operation = index, .fault = PC_FAULT_BETWEEN_OPS + 1}, error);
}

/* Cuts before a flash operation: `*course` is that of the recovery from there. */
static enum pc_result cut_before(struct recovery *recovery, const struct pc_fault_input *input, uint32_t index,
                                 uint64_t *course, struct pc_error *error) {
  struct pc_walk *walk = recovery->walk;
  const struct pc_cut cut = {.flash_operation = index, .fault = PC_FAULT_BETWEEN_OPS};
  enum pc_result result = pc_cut_with(walk, input, &cut, error);
  *course = walk->levels[walk->path.depth].course;
  return result;
}

static enum pc_result keep_course(struct pc_alike *alike, uint64_t course, struct pc_error *error) {
  if (alike->course_count == alike->capacity) {
    size_t capacity = alike->capacity == 0 ? 64 : alike->capacity * 2;
    uint64_t *courses = realloc(alike->courses, capacity * sizeof *courses);
    if (courses == NULL) {
      return pc_fail_memory(error);
    }
    alike->courses = courses;
    alike->capacity = capacity;
  }
  alike->courses[alike->course_count++] = course;
  return PC_OK;
}

static enum pc_result cut_and_remember(struct recovery *recovery, const struct pc_fault_input *input, uint32_t index,
                                       struct pc_error *error) {
  uint64_t course;
  enum pc_result result = cut_before(recovery, input, index, &course, error);
  if (result == PC_OK) {
    result = keep_course(recovery->alike, course, error);
  }
  return result == PC_OK ? cut_in_every_other_way(recovery, input, index, error) : result;
}

/* A state that was explored, which has no course, needs no like. */
static enum pc_result compare(struct recovery *recovery, const struct pc_fault_input *input, uint32_t index,
                              struct pc_error *error) {
  const struct pc_exploration_result *counts = recovery->walk->plan.findings->result;
  uint64_t course, deduplicated = counts->deduplicated, violations = counts->violations;
  enum pc_result result = cut_before(recovery, input, index, &course, error);
  bool repeated = course == 0 && counts->deduplicated > deduplicated;
  recovery->differs = (!repeated && course != recovery->alike->courses[recovery->met->first + index]) ||
                      counts->violations > violations;
  return result;
}

/* The cut number `chosen` of all but the one before the flash operation. */
static enum pc_result cut_chosen(struct recovery *recovery, const struct pc_fault_input *input, uint32_t index,
                                 uint64_t chosen, struct pc_error *error) {
  struct pc_walk *walk = recovery->walk;
  struct pc_cut cut = {.flash_operation = index};
  for (cut.fault = PC_FAULT_BETWEEN_OPS + 1; cut.fault < PC_FAULT_COUNT; cut.fault++) {
    uint32_t variants = walk->plan.power->faults[cut.fault] ? pc_fault_variants(cut.fault, input) : 0;
    if (chosen < variants) {
      cut.variant = (uint32_t)chosen;
      return pc_cut_with(walk, input, &cut, error);
    }
    chosen -= variants;
  }
  return PC_OK;
}

/* Draws some of the tears, and counts the others as explored. */
static enum pc_result cut_some(struct recovery *recovery, const struct pc_fault_input *input, uint32_t index,
                               struct pc_error *error) {
  struct pc_walk *walk = recovery->walk;
  struct pc_exploration_result *counts = walk->plan.findings->result;
  struct pc_random random = {.state = pc_random_mix(input->seed, PC_DRAW_SEED)};
  uint32_t left = pc_draw_population(walk, &input->operation, input->seed) - 1, needed = walk->plan.power->alike;
  needed = needed < left ? needed : left;
  enum pc_result result = PC_OK;
  counts->cuts += left - needed;
  counts->deduplicated += left - needed;
  for (uint64_t chosen = 0; result == PC_OK && needed > 0; chosen++, left--) {
    if (pc_random_below(&random, left) < needed) {
      needed--;
      result = cut_chosen(recovery, input, index, chosen, error);
    }
  }
  return result;
}

/* The recovery that had this course, or NULL. */
static const struct pc_alike_recovery *find(const struct pc_alike *alike, uint64_t course) {
  for (size_t i = 0; i < alike->known_count; i++) {
    if (alike->known[i].course == course) {
      return &alike->known[i];
    }
  }
  return NULL;
}

/* Cuts in a recovery that no other one was like, and remembers it if all held. */
static enum pc_result cut_first(struct recovery *recovery, uint64_t course, struct pc_error *error) {
  const struct pc_exploration_result *counts = recovery->walk->plan.findings->result;
  struct pc_alike *alike = recovery->alike;
  struct pc_alike_recovery first = {.course = course, .first = alike->course_count};
  uint64_t violations = counts->violations;
  enum pc_result result = visit_each(recovery, cut_and_remember, error);
  if (result == PC_OK && counts->violations == violations && !counts->interrupted) {
    alike->known[alike->known_count++] = first;
  }
  return result;
}

/* Cuts in a recovery that is like one that was cut in every way. */
static enum pc_result cut_like(struct recovery *recovery, size_t torn, struct pc_error *error) {
  struct pc_device *device = recovery->walk->rig.device;
  enum pc_result result = visit_each(recovery, compare, error);
  bool differs = recovery->differs;
  recovery->differs = false;
  if (result == PC_OK) {
    pc_device_rollback(device, torn);
    result = visit_each(recovery, differs ? cut_in_every_other_way : cut_some, error);
  }
  return result;
}

enum pc_result pc_alike_cut(struct pc_walk *walk, const struct pc_tape *tape, uint64_t seed, struct pc_error *error) {
  struct pc_level *level = &walk->levels[walk->path.depth - 1];
  struct recovery recovery = {.walk = walk, .tape = tape, .seed = seed, .alike = &level->alike};
  uint64_t course = level->course;
  if (course == 0 || pc_device_hash(walk->rig.device) % AUDIT_ONE_IN == 0) {
    return visit_each(&recovery, cut_in_every_way, error);
  }
  recovery.met = find(recovery.alike, course);
  if (recovery.met != NULL) {
    return cut_like(&recovery, pc_device_mark(walk->rig.device), error);
  }
  if (recovery.alike->known_count == PC_ALIKE_MOST) {
    return visit_each(&recovery, cut_in_every_way, error);
  }
  return cut_first(&recovery, course, error);
}
