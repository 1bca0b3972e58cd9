#include "pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "latency.h"
#include "process.h"
#include "worker.h"

#define POLL_MILLISECONDS 50

/* A segment that was explored and waits for those before it. */
struct finished {
  struct pc_segment_result *result; /* NULL: not yet */
  struct pc_sent_violation *violations;
};

struct pool {
  const struct pc_walk_plan *plan;
  struct pc_process_work work;
  struct pc_process *processes;
  uint32_t process_count;
  uint32_t segment_count;
  uint32_t next;   /* segment that nobody has yet */
  uint32_t merged; /* segments before this one are merged */
  struct finished *finished;
};

static bool should_stop(const struct pool *pool) {
  const struct pc_observer *observer = pool->plan->findings->observer;
  return observer->stop != NULL && observer->stop(observer->context);
}

static void add_checks(struct pc_exploration_result *sum, const struct pc_exploration_result *part) {
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    for (size_t depth = 0; depth < PC_MAX_DEPTH; depth++) {
      for (size_t invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
        sum->checks[fault][depth][invariant].checks += part->checks[fault][depth][invariant].checks;
        sum->checks[fault][depth][invariant].failures += part->checks[fault][depth][invariant].failures;
      }
    }
  }
}

static enum pc_result merge_segment(struct pool *pool, const struct finished *finished, struct pc_error *error) {
  const struct pc_segment_result *result = finished->result;
  struct pc_exploration_result *sum = pool->plan->findings->result;
  if (result->outcome != PC_OK) {
    *error = result->error;
    return result->outcome;
  }
  sum->cuts += result->counts.cuts;
  sum->recoveries += result->counts.recoveries;
  sum->aftermaths += result->counts.aftermaths;
  sum->deduplicated += result->counts.deduplicated;
  sum->violations += result->counts.violations;
  add_checks(sum, &result->counts);
  pc_latency_merge(sum, &result->counts);
  enum pc_result outcome = PC_OK;
  for (uint32_t i = 0; outcome == PC_OK && i < result->violation_count; i++) {
    struct pc_violation violation = finished->violations[i].violation;
    violation.key.data = finished->violations[i].key;
    outcome = pc_findings_hand_on(pool->plan->findings, &violation, error);
  }
  return outcome;
}

static void forget(struct finished *finished) {
  free(finished->result);
  free(finished->violations);
  *finished = (struct finished){0};
}

/* Merges what is complete, in order. */
static enum pc_result merge(struct pool *pool, struct pc_error *error) {
  const struct pc_observer *observer = pool->plan->findings->observer;
  enum pc_result result = PC_OK;
  while (result == PC_OK && pool->merged < pool->segment_count && pool->finished[pool->merged].result != NULL) {
    result = merge_segment(pool, &pool->finished[pool->merged], error);
    forget(&pool->finished[pool->merged]);
    pool->merged++;
    if (observer->progress != NULL) {
      uint32_t end = pc_segment_end(pool->merged - 1, pool->plan->workload->operation_count);
      uint32_t operation = end - 1 < pool->plan->workload->operation_count ? end - 1 : end - 2;
      uint64_t done = end < 2 ? 0 : pool->plan->baseline->end[operation];
      observer->progress(observer->context, done, pool->plan->baseline->tape.count);
    }
  }
  return result;
}

/* Reads a result that a worker is sending; false if the worker is gone. */
static bool receive(struct pool *pool, struct pc_process *process, enum pc_result *outcome, struct pc_error *error) {
  struct finished *finished = &pool->finished[process->order.segment];
  finished->result = malloc(sizeof *finished->result);
  if (finished->result == NULL) {
    *outcome = pc_fail_memory(error);
    return true;
  }
  if (!pc_socket_read(process->socket, finished->result, sizeof *finished->result)) {
    forget(finished);
    return false;
  }
  size_t size = finished->result->violation_count * sizeof *finished->violations;
  finished->violations = malloc(size > 0 ? size : 1);
  if (finished->violations == NULL) {
    *outcome = pc_fail_memory(error);
    return true;
  }
  if (!pc_socket_read(process->socket, finished->violations, size)) {
    forget(finished);
    return false;
  }
  process->busy = false;
  return true;
}

/* Gives a segment up, in which too many cut paths bring workers down: its violations so far are those crashes. */
static enum pc_result give_up(struct pool *pool, struct pc_process *process, struct pc_error *error) {
  struct finished *finished = &pool->finished[process->order.segment];
  finished->result = calloc(1, sizeof *finished->result);
  finished->violations = calloc(process->order.crash_count, sizeof *finished->violations);
  if (finished->result == NULL || finished->violations == NULL) {
    return pc_fail_memory(error);
  }
  struct pc_exploration_result *counts = &finished->result->counts;
  finished->result->violation_count = process->order.crash_count;
  for (uint32_t i = 0; i < process->order.crash_count; i++) {
    const struct pc_crash *crash = &process->crashes[i];
    struct pc_violation *violation = &finished->violations[i].violation;
    *violation =
        (struct pc_violation){.invariant = PC_MOUNTABLE, .operation = process->operations[i], .path = crash->path};
    (void)snprintf(violation->expected, sizeof violation->expected, "the store starts and works");
    (void)snprintf(violation->actual, sizeof violation->actual,
                   "%s (one of too many: the rest of these operations was "
                   "not explored)",
                   crash->what);
    struct pc_check_count *count =
        &counts->checks[crash->path.cuts[crash->path.depth - 1].fault][crash->path.depth - 1][PC_MOUNTABLE];
    count->checks++;
    count->failures++;
    counts->cuts++;
    counts->recoveries++;
    counts->violations++;
  }
  process->busy = false;
  return PC_OK;
}

/* A worker with an order is gone: the cut path that it was at did that. Another one takes its place, and its order
 * again. */
static enum pc_result replace(struct pool *pool, struct pc_process *process, const char *what, struct pc_error *error) {
  char how[PC_CRASH_TEXT];
  pc_process_reap(process, how);
  if (process->notice->path.depth == 0) {
    return pc_fail(error, PC_ENVIRONMENT, "a worker failed: %s", how);
  }
  struct pc_crash *crash = &process->crashes[process->order.crash_count];
  crash->path = process->notice->path;
  process->operations[process->order.crash_count] = process->notice->operation;
  (void)snprintf(crash->what, sizeof crash->what, "%s", what == NULL ? how : what);
  process->order.crash_count++;
  enum pc_result result = pc_process_start(process, &pool->work, pool->processes, pool->process_count, error);
  if (result != PC_OK) {
    return result;
  }
  process->hangs += what != NULL;
  if (process->order.crash_count == PC_MAX_CRASHES || process->hangs == PC_MAX_HANGS) {
    return give_up(pool, process, error);
  }
  return pc_process_send(process) ? PC_OK : pc_fail(error, PC_ENVIRONMENT, "a new worker does not answer");
}

/* Gives a worker that has nothing to do the next segment, if there is one. */
static enum pc_result give_order(struct pool *pool, struct pc_process *process, struct pc_error *error) {
  if (process->busy || pool->next == pool->segment_count) {
    return PC_OK;
  }
  process->order = (struct pc_segment_order){.segment = pool->next++};
  process->busy = true;
  process->hangs = 0;
  return pc_process_send(process) ? PC_OK : pc_fail(error, PC_ENVIRONMENT, "a worker does not take orders");
}

/* Ends a worker that makes no progress. */
static enum pc_result watch(struct pool *pool, struct pc_process *process, struct pc_error *error) {
  if (!pc_process_hangs(process)) {
    return PC_OK;
  }
  (void)kill(process->pid, SIGKILL);
  return replace(pool, process, PC_HANG_TEXT, error);
}

/* Waits for results, and sees to all workers. */
static enum pc_result attend(struct pool *pool, struct pollfd *polled, struct pc_error *error) {
  for (uint32_t i = 0; i < pool->process_count; i++) {
    polled[i] = (struct pollfd){.fd = pool->processes[i].socket, .events = POLLIN};
  }
  int ready = poll(polled, pool->process_count, POLL_MILLISECONDS);
  if (ready < 0 && errno != EINTR) {
    return pc_fail(error, PC_ENVIRONMENT, "can't wait for workers: %s", strerror(errno));
  }
  enum pc_result result = PC_OK;
  for (uint32_t i = 0; result == PC_OK && i < pool->process_count; i++) {
    struct pc_process *process = &pool->processes[i];
    if (ready > 0 && polled[i].revents != 0) {
      if (!receive(pool, process, &result, error)) {
        result = replace(pool, process, NULL, error);
      }
    } else {
      result = watch(pool, process, error);
    }
  }
  return result;
}

static enum pc_result run(struct pool *pool, struct pollfd *polled, struct pc_error *error) {
  enum pc_result result = PC_OK;
  for (uint32_t i = 0; result == PC_OK && i < pool->process_count; i++) {
    result = pc_process_start(&pool->processes[i], &pool->work, pool->processes, pool->process_count, error);
  }
  while (result == PC_OK && pool->merged < pool->segment_count) {
    if (should_stop(pool)) {
      pool->plan->findings->result->interrupted = true;
      return PC_OK;
    }
    for (uint32_t i = 0; result == PC_OK && i < pool->process_count; i++) {
      result = give_order(pool, &pool->processes[i], error);
    }
    if (result == PC_OK) {
      result = attend(pool, polled, error);
    }
    if (result == PC_OK) {
      result = merge(pool, error);
    }
  }
  return result;
}

static uint32_t count_processes(const struct pool *pool) {
  uint32_t jobs = pool->plan->findings->observer->jobs;
  if (jobs == 0) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    jobs = processors < 1 ? 1 : processors > (long)PC_MAX_JOBS ? PC_MAX_JOBS : (uint32_t)processors;
  }
  return jobs < pool->segment_count ? jobs : pool->segment_count;
}

enum pc_result pc_pool_explore(const struct pc_walk_plan *plan, struct pc_error *error) {
  struct pool pool = {.plan = plan,
                      .work = {.serve = pc_worker_serve, .context = plan},
                      .segment_count = pc_segment_count(plan->workload->operation_count)};
  pool.process_count = count_processes(&pool);
  pool.processes = calloc(pool.process_count, sizeof *pool.processes);
  pool.finished = calloc(pool.segment_count, sizeof *pool.finished);
  struct pollfd *polled = calloc(pool.process_count, sizeof *polled);
  enum pc_result result = PC_OK;
  if (pool.processes == NULL || pool.finished == NULL || polled == NULL) {
    result = pc_fail_memory(error);
    pool.process_count = pool.processes == NULL ? 0 : pool.process_count;
    pool.segment_count = pool.finished == NULL ? 0 : pool.segment_count;
  }
  for (uint32_t i = 0; i < pool.process_count; i++) {
    pool.processes[i].socket = -1;
  }
  if (result == PC_OK) {
    result = run(&pool, polled, error);
  }
  for (uint32_t i = 0; i < pool.process_count; i++) {
    pc_process_stop(&pool.processes[i]);
  }
  for (uint32_t i = 0; i < pool.segment_count; i++) {
    forget(&pool.finished[i]);
  }
  free(polled);
  free(pool.finished);
  free(pool.processes);
  return result;
}
