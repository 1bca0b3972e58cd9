#include "merger.h"

#include <stdlib.h>

static void forget(struct pc_explored *explored) {
  free(explored->result);
  pc_parcel_free(&explored->violations);
  *explored = (struct pc_explored){0};
}

enum pc_result pc_merger_open(struct pc_merger *merger, const struct pc_walk_plan *plan, uint32_t window,
                              struct pc_error *error) {
  *merger = (struct pc_merger){.plan = plan, .merged = plan->share.done, .window = window};
  merger->waiting = calloc(window, sizeof *merger->waiting);
  return merger->waiting == NULL ? pc_fail_memory(error) : PC_OK;
}

void pc_merger_close(struct pc_merger *merger) {
  for (uint32_t i = 0; merger->waiting != NULL && i < merger->window; i++) {
    forget(&merger->waiting[i]);
  }
  free(merger->waiting);
  *merger = (struct pc_merger){0};
}

static struct pc_explored *explored_of(const struct pc_merger *merger, uint32_t index) {
  return &merger->waiting[index % merger->window];
}

bool pc_merger_is_done(const struct pc_merger *merger) {
  return merger->merged == merger->plan->share.count;
}

bool pc_merger_may_begin(const struct pc_merger *merger, uint32_t index) {
  return index < merger->plan->share.count && index - merger->merged < merger->window;
}

enum pc_result pc_merger_receive(struct pc_merger *merger, uint32_t index, int socket, bool *whole,
                                 struct pc_error *error) {
  struct pc_explored *explored = explored_of(merger, index);
  explored->result = malloc(sizeof *explored->result);
  if (explored->result == NULL) {
    return pc_fail_memory(error);
  }
  struct pc_segment_result *result = explored->result;
  enum pc_result outcome = PC_OK;
  *whole = pc_socket_read(socket, result, sizeof *result) && pc_outcome_is_sane(&result->outcome) &&
           result->segment == pc_share_segment(&merger->plan->share, index);
  if (*whole) {
    outcome = pc_parcel_receive(&explored->violations, socket, result->violation_count, whole, error);
  }
  if (!*whole) {
    forget(explored);
  }
  return outcome;
}

static enum pc_result keep_violation(void *context, const struct pc_violation *violation, struct pc_error *error) {
  return pc_parcel_add(context, violation, error);
}

/* Reports the crashes into what the segment gave. */
static enum pc_result report_crashes(struct pc_explored *explored, struct pc_report *report,
                                     const struct pc_crash *crashes, uint32_t count, struct pc_error *error) {
  struct pc_observer observer = {.context = &explored->violations, .violation = keep_violation};
  struct pc_findings findings = {.observer = &observer, .result = &explored->result->counts};
  enum pc_result result = PC_OK;
  for (uint32_t i = 0; result == PC_OK && i < count; i++) {
    findings.result->cuts++;
    findings.result->recoveries++;
    if (i > 0 && crashes[i].operation != crashes[i - 1].operation) {
      result = pc_findings_end_place(&findings, error);
    }
    pc_report_clear(report);
    pc_report_fail(report, PC_MOUNTABLE, NULL, PC_EXPECTED_START,
                   "%s (one of too many: the rest of these operations was not explored)", crashes[i].what);
    pc_findings_add(&findings, report, &crashes[i].path, crashes[i].operation);
  }
  return result == PC_OK ? pc_findings_end_place(&findings, error) : result;
}

enum pc_result pc_merger_give_up(struct pc_merger *merger, uint32_t index, const struct pc_crash *crashes,
                                 uint32_t count, struct pc_error *error) {
  struct pc_explored *explored = explored_of(merger, index);
  struct pc_report *report = calloc(1, sizeof *report);
  if (report == NULL) {
    return pc_fail_memory(error);
  }
  explored->result = calloc(1, sizeof *explored->result);
  enum pc_result result =
      explored->result == NULL ? pc_fail_memory(error) : report_crashes(explored, report, crashes, count, error);
  free(report);
  return result;
}

static enum pc_result merge_segment(struct pc_merger *merger, const struct pc_explored *explored,
                                    struct pc_error *error) {
  const struct pc_segment_result *result = explored->result;
  const struct pc_share *share = &merger->plan->share;
  struct pc_findings *findings = merger->plan->findings;
  if (result->outcome.result != PC_OK) {
    return pc_fail(error, result->outcome.result, "%s", result->outcome.error.message);
  }
  pc_findings_count(findings, &result->counts);
  enum pc_result outcome = pc_parcel_hand_on(&explored->violations, findings, error);
  if (outcome != PC_OK) {
    return outcome;
  }
  const struct pc_part part = {.segment = pc_share_segment(share, merger->merged),
                               .segments = share->count,
                               .counts = &result->counts,
                               .sum = findings->result};
  return pc_findings_tell_part(findings, &part, error);
}

/* How far the segments that are merged reach: in the workload's flash operations, of a soak by its lives. */
static void tell_progress(const struct pc_merger *merger) {
  const struct pc_walk_plan *plan = merger->plan;
  const struct pc_observer *observer = plan->findings->observer;
  uint32_t operations = pc_segment_first(pc_share_segment(&plan->share, merger->merged), plan->power->depth);
  uint64_t done = plan->baseline->tape.count;
  if (plan->power->cuts == PC_CUTS_SOAK) {
    done = done * merger->merged / plan->share.count;
  } else if (operations < plan->workload->operation_count) {
    done = operations == 0 ? 0 : plan->baseline->end[operations - 1];
  }
  if (observer->progress != NULL) {
    observer->progress(observer->context, done, plan->baseline->tape.count);
  }
}

enum pc_result pc_merger_merge(struct pc_merger *merger, struct pc_error *error) {
  while (!pc_merger_is_done(merger) && explored_of(merger, merger->merged)->result != NULL) {
    struct pc_explored *explored = explored_of(merger, merger->merged);
    enum pc_result result = merge_segment(merger, explored, error);
    if (result != PC_OK) {
      return result;
    }
    forget(explored);
    merger->merged++;
    tell_progress(merger);
  }
  return PC_OK;
}
