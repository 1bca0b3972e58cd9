#include "baseline.h"

#include <stdlib.h>

#include "latency.h"
#include "rig.h"

static const struct pc_cut_path no_cut = {0};

void pc_baseline_free(struct pc_baseline *baseline) {
  pc_tape_free(&baseline->tape);
  free(baseline->end);
  free(baseline->settled);
  *baseline = (struct pc_baseline){0};
}

static enum pc_result take_memory(struct pc_baseline *baseline, uint32_t operations, struct pc_error *error) {
  baseline->end = calloc(operations > 0 ? operations : 1, sizeof *baseline->end);
  baseline->settled = calloc(operations > 0 ? operations : 1, sizeof *baseline->settled);
  return baseline->end == NULL || baseline->settled == NULL ? pc_fail_memory(error) : PC_OK;
}

/* Moves what the device journalled to the tape. */
static enum pc_result record(struct pc_baseline *baseline, struct pc_device *device, struct pc_error *error) {
  enum pc_result result = pc_tape_record(&baseline->tape, device, 0, pc_device_mark(device), error);
  if (result == PC_OK && baseline->tape.count > UINT32_MAX - 1) {
    result = pc_fail(error, PC_BAD_INPUT, "the workload has more than 2^32 flash operations");
  }
  pc_device_forget(device);
  return result;
}

static enum pc_result take_wear(const struct pc_device *device, struct pc_exploration_result *result,
                                struct pc_error *error) {
  result->wear_count = pc_device_sectors(device);
  result->wear = calloc(result->wear_count, sizeof *result->wear);
  if (result->wear == NULL) {
    return pc_fail_memory(error);
  }
  for (uint32_t sector = 0; sector < result->wear_count; sector++) {
    result->wear[sector] = pc_device_wear(device, sector);
  }
  return PC_OK;
}

static void take_time(const struct pc_device *device, struct pc_exploration_result *result) {
  struct pc_flash_work work = pc_device_work(device);
  result->typical_us = pc_work_typical_us(pc_device_profile(device), work);
  work.programs = 0;
  result->erasing_us = pc_work_typical_us(pc_device_profile(device), work);
}

/* Says what comes next, in case the process doesn't survive it. */
static void note(struct pc_baseline *baseline, uint32_t operation) {
  if (baseline->notice != NULL) {
    baseline->notice->operation = operation;
    baseline->notice->beats++;
  }
}

static bool should_stop(struct pc_findings *findings) {
  const struct pc_observer *observer = findings->observer;
  findings->result->interrupted = observer->stop != NULL && observer->stop(observer->context);
  return findings->result->interrupted;
}

static void count_put(const struct pc_rig *rig, enum pc_status answer, struct pc_acceptance *acceptance) {
  acceptance->puts++;
  acceptance->max_key_size = rig->target.promises.max_key_size;
  acceptance->max_value_size = rig->target.promises.max_value_size;
  if (answer == PC_STATUS_INVALID || answer == PC_STATUS_FULL) {
    acceptance->refused++;
    acceptance->refusal = answer;
  }
}

static enum pc_result run_operation(struct pc_baseline *baseline, struct pc_rig *rig, uint32_t operation,
                                    struct pc_report *report, struct pc_findings *findings, struct pc_error *error) {
  const struct pc_operation *run = &rig->workload->operations[operation];
  note(baseline, operation);
  struct pc_flash_work before = pc_device_work(rig->device);
  enum pc_result result = pc_rig_run(rig, operation, report, error);
  if (result == PC_OK) {
    pc_latency_note(findings->result, run->kind, rig->device, before);
    result = record(baseline, rig->device, error);
  }
  if (result != PC_OK) {
    return result;
  }
  baseline->end[operation] = (uint32_t)baseline->tape.count;
  bool acknowledged = report->answer == PC_STATUS_OK;
  baseline->settled[operation] = acknowledged ? PC_ACKNOWLEDGED : report->doubted ? PC_DOUBTED : PC_UNCHANGED;
  if (run->kind == PC_PUT) {
    count_put(rig, report->answer, &findings->result->acceptance);
  }
  if (run->kind == PC_PUT && report->answer == PC_STATUS_OK) {
    findings->result->put_bytes += rig->workload->keys[run->key].size + run->value.size;
  }
  if (run->kind == PC_REBOOT) {
    baseline->usable = report->answer == PC_STATUS_OK;
  }
  findings->result->operations++;
  result = pc_findings_end_place(findings, error);
  pc_findings_add(findings, report, &no_cut, operation);
  return result;
}

static enum pc_result run_workload(struct pc_baseline *baseline, struct pc_rig *rig, struct pc_report *report,
                                   struct pc_findings *findings, struct pc_error *error) {
  enum pc_result result = pc_rig_boot(rig, report, error);
  pc_latency_note(findings->result, PC_REBOOT, rig->device, (struct pc_flash_work){0});
  if (result == PC_OK) {
    result = record(baseline, rig->device, error);
  }
  if (result == PC_OK) {
    pc_findings_add(findings, report, &no_cut, 0);
  }
  baseline->boot_end = (uint32_t)baseline->tape.count;
  baseline->usable = report->answer == PC_STATUS_OK;
  for (uint32_t i = 0; result == PC_OK && baseline->usable && i < rig->workload->operation_count; i++) {
    if (should_stop(findings)) {
      break;
    }
    result = run_operation(baseline, rig, i, report, findings, error);
  }
  findings->result->flash_operations = baseline->tape.count;
  return result;
}

/* The workload is done: start the store once more and check everything, as after a cut. */
static enum pc_result check_end(struct pc_rig *rig, struct pc_report *report, struct pc_findings *findings,
                                struct pc_error *error) {
  struct pc_expectation expectation = pc_rig_expectation(rig, rig->workload->operation_count);
  size_t recovered;
  pc_report_clear(report);
  enum pc_result result = pc_check_recovery(rig->checker, &expectation, report, &recovered, error);
  if (result != PC_OK) {
    return result;
  }
  result = pc_findings_end_place(findings, error);
  pc_findings_add(findings, report, &no_cut, rig->workload->operation_count);
  return result;
}

enum pc_result pc_baseline_run(struct pc_baseline *baseline, const struct pc_subject *subject,
                               const struct pc_workload *workload, struct pc_findings *findings,
                               struct pc_error *error) {
  struct pc_rig rig;
  struct pc_report *report = calloc(1, sizeof *report);
  if (report == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result result = take_memory(baseline, workload->operation_count, error);
  if (result == PC_OK) {
    result = pc_rig_open(&rig, subject, workload, error);
  }
  if (result == PC_OK) {
    result = run_workload(baseline, &rig, report, findings, error);
    take_time(rig.device, findings->result);
    if (result == PC_OK) {
      result = take_wear(rig.device, findings->result, error);
    }
    if (result == PC_OK && baseline->usable && !findings->result->interrupted) {
      note(baseline, workload->operation_count);
      result = check_end(&rig, report, findings, error);
    }
    pc_rig_close(&rig);
  }
  if (result == PC_OK) {
    result = pc_findings_end_place(findings, error);
  }
  free(report);
  return result;
}
