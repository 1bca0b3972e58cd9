#include "worker.h"

#include "allotment.h"
#include "parcel.h"
#include "soak.h"
#include "walk.h"

struct worker {
  const struct pc_worker_end *end;
  struct pc_segment_result result;
  struct pc_parcel violations;
};

static enum pc_result keep_violation(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct worker *worker = context;
  return pc_parcel_add(&worker->violations, violation, error);
}

static bool is_told_to_stop(void *context) {
  const struct worker *worker = context;
  return worker->end->notice->stop;
}

static bool explore_segment(struct worker *worker, struct pc_walk *walk, const struct pc_segment_order *order,
                            const struct pc_walk_plan *plan) {
  struct pc_segment_result *result = &worker->result;
  uint32_t operation_count = plan->workload->operation_count;
  if (result->outcome.result == PC_OK && plan->power->cuts == PC_CUTS_SOAK) {
    result->outcome.result = pc_soak_live(plan, order->segment, order->crash_count, &result->outcome.error);
  } else if (result->outcome.result == PC_OK) {
    pc_walk_set_crashes(walk, order->crash_count);
    result->outcome.result =
        pc_walk_operations(walk, pc_segment_first(order->segment, plan->power->depth),
                           pc_segment_end(order->segment, plan->power->depth, operation_count), &result->outcome.error);
  }
  result->violation_count = worker->violations.count;
  return pc_socket_write(worker->end->socket, result, sizeof *result) &&
         pc_parcel_send(&worker->violations, worker->end->socket);
}

/* Reads an order and the crashes that come with it. */
static bool read_order(int socket, struct pc_segment_order *order, struct pc_crash *crashes) {
  return pc_socket_read(socket, order, sizeof *order) && order->crash_count <= PC_MAX_CRASHES &&
         pc_socket_read(socket, crashes, order->crash_count * sizeof *crashes);
}

void pc_worker_serve(const struct pc_worker_end *end, const void *context) {
  const struct pc_walk_plan *plan = context;
  struct worker worker = {.end = end};
  struct pc_observer observer = {.context = &worker, .violation = keep_violation, .stop = is_told_to_stop};
  struct pc_findings findings = {.observer = &observer, .result = &worker.result.counts};
  struct pc_crash crashes[PC_MAX_CRASHES];
  struct pc_walk_plan mine = *plan;
  mine.findings = &findings;
  mine.notice = end->notice;
  mine.crashes = crashes;
  struct pc_walk *walk = NULL;
  struct pc_allotment allotment = {0};
  struct pc_outcome opened = {.magic = PC_OUTCOME_MAGIC};
  if (pc_allotment_is_needed(plan->power)) {
    opened.result = pc_allotment_make(&allotment, &mine, &opened.error);
  }
  mine.allotment = &allotment;
  if (opened.result == PC_OK) {
    opened.result = pc_walk_open(&walk, &mine, &opened.error);
  }
  struct pc_segment_order order;
  bool connected = true;
  while (connected && read_order(end->socket, &order, crashes)) {
    worker.result = (struct pc_segment_result){.outcome = opened, .segment = order.segment};
    pc_parcel_clear(&worker.violations);
    pc_findings_next_segment(&findings);
    connected = explore_segment(&worker, walk, &order, &mine);
  }
  pc_walk_close(walk);
  pc_allotment_free(&allotment);
  pc_parcel_free(&worker.violations);
}
