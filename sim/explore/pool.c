#include "pool.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "merger.h"
#include "process.h"
#include "worker.h"

/* Segments that may be ahead of the first that isn't explored yet, for each worker. */
#define SEGMENTS_AHEAD 16u

struct worker {
  struct pc_process process;
  bool busy;      /* it has an order */
  uint32_t index; /* of the order's segment, in the plan's share */
  struct pc_segment_order order;
  struct pc_crash crashes[PC_MAX_CRASHES]; /* of the order's segment */
  uint32_t hangs;                          /* of the crashes, those that had to be stopped */
};

struct pool {
  const struct pc_walk_plan *plan;
  struct pc_process_work work;
  struct pc_merger merger;
  struct worker *workers;
  struct pollfd *polled;
  uint32_t worker_count;
  uint32_t next; /* of the segments to explore, the first that nobody has yet */
};

static bool send_order(const struct worker *worker) {
  int socket = worker->process.socket;
  return pc_socket_write(socket, &worker->order, sizeof worker->order) &&
         pc_socket_write(socket, worker->crashes, worker->order.crash_count * sizeof worker->crashes[0]);
}

/* Sends the order of a worker, a new one if the one that had nothing to do is gone. */
static enum pc_result give_order(struct pool *pool, struct worker *worker, struct pc_error *error) {
  pc_process_begin(&worker->process);
  worker->busy = true;
  if (worker->process.pid != 0 && send_order(worker)) {
    return PC_OK;
  }
  pc_process_end(&worker->process, true);
  enum pc_result result = pc_process_start(&worker->process, &pool->work, error);
  if (result != PC_OK) {
    return result;
  }
  return send_order(worker) ? PC_OK : pc_fail(error, PC_ENVIRONMENT, "a new worker does not take its order");
}

/* Gives a worker that has nothing to do the next segment, if there is one. */
static enum pc_result give_segment(struct pool *pool, struct worker *worker, struct pc_error *error) {
  if (worker->busy || !pc_merger_may_begin(&pool->merger, pool->next)) {
    return PC_OK;
  }
  worker->index = pool->next++;
  worker->order = (struct pc_segment_order){.segment = pc_share_segment(&pool->plan->share, worker->index)};
  worker->hangs = 0;
  return give_order(pool, worker, error);
}

/* A worker with an order is gone: the cut path that it was at did that. Another one takes its place, and its order
   again. */
static enum pc_result replace(struct pool *pool, struct worker *worker, const char *what, bool hung,
                              struct pc_error *error) {
  const struct pc_notice *notice = worker->process.notice;
  if (notice->path.depth == 0) {
    return pc_fail(error, PC_ENVIRONMENT, "a worker failed: %s", what);
  }
  struct pc_crash *crash = &worker->crashes[worker->order.crash_count++];
  *crash = (struct pc_crash){.path = notice->path, .operation = notice->operation};
  (void)snprintf(crash->what, sizeof crash->what, "%s", what);
  worker->hangs += hung;
  if (worker->order.crash_count == PC_MAX_CRASHES || worker->hangs == PC_MAX_HANGS) {
    worker->busy = false;
    return pc_merger_give_up(&pool->merger, worker->index, worker->crashes, worker->order.crash_count, error);
  }
  return give_order(pool, worker, error);
}

/* The worker sends, or is gone. */
static enum pc_result receive(struct pool *pool, struct worker *worker, struct pc_error *error) {
  bool whole = false;
  enum pc_result result = pc_merger_receive(&pool->merger, worker->index, worker->process.socket, &whole, error);
  worker->busy = !whole;
  if (!whole) {
    pc_process_hang_up(&worker->process);
  }
  return result;
}

static enum pc_result attend(struct pool *pool, struct worker *worker, bool sends, struct pc_error *error) {
  enum pc_result result = PC_OK;
  char what[PC_CRASH_TEXT];
  bool hung;
  if (sends) {
    result = receive(pool, worker, error);
  }
  if (result == PC_OK && worker->busy && !pc_process_is_well(&worker->process, what, &hung)) {
    result = replace(pool, worker, what, hung, error);
  }
  return result;
}

/* Waits for results, and sees to all workers that have an order. */
static enum pc_result attend_all(struct pool *pool, struct pc_error *error) {
  int time = PC_POLL_MILLISECONDS;
  for (uint32_t i = 0; i < pool->worker_count; i++) {
    const struct worker *worker = &pool->workers[i];
    pool->polled[i] = (struct pollfd){.fd = worker->busy ? worker->process.socket : -1, .events = POLLIN};
    if (worker->busy && pc_process_poll_time(&worker->process) < time) {
      time = pc_process_poll_time(&worker->process);
    }
  }
  int ready = poll(pool->polled, pool->worker_count, time);
  if (ready < 0 && errno != EINTR) {
    return pc_fail(error, PC_ENVIRONMENT, "can't wait for workers: %s", strerror(errno));
  }
  enum pc_result result = PC_OK;
  for (uint32_t i = 0; result == PC_OK && i < pool->worker_count; i++) {
    if (pool->workers[i].busy) {
      result = attend(pool, &pool->workers[i], ready > 0 && pool->polled[i].revents != 0, error);
    }
  }
  return result;
}

static bool should_stop(const struct pool *pool) {
  const struct pc_observer *observer = pool->plan->findings->observer;
  return observer->stop != NULL && observer->stop(observer->context);
}

static enum pc_result tell_idle(const struct pool *pool, struct pc_error *error) {
  const struct pc_observer *observer = pool->plan->findings->observer;
  return observer->idle == NULL ? PC_OK : observer->idle(observer->context, error);
}

static enum pc_result run(struct pool *pool, struct pc_error *error) {
  enum pc_result result = tell_idle(pool, error);
  while (result == PC_OK && !pc_merger_is_done(&pool->merger)) {
    if (should_stop(pool)) {
      pool->plan->findings->result->interrupted = true;
      return PC_OK;
    }
    for (uint32_t i = 0; result == PC_OK && i < pool->worker_count; i++) {
      result = give_segment(pool, &pool->workers[i], error);
    }
    if (result == PC_OK) {
      result = attend_all(pool, error);
    }
    if (result == PC_OK) {
      result = pc_merger_merge(&pool->merger, error);
    }
    if (result == PC_OK) {
      result = tell_idle(pool, error);
    }
  }
  return result;
}

/* No more than there are segments to explore, of which there is one at least. */
static uint32_t count_workers(const struct pc_walk_plan *plan) {
  uint32_t jobs = plan->findings->observer->jobs;
  uint32_t segments = plan->share.count - plan->share.done;
  if (jobs == 0) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    jobs = processors < 1 ? 1 : processors > (long)PC_MAX_JOBS ? PC_MAX_JOBS : (uint32_t)processors;
  }
  return jobs < segments ? jobs : segments;
}

static enum pc_result open_pool(struct pool *pool, const struct pc_walk_plan *plan, struct pc_error *error) {
  uint32_t count = count_workers(plan);
  *pool = (struct pool){
      .plan = plan,
      .next = plan->share.done,
      .work = {.serve = pc_worker_serve, .context = plan, .patience = pc_subject_patience(plan->subject)}};
  pool->workers = calloc(count, sizeof *pool->workers);
  pool->polled = calloc(count, sizeof *pool->polled);
  if (pool->workers == NULL || pool->polled == NULL) {
    return pc_fail_memory(error);
  }
  pool->worker_count = count;
  enum pc_result result = pc_merger_open(&pool->merger, plan, SEGMENTS_AHEAD * count, error);
  for (uint32_t i = 0; i < count; i++) {
    pool->workers[i].process.socket = -1;
  }
  for (uint32_t i = 0; result == PC_OK && i < count; i++) {
    result = pc_process_start(&pool->workers[i].process, &pool->work, error);
  }
  return result;
}

static void close_pool(struct pool *pool) {
  for (uint32_t i = 0; i < pool->worker_count; i++) {
    pc_process_end(&pool->workers[i].process, pool->workers[i].busy);
    pc_process_free(&pool->workers[i].process);
  }
  pc_merger_close(&pool->merger);
  free(pool->polled);
  free(pool->workers);
}

enum pc_result pc_pool_explore(const struct pc_walk_plan *plan, struct pc_error *error) {
  struct pool pool;
  enum pc_result result = open_pool(&pool, plan, error);
  if (result == PC_OK) {
    result = run(&pool, error);
  }
  close_pool(&pool);
  return result;
}
