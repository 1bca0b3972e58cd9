#include "landmarks.h"

#include <stdlib.h>
#include <string.h>

#define MOST_LANDMARKS 64u
#define MOST_ENDS 16u
#define ROOM ((size_t)4 << 20) /* bytes, for a copy of the store's memory for each of them */

struct pc_landmark {
  struct pc_port_call call;
  uint64_t course;
  struct pc_side_place place;
  uint8_t *memory;
  struct pc_port_counts counts;
  size_t done; /* flash operations */
  uint32_t end;
};

/* What a start that ended well left. */
struct end {
  uint8_t *memory;
  struct pc_port_counts counts;
  struct pc_tape tape;
};

struct pc_landmarks {
  struct pc_landmark landmarks[MOST_LANDMARKS];
  struct end ends[MOST_ENDS];
  uint32_t most, most_ends; /* that there is room for */
  uint32_t known, end_count;
  uint32_t passed; /* behind those that are known */
  uint64_t calls;  /* of those that are known: a bit for each, of a few that share it */
  size_t memory_size;
  uint8_t *memory; /* all copies */
};

struct pc_landmarks *pc_landmarks_open(size_t memory_size) {
  size_t fit = memory_size > 0 ? ROOM / memory_size : ROOM;
  size_t most_ends = fit / (1 + MOST_LANDMARKS / MOST_ENDS);
  struct pc_landmarks *landmarks = most_ends > 0 ? calloc(1, sizeof *landmarks) : NULL;
  if (landmarks == NULL) {
    return NULL;
  }
  landmarks->memory_size = memory_size;
  landmarks->most_ends = most_ends < MOST_ENDS ? (uint32_t)most_ends : MOST_ENDS;
  landmarks->most = landmarks->most_ends * (MOST_LANDMARKS / MOST_ENDS);
  landmarks->memory = malloc(memory_size * (landmarks->most + landmarks->most_ends) + 1);
  if (landmarks->memory == NULL) {
    free(landmarks);
    return NULL;
  }
  uint8_t *memory = landmarks->memory;
  for (uint32_t i = 0; i < landmarks->most; i++, memory += memory_size) {
    landmarks->landmarks[i].memory = memory;
  }
  for (uint32_t i = 0; i < landmarks->most_ends; i++, memory += memory_size) {
    landmarks->ends[i].memory = memory;
  }
  return landmarks;
}

void pc_landmarks_close(struct pc_landmarks *landmarks) {
  if (landmarks == NULL) {
    return;
  }
  for (uint32_t i = 0; i < MOST_LANDMARKS; i++) {
    pc_side_place_free(&landmarks->landmarks[i].place);
  }
  for (uint32_t i = 0; i < MOST_ENDS; i++) {
    pc_tape_free(&landmarks->ends[i].tape);
  }
  free(landmarks->memory);
  free(landmarks);
}

void pc_landmarks_forget(struct pc_landmarks *landmarks) {
  landmarks->known = 0;
  landmarks->passed = 0;
  landmarks->calls = 0;
  landmarks->end_count = 0;
}

static uint64_t bit_of(const struct pc_port_call *call) {
  uint64_t mixed = ((uint64_t)call->address << 20 ^ call->size << 2 ^ call->kind) * 0x9E3779B97F4A7C15u;
  return (uint64_t)1 << (mixed >> 58);
}

bool pc_landmarks_may_be_at(const struct pc_landmarks *landmarks, const struct pc_port_call *call) {
  return (landmarks->calls & bit_of(call)) != 0;
}

static bool is_same_call(const struct pc_port_call *a, const struct pc_port_call *b) {
  return a->address == b->address && a->size == b->size && a->kind == b->kind;
}

/* A budget that lasted there may not last here. */
static bool has_budget(const struct pc_budget *here, const struct pc_budget *there, const struct pc_budget *end) {
  return there->read_bytes - end->read_bytes <= here->read_bytes &&
         there->flash_operations - end->flash_operations <= here->flash_operations;
}

const struct pc_landmark *pc_landmarks_find(const struct pc_landmarks *landmarks, const struct pc_bearings *bearings) {
  const struct pc_target *target = bearings->target;
  for (uint32_t i = 0; i < landmarks->known; i++) {
    const struct pc_landmark *landmark = &landmarks->landmarks[i];
    if (is_same_call(&landmark->call, bearings->call) && landmark->course == bearings->course &&
        pc_side_stack_is_at(bearings->stack, &landmark->place) &&
        memcmp(landmark->memory, target->memory, landmarks->memory_size) == 0) {
      struct pc_budget left = pc_device_budget(target->device);
      return has_budget(&left, &landmark->counts.budget, &landmarks->ends[landmark->end].counts.budget) ? landmark
                                                                                                        : NULL;
    }
  }
  return NULL;
}

void pc_landmarks_pass(struct pc_landmarks *landmarks, const struct pc_bearings *bearings) {
  uint32_t index = landmarks->known + landmarks->passed;
  const struct pc_target *target = bearings->target;
  if (index >= landmarks->most || landmarks->end_count == landmarks->most_ends ||
      !pc_side_stack_copy(bearings->stack, &landmarks->landmarks[index].place)) {
    return;
  }
  struct pc_landmark *landmark = &landmarks->landmarks[index];
  landmark->call = *bearings->call;
  landmark->course = bearings->course;
  landmark->counts = pc_device_port_counts(target->device);
  landmark->done = pc_device_mark(target->device) - bearings->begin;
  landmark->end = landmarks->end_count;
  memcpy(landmark->memory, target->memory, landmarks->memory_size);
  landmarks->passed++;
}

void pc_landmarks_pass_none(struct pc_landmarks *landmarks) {
  landmarks->passed = 0;
}

void pc_landmarks_arrive(struct pc_landmarks *landmarks, const struct pc_target *target, size_t begin) {
  struct pc_error ignored;
  if (landmarks->passed == 0) {
    return;
  }
  struct end *end = &landmarks->ends[landmarks->end_count];
  pc_tape_clear(&end->tape);
  if (pc_tape_record(&end->tape, target->device, begin, pc_device_mark(target->device), &ignored) != PC_OK) {
    return;
  }
  end->counts = pc_device_port_counts(target->device);
  memcpy(end->memory, target->memory, landmarks->memory_size);
  landmarks->end_count++;
  for (uint32_t i = landmarks->known; i < landmarks->known + landmarks->passed; i++) {
    landmarks->calls |= bit_of(&landmarks->landmarks[i].call);
  }
  landmarks->known += landmarks->passed;
  landmarks->passed = 0;
}

void pc_landmarks_follow(const struct pc_landmarks *landmarks, const struct pc_landmark *landmark,
                         const struct pc_target *target) {
  const struct end *end = &landmarks->ends[landmark->end];
  memcpy(target->memory, end->memory, landmarks->memory_size);
  for (size_t i = landmark->done; i < end->tape.count; i++) {
    pc_tape_redo(&end->tape, i, target->device);
  }
  pc_device_repeat_port_counts(target->device, &landmark->counts, &end->counts);
}
