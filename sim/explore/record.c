/* The baseline run in a process of its own, which sends what it recorded. */
#include <stdlib.h>

#include "baseline.h"
#include "parcel.h"
#include "trial.h"

/* What comes first on the wire. Then: the wear, the two arrays of the baseline, the tape's two, the violations. */
struct header {
  struct pc_outcome outcome;           /* of the run; if it isn't PC_OK, nothing follows */
  struct pc_exploration_result counts; /* its wear means nothing */
  uint64_t tape_count, tape_size;
  uint32_t boot_end;
  uint32_t violation_count;
  bool usable;
};

struct recording {
  const struct pc_subject *subject;
  const struct pc_workload *workload;
  /* The parent's side: */
  struct pc_baseline *baseline;
  struct pc_findings *findings;
  struct pc_parcel violations;
};

/* The child's observer. */
struct recorder {
  const struct pc_notice *notice;
  struct pc_parcel violations;
};

static enum pc_result keep_violation(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct recorder *recorder = context;
  return pc_parcel_add(&recorder->violations, violation, error);
}

static bool is_told_to_stop(void *context) {
  const struct recorder *recorder = context;
  return recorder->notice->stop;
}

static bool send(int socket, const struct header *header, const struct pc_baseline *baseline,
                 const struct pc_parcel *violations, uint32_t operation_count) {
  if (!pc_socket_write(socket, header, sizeof *header)) {
    return false;
  }
  return header->outcome.result != PC_OK ||
         (pc_socket_write(socket, header->counts.wear, header->counts.wear_count * sizeof *header->counts.wear) &&
          pc_socket_write(socket, baseline->end, operation_count * sizeof *baseline->end) &&
          pc_socket_write(socket, baseline->settled, operation_count * sizeof *baseline->settled) &&
          pc_socket_write(socket, baseline->tape.operations,
                          baseline->tape.count * sizeof *baseline->tape.operations) &&
          pc_socket_write(socket, baseline->tape.bytes, baseline->tape.size) && pc_parcel_send(violations, socket));
}

static void record(const struct pc_worker_end *end, const void *context) {
  const struct recording *recording = context;
  struct header header = {.outcome.magic = PC_OUTCOME_MAGIC};
  struct recorder recorder = {.notice = end->notice};
  struct pc_observer observer = {.context = &recorder, .violation = keep_violation, .stop = is_told_to_stop};
  struct pc_findings findings = {.observer = &observer, .result = &header.counts};
  struct pc_baseline baseline = {.notice = end->notice};
  header.outcome.result =
      pc_baseline_run(&baseline, recording->subject, recording->workload, &findings, &header.outcome.error);
  header.tape_count = baseline.tape.count;
  header.tape_size = baseline.tape.size;
  header.boot_end = baseline.boot_end;
  header.usable = baseline.usable;
  header.violation_count = recorder.violations.count;
  (void)send(end->socket, &header, &baseline, &recorder.violations, recording->workload->operation_count);
  pc_baseline_free(&baseline);
  pc_exploration_free(&header.counts);
  pc_parcel_free(&recorder.violations);
}

/* Reads an array into memory of its own. */
static enum pc_result receive_array(int socket, void **array, uint64_t count, size_t size, bool *whole,
                                    struct pc_error *error) {
  if (!*whole) {
    return PC_OK;
  }
  *array = calloc(count > 0 ? count : 1, size);
  if (*array == NULL) {
    return pc_fail_memory(error);
  }
  *whole = pc_socket_read(socket, *array, count * size);
  return PC_OK;
}

static enum pc_result receive_baseline(struct recording *recording, int socket, const struct header *header,
                                       bool *whole, struct pc_error *error) {
  struct pc_baseline *baseline = recording->baseline;
  struct pc_exploration_result *counts = recording->findings->result;
  uint32_t operations = recording->workload->operation_count;
  void *wear = NULL, *end = NULL, *settled = NULL, *taped = NULL, *bytes = NULL;
  *whole = true;
  enum pc_result result = receive_array(socket, &wear, counts->wear_count, sizeof *counts->wear, whole, error);
  counts->wear = wear;
  if (result == PC_OK) {
    result = receive_array(socket, &end, operations, sizeof *baseline->end, whole, error);
    baseline->end = end;
  }
  if (result == PC_OK) {
    result = receive_array(socket, &settled, operations, sizeof *baseline->settled, whole, error);
    baseline->settled = settled;
  }
  if (result == PC_OK) {
    result = receive_array(socket, &taped, header->tape_count, sizeof *baseline->tape.operations, whole, error);
    baseline->tape.operations = taped;
  }
  if (result == PC_OK) {
    result = receive_array(socket, &bytes, header->tape_size, 1, whole, error);
    baseline->tape.bytes = bytes;
  }
  if (result == PC_OK && *whole) {
    result = pc_parcel_receive(&recording->violations, socket, header->violation_count, whole, error);
  }
  return result;
}

/* The parent's side: `*whole` stays false if the process went away. */
static enum pc_result receive(void *context, int socket, bool *whole, struct pc_error *error) {
  struct recording *recording = context;
  struct pc_baseline *baseline = recording->baseline;
  struct header header;
  *whole = pc_socket_read(socket, &header, sizeof header) && pc_outcome_is_sane(&header.outcome);
  if (!*whole) {
    return PC_OK;
  }
  if (header.outcome.result != PC_OK) {
    return pc_fail(error, header.outcome.result, "%s", header.outcome.error.message);
  }
  *recording->findings->result = header.counts;
  recording->findings->result->wear = NULL;
  enum pc_result result = receive_baseline(recording, socket, &header, whole, error);
  baseline->boot_end = header.boot_end;
  baseline->usable = header.usable;
  baseline->tape.count = baseline->tape.capacity = header.tape_count;
  baseline->tape.size = baseline->tape.bytes_capacity = header.tape_size;
  return result;
}

/* The store brought the process down: that is all there is to tell. */
static enum pc_result report_crash(struct recording *recording, const struct pc_trial *trial, struct pc_error *error) {
  struct pc_findings *findings = recording->findings;
  struct pc_report *report = calloc(1, sizeof *report);
  if (report == NULL) {
    return pc_fail_memory(error);
  }
  struct pc_cut_path no_cut = {0};
  pc_exploration_free(findings->result);
  recording->baseline->usable = false;
  pc_report_fail(report, PC_MOUNTABLE, NULL, PC_EXPECTED_START, "%s", trial->what);
  pc_findings_add(findings, report, &no_cut, trial->operation);
  free(report);
  return pc_findings_end_place(findings, error);
}

enum pc_result pc_baseline_record(struct pc_baseline *baseline, const struct pc_subject *subject,
                                  const struct pc_workload *workload, struct pc_findings *findings,
                                  struct pc_error *error) {
  struct recording recording = {.subject = subject, .workload = workload, .baseline = baseline, .findings = findings};
  struct pc_trial_plan plan = {
      .work = {.serve = record, .context = &recording, .patience = pc_subject_patience(subject)},
      .receive = receive,
      .context = &recording,
      .observer = findings->observer,
  };
  struct pc_trial trial;
  enum pc_result result = pc_trial_run(&plan, &trial, error);
  if (result == PC_OK) {
    result = trial.survived ? pc_parcel_hand_on(&recording.violations, findings, error)
                            : report_crash(&recording, &trial, error);
  }
  pc_parcel_free(&recording.violations);
  return result;
}
