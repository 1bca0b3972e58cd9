/* The operations of a program, as the rest of powercut knows operations. */
#include <stdlib.h>
#include <string.h>

#include "run.h"

/* What the store takes under the program's setup decides how large values are. */
static enum pc_result largest_value(const struct pc_runner *runner, const struct pc_program *program, size_t *largest,
                                    struct pc_error *error) {
  struct pc_program_parameters parameters;
  struct pc_profile profile;
  struct pc_device *device = NULL;
  struct pc_target target;
  uint32_t sectors = pc_program_profile(&program->setup, &profile);
  enum pc_result result = pc_program_parameters(&program->setup, runner->rigs.store, &parameters, error);
  if (result == PC_OK) {
    result = pc_device_create(&device, &profile, sectors, error);
  }
  if (result != PC_OK) {
    return result;
  }
  result = pc_target_open(&target, runner->rigs.store, device, parameters.list, parameters.count, PC_PROGRAM_KEYS + 1,
                          error);
  if (result == PC_OK) {
    *largest = target.promises.max_value_size;
    pc_target_close(&target);
  }
  pc_device_destroy(device);
  return result;
}

enum pc_result pc_program_workload(const struct pc_runner *runner, const struct pc_program *program,
                                   struct pc_workload *workload, struct pc_error *error) {
  size_t largest = 0;
  *workload = (struct pc_workload){0};
  enum pc_result result = largest_value(runner, program, &largest, error);
  if (result != PC_OK) {
    return result;
  }
  workload->keys = calloc(PC_PROGRAM_KEYS, sizeof *workload->keys);
  workload->operations = calloc((size_t)program->step_count + 1, sizeof *workload->operations);
  if (workload->keys == NULL || workload->operations == NULL) {
    pc_program_workload_free(workload);
    return pc_fail_memory(error);
  }
  memcpy(workload->keys, pc_program_keys, PC_PROGRAM_KEYS * sizeof *workload->keys);
  workload->key_count = PC_PROGRAM_KEYS;
  for (uint32_t i = 0; i < program->step_count; i++) {
    if (program->steps[i].code != PC_CODE_CUT) {
      workload->operations[workload->operation_count++] = pc_runner_operation(runner, largest, &program->steps[i]);
    }
  }
  return PC_OK;
}

void pc_program_workload_free(struct pc_workload *workload) {
  free(workload->keys);
  free(workload->operations);
  *workload = (struct pc_workload){0};
}
