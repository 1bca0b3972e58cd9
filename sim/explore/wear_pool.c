/* Wear runs side by side, one process for each. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "wear.h"

struct slot {
  struct pc_process process;
  bool busy;
  size_t job;
  double begun;
  uint64_t beats; /* of the notice when it began */
};

struct pool {
  const struct pc_wear_job *jobs;
  size_t count;
  const struct pc_wear_observer *observer;
  struct slot *slots;
  struct pollfd *polled;
  uint32_t slot_count;
  size_t next, done;   /* jobs */
  uint64_t operations; /* of those that are done */
  bool stopped;
};

static double now(void) {
  struct timespec time = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static enum pc_result check(const struct pc_wear_job *job, struct pc_error *error) {
  if (job->operations == 0 || job->operations > PC_WEAR_LONGEST) {
    return pc_fail(error, PC_BAD_INPUT, "the operations of a wear run are 1 to %llu",
                   (unsigned long long)PC_WEAR_LONGEST);
  }
  if (job->generator == NULL && job->workload->operation_count == 0) {
    return pc_fail(error, PC_BAD_INPUT, "the workload has no operations");
  }
  if (job->until_worn && job->subject->profile->endurance == 0) {
    return pc_fail(error, PC_BAD_INPUT, "%s tells no endurance: nothing of it is ever worn",
                   job->subject->profile->name);
  }
  return PC_OK;
}

static enum pc_result begin(struct pool *pool, struct slot *slot, struct pc_error *error) {
  const struct pc_wear_job *job = &pool->jobs[pool->next];
  const struct pc_process_work work = {
      .serve = pc_wear_serve, .context = job, .patience = pc_subject_patience(job->subject)};
  /* The notice of the slot's last process goes on counting. */
  slot->beats = slot->process.notice != NULL ? slot->process.notice->beats : 0;
  enum pc_result result = pc_process_start(&slot->process, &work, error);
  if (result == PC_OK) {
    slot->busy = true;
    slot->job = pool->next++;
    slot->begun = now();
  }
  return result;
}

static enum pc_result begin_all(struct pool *pool, struct pc_error *error) {
  enum pc_result result = PC_OK;
  for (uint32_t i = 0; result == PC_OK && i < pool->slot_count && pool->next < pool->count && !pool->stopped; i++) {
    if (!pool->slots[i].busy) {
      result = begin(pool, &pool->slots[i], error);
    }
  }
  return result;
}

static enum pc_result finish(struct pool *pool, struct slot *slot, struct pc_wear_result *result,
                             struct pc_error *error) {
  result->seconds = now() - slot->begun;
  slot->busy = false;
  pool->done++;
  pool->operations += result->counts.operations;
  return pool->observer->done(pool->observer->context, slot->job, result, error);
}

/* The store brought its process down, or never came back: that is all there is to tell, and about when. */
static enum pc_result report_crash(struct pool *pool, struct slot *slot, const char *what, struct pc_error *error) {
  struct pc_wear_result result = {.failure = {.found = true, .invariant = PC_MOUNTABLE}};
  result.failure.operation = slot->process.notice->beats - slot->beats;
  (void)snprintf(result.failure.text, sizeof result.failure.text, "%s", what);
  result.counts.violations = 1;
  result.counts.baseline[PC_MOUNTABLE] = (struct pc_check_count){.checks = 1, .failures = 1};
  result.counts.typical_us = result.counts.erasing_us = PC_TIME_UNKNOWN;
  return finish(pool, slot, &result, error);
}

static enum pc_result look_at(struct pool *pool, struct slot *slot, bool readable, struct pc_error *error) {
  char what[PC_CRASH_TEXT];
  bool whole = false, hung;
  struct pc_wear_result result;
  if (readable) {
    enum pc_result outcome = pc_wear_receive(slot->process.socket, &result, &whole, error);
    if (outcome != PC_OK) {
      return outcome;
    }
    if (whole) {
      pc_process_end(&slot->process, false);
      return finish(pool, slot, &result, error);
    }
    pc_process_hang_up(&slot->process);
  }
  return pc_process_is_well(&slot->process, what, &hung) ? PC_OK : report_crash(pool, slot, what, error);
}

static void pass_on_stop(struct pool *pool) {
  const struct pc_wear_observer *observer = pool->observer;
  pool->stopped = pool->stopped || (observer->stop != NULL && observer->stop(observer->context));
  for (uint32_t i = 0; pool->stopped && i < pool->slot_count; i++) {
    if (pool->slots[i].busy) {
      pool->slots[i].process.notice->stop = true;
    }
  }
}

static void tell_progress(const struct pool *pool) {
  uint64_t operations = pool->operations;
  for (uint32_t i = 0; i < pool->slot_count; i++) {
    operations += pool->slots[i].busy ? pool->slots[i].process.notice->beats - pool->slots[i].beats : 0;
  }
  if (pool->observer->progress != NULL) {
    pool->observer->progress(pool->observer->context, pool->done, operations);
  }
}

static bool is_busy(const struct pool *pool) {
  for (uint32_t i = 0; i < pool->slot_count; i++) {
    if (pool->slots[i].busy) {
      return true;
    }
  }
  return false;
}

static enum pc_result run_all(struct pool *pool, struct pc_error *error) {
  enum pc_result result = begin_all(pool, error);
  while (result == PC_OK && is_busy(pool)) {
    pass_on_stop(pool);
    for (uint32_t i = 0; i < pool->slot_count; i++) {
      pool->polled[i] =
          (struct pollfd){.fd = pool->slots[i].busy ? pool->slots[i].process.socket : -1, .events = POLLIN};
    }
    int ready = poll(pool->polled, pool->slot_count, PC_POLL_MILLISECONDS);
    for (uint32_t i = 0; result == PC_OK && i < pool->slot_count; i++) {
      if (pool->slots[i].busy) {
        result = look_at(pool, &pool->slots[i], ready > 0 && pool->polled[i].revents != 0, error);
      }
    }
    tell_progress(pool);
    if (result == PC_OK) {
      result = begin_all(pool, error);
    }
  }
  return result;
}

static uint32_t slots_for(uint32_t jobs, size_t count) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  uint32_t slots = jobs > 0 ? jobs : processors > 0 ? (uint32_t)processors : 1;
  slots = slots < PC_MAX_JOBS ? slots : PC_MAX_JOBS;
  return count < slots ? (uint32_t)count : slots;
}

enum pc_result pc_wear_run(const struct pc_wear_job *jobs, size_t count, const struct pc_wear_observer *observer,
                           struct pc_error *error) {
  struct pool pool = {.jobs = jobs, .count = count, .observer = observer};
  enum pc_result result = PC_OK;
  for (size_t i = 0; result == PC_OK && i < count; i++) {
    result = check(&jobs[i], error);
  }
  if (result != PC_OK || count == 0) {
    return result;
  }
  pool.slot_count = slots_for(observer->jobs, count);
  pool.slots = calloc(pool.slot_count, sizeof *pool.slots);
  pool.polled = calloc(pool.slot_count, sizeof *pool.polled);
  result = pool.slots == NULL || pool.polled == NULL ? pc_fail_memory(error) : PC_OK;
  for (uint32_t i = 0; result == PC_OK && i < pool.slot_count; i++) {
    pool.slots[i].process.socket = -1;
  }
  if (result == PC_OK) {
    result = run_all(&pool, error);
  }
  for (uint32_t i = 0; pool.slots != NULL && i < pool.slot_count; i++) {
    pc_process_end(&pool.slots[i].process, pool.slots[i].busy);
    pc_process_free(&pool.slots[i].process);
  }
  free(pool.slots);
  free(pool.polled);
  return result;
}
