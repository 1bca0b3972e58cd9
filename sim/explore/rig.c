#include "rig.h"

#include <stdlib.h>
#include <string.h>

#include "subject.h"

static enum pc_result take_parameters(struct pc_rig *rig, const struct pc_subject *subject, struct pc_error *error) {
  rig->parameters = calloc(2 * subject->parameter_count + 1, sizeof *rig->parameters);
  if (rig->parameters == NULL) {
    return pc_fail_memory(error);
  }
  if (subject->parameter_count > 0) {
    memcpy(rig->parameters, subject->parameters, subject->parameter_count * sizeof *rig->parameters);
  }
  return PC_OK;
}

static enum pc_result open_parts(struct pc_rig *rig, const struct pc_subject *subject, struct pc_error *error) {
  enum pc_result result = pc_subject_create_device(subject, &rig->device, error);
  if (result != PC_OK) {
    return result;
  }
  result = take_parameters(rig, subject, error);
  if (result != PC_OK) {
    return result;
  }
  /* One more key than the workload's: the one that the checks write. */
  result = pc_target_open(&rig->target, subject->store, rig->device, rig->parameters, subject->parameter_count,
                          rig->workload->key_count + 1, error);
  if (result != PC_OK) {
    return result;
  }
  result = pc_model_open(&rig->model, rig->workload, &rig->target, error);
  if (result != PC_OK) {
    return result;
  }
  result = pc_checker_open(&rig->checker, &rig->target, rig->workload, error);
  if (result == PC_OK && subject->image.size > 0) {
    pc_rig_expect_copies(rig, rig->workload->copies);
  }
  return result;
}

enum pc_result pc_rig_open(struct pc_rig *rig, const struct pc_subject *subject, const struct pc_workload *workload,
                           struct pc_error *error) {
  *rig = (struct pc_rig){.subject = subject, .workload = workload};
  enum pc_result result = open_parts(rig, subject, error);
  if (result != PC_OK) {
    pc_rig_close(rig);
  }
  return result;
}

void pc_rig_close(struct pc_rig *rig) {
  pc_checker_close(rig->checker);
  pc_model_close(&rig->model);
  pc_target_close(&rig->target);
  pc_device_destroy(rig->device);
  free(rig->parameters);
  *rig = (struct pc_rig){0};
}

/* A start on what is on flash, checked like a recovery. */
static enum pc_result check_start(struct pc_rig *rig, struct pc_report *report, struct pc_error *error) {
  const struct pc_expectation expectation = {.model = &rig->model};
  size_t recovered;
  return pc_check_recovery(rig->checker, &expectation, report, &recovered, error);
}

enum pc_result pc_rig_boot(struct pc_rig *rig, struct pc_report *report, struct pc_error *error) {
  static const struct pc_operation boot = {.kind = PC_REBOOT};
  pc_report_clear(report);
  enum pc_result result = pc_rig_arm(rig, 0, error);
  if (result == PC_OK && rig->subject->image.size > 0) {
    result = check_start(rig, report, error);
  }
  if (result == PC_OK) {
    result = pc_run_operation(rig->checker, &rig->model, &boot, report, error);
    pc_check_wear(rig->checker, true, report);
  }
  return result == PC_OK && pc_device_failed(rig->device) ? pc_fail_memory(error) : result;
}

enum pc_result pc_rig_run(struct pc_rig *rig, uint32_t operation, struct pc_report *report, struct pc_error *error) {
  const struct pc_operation *run = &rig->workload->operations[operation];
  pc_report_clear(report);
  enum pc_result result = pc_rig_update(rig, operation, error);
  if (result == PC_OK && operation > 0) {
    result = pc_rig_arm(rig, operation, error);
  }
  if (result == PC_OK && run->kind == PC_REBOOT) {
    result = check_start(rig, report, error);
  }
  if (result != PC_OK) {
    return result;
  }
  result = pc_run_operation(rig->checker, &rig->model, run, report, error);
  pc_check_wear(rig->checker, run->kind == PC_REBOOT, report);
  return result == PC_OK && pc_device_failed(rig->device) ? pc_fail_memory(error) : result;
}

uint32_t pc_operation_keys_used(const struct pc_operation *operation, uint32_t before) {
  bool has_key = operation->kind == PC_PUT || operation->kind == PC_DELETE || operation->kind == PC_GET;
  return has_key && operation->key >= before ? operation->key + 1 : before;
}

struct pc_expectation pc_rig_expectation(const struct pc_rig *rig, uint32_t operation) {
  struct pc_expectation expectation = {.model = &rig->model};
  if (operation < rig->workload->operation_count) {
    const struct pc_operation *cut = &rig->workload->operations[operation];
    if (cut->kind == PC_PUT || cut->kind == PC_DELETE) {
      expectation.in_flight = true;
      expectation.key = cut->key;
      expectation.outcome = pc_model_outcome(&rig->model, cut);
    }
  }
  return expectation;
}
