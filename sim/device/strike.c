#include "powercut/strike.h"

#include <stdlib.h>
#include <string.h>

#include "powercut/seed.h"

void pc_striker_free(struct pc_striker *striker) {
  pc_fault_memory_free(&striker->memory);
  free(striker->after);
  striker->after = NULL;
  striker->after_size = 0;
}

/* False: no class can strike there. */
static bool choose(struct pc_striker *striker, const struct pc_fault_input *input, struct pc_struck *struck) {
  enum pc_fault classes[PC_FAULT_COUNT];
  uint32_t variants[PC_FAULT_COUNT], count = 0;
  for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
    uint32_t number = striker->faults[fault] ? pc_fault_variants(fault, input) : 0;
    if (number > 0) {
      classes[count] = fault;
      variants[count++] = number;
    }
  }
  if (count == 0) {
    return false;
  }
  uint64_t chosen = pc_random_below(striker->random, count);
  struck->fault = classes[chosen];
  struck->variant = (uint32_t)pc_random_below(striker->random, variants[chosen]);
  return true;
}

static enum pc_result keep_after(struct pc_striker *striker, const struct pc_flash_operation *operation,
                                 struct pc_error *error) {
  if (operation->size > striker->after_size) {
    uint8_t *grown = realloc(striker->after, operation->size);
    if (grown == NULL) {
      return pc_fail_memory(error);
    }
    striker->after = grown;
    striker->after_size = operation->size;
  }
  memcpy(striker->after, operation->after, operation->size);
  return PC_OK;
}

enum pc_result pc_striker_take_back(struct pc_striker *striker, size_t mark, uint64_t seed,
                                    struct pc_fault_input *input, struct pc_error *error) {
  struct pc_device *device = striker->device;
  *input = (struct pc_fault_input){.operation = pc_device_journalled(device, mark),
                                   .samples = striker->samples,
                                   .limit = striker->limit,
                                   .seed = seed};
  enum pc_result result = keep_after(striker, &input->operation, error);
  if (result == PC_OK) {
    pc_device_rollback(device, mark);
    input->operation.before = pc_device_cells(device).data + input->operation.address;
    input->operation.after = striker->after;
    pc_fault_describe(input, device);
  }
  return result;
}

/* Leaves what the cut leaves, or nothing. */
static enum pc_result leave(struct pc_striker *striker, const struct pc_fault_input *input, bool any,
                            struct pc_struck *struck, struct pc_error *error) {
  enum pc_result result = PC_OK;
  struck->seed = input->seed;
  struck->left = input->operation;
  if (any) {
    result =
        pc_fault_leave(striker->device, struck->fault, input, struck->variant, &striker->memory, &struck->left, error);
  } else {
    struck->fault = PC_FAULT_BETWEEN_OPS;
    struck->variant = 0;
    struck->left.after = struck->left.before;
  }
  pc_device_begin_reads(striker->device, pc_seed_of_recovery(input->seed, struck->fault, struck->variant));
  return result;
}

enum pc_result pc_strike(struct pc_striker *striker, size_t mark, struct pc_struck *struck, struct pc_error *error) {
  struct pc_fault_input input;
  enum pc_result result = pc_striker_take_back(striker, mark, pc_random_next(striker->random), &input, error);
  if (result != PC_OK) {
    return result;
  }
  *struck = (struct pc_struck){0};
  bool any = choose(striker, &input, struck);
  return leave(striker, &input, any, struck, error);
}

enum pc_result pc_strike_as(struct pc_striker *striker, size_t mark, struct pc_struck *struck, struct pc_error *error) {
  struct pc_fault_input input;
  enum pc_result result = pc_striker_take_back(striker, mark, struck->seed, &input, error);
  if (result != PC_OK) {
    return result;
  }
  uint32_t variants = pc_fault_variants(struck->fault, &input);
  if (struck->variant >= variants && variants > 0) {
    struck->variant = variants - 1;
  }
  return leave(striker, &input, variants > 0, struck, error);
}
