#include "field.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore/walk.h"
#include "powercut/random.h"
#include "powercut/stores.h"

#define ENTRY_SIZE 64u
#define VALUE_SIZE 32u
#define MAX_PARAMETERS 16u

/* A start has no context of its caller's: what it is timed by lies here. There is one thread. */
static struct {
  const struct pc_store *inner;
  const struct pc_notice *notice;
  uint64_t beat; /* of the recovery whose start was timed last: a second start of it isn't */
  double seconds;
} timed;

struct field {
  struct field_shape shape;
  struct pc_profile profile;
  struct pc_store store; /* norkv, or norkv with starts that are timed */
  struct pc_parameter parameters[MAX_PARAMETERS];
  struct pc_subject subject;
  struct pc_workload workload;
  struct pc_power_plan plan;
  struct pc_baseline baseline;
  uint32_t keys, first; /* the first operation that is cut */
};

static double now(clockid_t clock) {
  struct timespec time = {0};
  (void)clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static enum pc_status timed_start(void *memory, const struct pc_store_setup *setup) {
  if (timed.notice == NULL || timed.notice->beats == timed.beat) {
    return timed.inner->start(memory, setup);
  }
  timed.beat = timed.notice->beats;
  double begin = now(CLOCK_THREAD_CPUTIME_ID);
  enum pc_status status = timed.inner->start(memory, setup);
  timed.seconds += now(CLOCK_THREAD_CPUTIME_ID) - begin;
  return status;
}

/* What looking at the clock twice adds to each start. */
static double clock_cost(void) {
  enum { TURNS = 10000 };
  double sum = 0;
  for (int i = 0; i < TURNS; i++) {
    double begin = now(CLOCK_THREAD_CPUTIME_ID);
    sum += now(CLOCK_THREAD_CPUTIME_ID) - begin;
  }
  return sum / TURNS;
}

static void print_put(struct pc_buffer *trace, uint32_t key, struct pc_random *random) {
  uint8_t value[VALUE_SIZE];
  for (size_t i = 0; i < sizeof value; i++) {
    value[i] = (uint8_t)pc_random_next(random);
  }
  pc_buffer_print(trace, "put key%05u ", key);
  pc_buffer_hex(trace, (struct pc_bytes){.data = value, .size = sizeof value});
  pc_buffer_print(trace, "\n");
}

/* Puts every key, goes on until all sectors were in use and garbage was collected, and then does what is cut: puts, one
   delete in 20 operations, one maintenance and one reboot in 50. */
static enum pc_result make_workload(struct field *field, struct pc_error *error) {
  struct pc_buffer trace = {0};
  struct pc_random random = {.state = 1};
  uint32_t churn = 4 * field->keys;
  field->first = (field->keys + churn + PC_SEGMENT_OPERATIONS - 1) / PC_SEGMENT_OPERATIONS * PC_SEGMENT_OPERATIONS;
  for (uint32_t i = 0; i < field->first; i++) {
    print_put(&trace, i < field->keys ? i : (uint32_t)pc_random_below(&random, field->keys), &random);
  }
  for (uint32_t i = 0; i < field->shape.operations; i++) {
    uint32_t key = (uint32_t)pc_random_below(&random, field->keys);
    if (i % 50 == 24) {
      pc_buffer_print(&trace, "maintain partial\n");
    } else if (i % 50 == 49) {
      pc_buffer_print(&trace, "reboot\n");
    } else if (i % 20 == 10) {
      pc_buffer_print(&trace, "delete key%05u\n", key);
    } else {
      print_put(&trace, key, &random);
    }
  }
  enum pc_result result =
      trace.failed ? pc_fail_memory(error)
                   : pc_trace_parse("bench", (struct pc_bytes){trace.data, trace.size}, &field->workload, error);
  pc_buffer_free(&trace);
  return result;
}

static enum pc_result set_up(struct field *field, struct pc_error *error) {
  const struct field_shape *shape = &field->shape;
  const struct pc_store *norkv = pc_store_named("norkv");
  if (norkv == NULL || norkv->parameter_count > MAX_PARAMETERS) {
    return pc_fail(error, PC_ENVIRONMENT, "there is no norkv to measure");
  }
  field->store = *norkv;
  field->store.start = timed_start;
  timed.inner = norkv;
  field->profile = (struct pc_profile){.name = "bench", .sector_size = shape->sector_size, .program_unit = 1};
  field->subject = (struct pc_subject){.profile = &field->profile,
                                       .sectors = shape->sectors,
                                       .store = &field->store,
                                       .parameters = field->parameters,
                                       .parameter_count = norkv->parameter_count};
  for (size_t i = 0; i < norkv->parameter_count; i++) {
    const struct pc_parameter_info *info = &norkv->parameters[i];
    bool is_checksum = strcmp(info->name, "checksum") == 0;
    field->parameters[i] =
        (struct pc_parameter){.name = info->name, .value = is_checksum ? shape->checksum : info->fallback};
  }
  field->plan = (struct pc_power_plan){.depth = shape->depth,
                                       .samples = shape->samples,
                                       .limit = shape->limit,
                                       .aftermath = shape->aftermath,
                                       .seed = 1};
  for (enum pc_fault fault = 0; fault <= PC_FAULT_TWO_PHASE_ERASE; fault++) {
    field->plan.faults[fault] = true;
  }
  field->keys = shape->sectors * shape->sector_size / 2 / ENTRY_SIZE;
  return make_workload(field, error);
}

static enum pc_result record(struct field *field, struct pc_error *error) {
  struct pc_exploration_result counts = {0};
  struct pc_observer observer = {0};
  struct pc_findings findings = {.observer = &observer, .result = &counts};
  timed.notice = NULL;
  enum pc_result result = pc_baseline_run(&field->baseline, &field->subject, &field->workload, &findings, error);
  if (result == PC_OK && (!field->baseline.usable || counts.violations > 0)) {
    result = pc_fail(error, PC_ENVIRONMENT, "the store fails without any cut");
  }
  pc_exploration_free(&counts);
  return result;
}

enum pc_result field_open(struct field **field, const struct field_shape *shape, struct pc_error *error) {
  struct field *opened = calloc(1, sizeof *opened);
  if (opened == NULL) {
    return pc_fail_memory(error);
  }
  opened->shape = *shape;
  enum pc_result result = set_up(opened, error);
  if (result == PC_OK) {
    result = record(opened, error);
  }
  if (result != PC_OK) {
    field_close(opened);
    return result;
  }
  *field = opened;
  return PC_OK;
}

void field_close(struct field *field) {
  if (field != NULL) {
    pc_baseline_free(&field->baseline);
    pc_workload_free(&field->workload);
    free(field);
  }
}

uint32_t field_entries(const struct field *field) {
  return field->keys;
}

uint32_t field_flash_operations(const struct field *field) {
  return (uint32_t)field->baseline.tape.count - field->baseline.end[field->first - 1];
}

/* Segment by segment, as the pool hands them out. */
static enum pc_result walk_segments(const struct field *field, struct pc_walk *walk, struct pc_error *error) {
  enum pc_result result = PC_OK;
  uint32_t count = field->workload.operation_count;
  uint32_t depth = field->plan.depth, segments = pc_segment_count(count, depth);
  for (uint32_t segment = field->first / pc_segment_operations(depth); result == PC_OK && segment < segments;
       segment++) {
    result = pc_walk_operations(walk, pc_segment_first(segment, depth), pc_segment_end(segment, depth, count), error);
  }
  return result;
}

enum pc_result field_walk(struct field *field, bool time_starts, struct field_times *times, struct pc_error *error) {
  struct pc_exploration_result counts = {0};
  struct pc_observer observer = {0};
  struct pc_findings findings = {.observer = &observer, .result = &counts};
  struct pc_notice notice = {0};
  struct pc_walk_plan plan = {.subject = &field->subject,
                              .workload = &field->workload,
                              .power = &field->plan,
                              .baseline = &field->baseline,
                              .findings = &findings,
                              .notice = &notice,
                              .whole_starts = time_starts};
  struct pc_walk *walk = NULL;
  enum pc_result result = pc_walk_open(&walk, &plan, error);
  if (result != PC_OK) {
    return result;
  }
  result = pc_walk_operations(walk, field->first, field->first, error);
  timed.notice = time_starts ? &notice : NULL;
  timed.beat = notice.beats;
  timed.seconds = 0;
  double begin = now(CLOCK_PROCESS_CPUTIME_ID);
  if (result == PC_OK) {
    result = walk_segments(field, walk, error);
  }
  *times = (struct field_times){.cuts = counts.cuts,
                                .recoveries = counts.recoveries,
                                .shared = counts.shared,
                                .deduplicated = counts.deduplicated,
                                .violations = counts.violations,
                                .walk = now(CLOCK_PROCESS_CPUTIME_ID) - begin};
  if (time_starts) {
    times->start = timed.seconds - (double)counts.recoveries * clock_cost();
  }
  pc_walk_close(walk);
  return result;
}
