#include "test_explore_brute.h"

#include <stdlib.h>
#include <string.h>

#include "explore/segment.h"
#include "powercut/model.h"
#include "powercut/seed.h"

#define MAX_FLASH_OPERATIONS 4096u

/* Flash that loses power: the store's port goes through here. The test is one process: one such flash. */
static struct cutter {
  struct pc_store store; /* the lab's, which starts on this flash */
  const struct pc_store *inner;
  struct pc_store_setup setup;
  struct pc_flash flash;
  struct pc_device *device;
  const struct pc_power_plan *plan;
  uint32_t count;           /* flash operations since the start, or, of the workload, since the first start */
  bool goes_on;             /* a start doesn't begin to count anew: the workload runs */
  const struct pc_cut *cut; /* to come, or NULL */
  uint64_t seed;            /* of what runs */
  bool off;                 /* the power is */
  bool surveys;             /* notes how many variants each flash operation has */
  uint32_t (*variants)[PC_FAULT_COUNT];
} cutter;

static uint64_t seed_after_cut(uint64_t seed, const struct pc_cut *cut) {
  return pc_seed_of_recovery(pc_seed_of_operation(seed, cut->flash_operation), cut->fault, cut->variant);
}

static struct pc_fault_input fault_input(const struct pc_flash_operation *operation, uint32_t index) {
  struct pc_fault_input input = {
      .operation = *operation,
      .samples = cutter.plan->samples,
      .limit = cutter.plan->limit,
      .seed = pc_seed_of_operation(cutter.seed, index),
  };
  pc_fault_describe(&input, cutter.device);
  return input;
}

/* The power is lost in this operation. */
static void lose_power(const struct pc_flash_operation *operation) {
  struct pc_fault_input input = fault_input(operation, cutter.cut->flash_operation);
  struct pc_fault_memory memory = {0};
  cr_assert_eq(pc_fault_leave(cutter.device, cutter.cut->fault, &input, cutter.cut->variant, &memory, NULL, NULL),
               PC_OK);
  pc_fault_memory_free(&memory);
  cutter.off = true;
}

/* Whether the operation goes ahead. */
static bool begin(enum pc_flash_operation_kind kind, uint32_t address, uint32_t size, const uint8_t *after) {
  if (cutter.off) {
    return false;
  }
  struct pc_flash_operation operation = {.kind = kind,
                                         .address = address,
                                         .size = size,
                                         .before = pc_device_cells(cutter.device).data + address,
                                         .after = after};
  if (cutter.cut != NULL && cutter.count == cutter.cut->flash_operation) {
    lose_power(&operation);
    return false;
  }
  if (cutter.surveys) {
    struct pc_fault_input input = fault_input(&operation, cutter.count);
    cr_assert_lt(cutter.count, MAX_FLASH_OPERATIONS);
    for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
      cutter.variants[cutter.count][fault] = pc_fault_variants(fault, &input);
    }
  }
  cutter.count++;
  return true;
}

static int cut_read(void *context, uint32_t address, void *data, size_t size) {
  (void)context;
  return cutter.off ? PC_FLASH_STOPPED : cutter.flash.read(cutter.flash.context, address, data, size);
}

static int cut_program(void *context, uint32_t address, const void *data, size_t size) {
  (void)context;
  if (!begin(PC_PROGRAM, address, (uint32_t)size, data)) {
    return PC_FLASH_STOPPED;
  }
  int status = cutter.flash.program(cutter.flash.context, address, data, size);
  cr_assert(status == PC_FLASH_OK || cutter.cut == NULL);
  return status;
}

static int cut_erase(void *context, uint32_t address) {
  static uint8_t erased[4096];
  (void)context;
  memset(erased, PC_ERASED, sizeof erased);
  cr_assert_leq(cutter.flash.sector_size, sizeof erased);
  if (!begin(PC_ERASE, address, cutter.flash.sector_size, erased)) {
    return PC_FLASH_STOPPED;
  }
  return cutter.flash.erase(cutter.flash.context, address);
}

static enum pc_status cut_start(void *memory, const struct pc_store_setup *setup) {
  cutter.setup = *setup;
  cutter.flash = setup->flash;
  cutter.setup.flash.read = cut_read;
  cutter.setup.flash.program = cut_program;
  cutter.setup.flash.erase = cut_erase;
  if (!cutter.goes_on) {
    cutter.surveys = cutter.surveys && cutter.count == 0; /* the first start of a recovery's checks is the recovery */
    cutter.count = 0;
  }
  return cutter.inner->start(memory, &cutter.setup);
}

/* A path, as it went. */
struct attempt {
  const struct lab *lab;
  struct pc_device *device;
  struct pc_target target;
  struct pc_model model;
  struct pc_checker *checker;
  uint32_t operation; /* that was cut */
  uint32_t keys_used;
  struct pc_expectation expectation;
  struct pc_report report, aftermath; /* of the recovery, and of what came after it */
  bool has_aftermath;
  struct pc_bytes state; /* the cells that the cut left and the allowed contents; owned */
  uint32_t recovery_operations;
};

static void run_operation(struct attempt *attempt, uint32_t index) {
  const struct pc_operation *operation = &attempt->lab->workload.operations[index];
  struct pc_target *target = &attempt->target;
  struct pc_bytes key = {0};
  enum pc_status status = PC_STATUS_OK;
  if (operation->kind == PC_PUT || operation->kind == PC_DELETE || operation->kind == PC_GET) {
    key = attempt->lab->workload.keys[operation->key];
    attempt->keys_used = attempt->keys_used > operation->key + 1 ? attempt->keys_used : operation->key + 1;
  }
  switch (operation->kind) {
    case PC_PUT:
      status = pc_target_put(target, key, operation->value);
      break;
    case PC_DELETE:
      status = pc_target_remove(target, key);
      break;
    case PC_MAINTAIN:
      (void)pc_target_maintain(target, operation->level);
      break;
    case PC_REBOOT:
      (void)pc_target_start(target);
      break;
    default:
      break;
  }
  if (!cutter.off && status == PC_STATUS_OK && (operation->kind == PC_PUT || operation->kind == PC_DELETE)) {
    pc_model_acknowledge(&attempt->model, operation);
  }
}

/* Runs the workload until the power is lost, if it is. */
static void run_workload(struct attempt *attempt) {
  const struct pc_workload *workload = &attempt->lab->workload;
  cutter.goes_on = true;
  cutter.count = 0;
  attempt->operation = 0;
  attempt->expectation = (struct pc_expectation){.model = &attempt->model};
  /* A key counts as used once its operation began; the first start belongs to the first operation. */
  const struct pc_operation *first = &workload->operations[0];
  attempt->keys_used = first->kind == PC_PUT || first->kind == PC_DELETE || first->kind == PC_GET;
  (void)pc_target_start(&attempt->target);
  for (uint32_t i = 0; !cutter.off && i < workload->operation_count; i++) {
    const struct pc_operation *operation = &workload->operations[i];
    attempt->operation = i;
    attempt->expectation.in_flight = operation->kind == PC_PUT || operation->kind == PC_DELETE;
    if (attempt->expectation.in_flight) {
      attempt->expectation.key = operation->key;
      attempt->expectation.outcome = pc_model_outcome(&attempt->model, operation);
    }
    run_operation(attempt, i);
  }
  if (!cutter.off) {
    attempt->operation = workload->operation_count;
    attempt->expectation.in_flight = false;
  }
  cutter.goes_on = false;
}

static void append_content(struct pc_buffer *state, const struct pc_content *content) {
  pc_buffer_print(state, " %d %zu ", content->live, content->value.size);
  if (content->live) {
    pc_buffer_hex(state, content->value);
  }
}

/* All that a recovery may depend on: the cells and what is allowed, in full. */
static struct pc_bytes describe_state(const struct attempt *attempt) {
  struct pc_buffer state = {0};
  struct pc_bytes cells = pc_device_cells(attempt->device);
  pc_buffer_append(&state, cells.data, cells.size);
  if (pc_device_weak_cells(attempt->device) > 0 || !pc_device_is_sound(attempt->device)) {
    /* Which they are, and how they will answer; where the damage is. */
    pc_buffer_print(&state, " %llu", (unsigned long long)pc_device_hash(attempt->device));
  }
  for (uint32_t key = 0; key < attempt->lab->workload.key_count; key++) {
    append_content(&state, &attempt->model.contents[key]);
  }
  if (attempt->expectation.in_flight) {
    pc_buffer_print(&state, " key %u", attempt->expectation.key);
    append_content(&state, &attempt->expectation.outcome);
  }
  cr_assert_not(state.failed);
  return (struct pc_bytes){.data = state.data, .size = state.size};
}

static void open_attempt(struct attempt *attempt, const struct lab *lab) {
  const struct pc_subject *subject = &lab->subject;
  struct pc_error error;
  memset(attempt, 0, sizeof *attempt);
  attempt->lab = lab;
  cr_assert_eq(pc_device_create(&attempt->device, subject->profile, subject->sectors, &error), PC_OK);
  cutter.device = attempt->device;
  cutter.off = false;
  cutter.cut = NULL;
  cr_assert_eq(pc_target_open(&attempt->target, &cutter.store, attempt->device, subject->parameters,
                              subject->parameter_count, lab->workload.key_count + 1, &error),
               PC_OK);
  cr_assert_eq(pc_model_open(&attempt->model, &lab->workload, &attempt->target, &error), PC_OK);
  cr_assert_eq(pc_checker_open(&attempt->checker, &attempt->target, &lab->workload, &error), PC_OK);
}

/* What a test took it may free, though a view does not let it be written. */
static void free_bytes(struct pc_bytes bytes) {
  union {
    const uint8_t *taken;
    void *freed;
  } memory = {.taken = bytes.data};
  free(memory.freed);
}

static void close_attempt(struct attempt *attempt) {
  pc_checker_close(attempt->checker);
  pc_model_close(&attempt->model);
  pc_target_close(&attempt->target);
  pc_device_destroy(attempt->device);
  free_bytes(attempt->state);
}

/* Runs a path to its end, recovers and checks. `variants`, if not NULL, gets those of the recovery's operations. */
static void try_path(struct attempt *attempt, const struct lab *lab, const struct pc_cut_path *path,
                     uint32_t (*variants)[PC_FAULT_COUNT]) {
  struct pc_error error;
  open_attempt(attempt, lab);
  cutter.seed = lab->plan.seed;
  cutter.cut = path->depth > 0 ? &path->cuts[0] : NULL;
  run_workload(attempt);
  for (uint32_t depth = 1; depth < path->depth; depth++) {
    cr_assert(cutter.off);
    cutter.seed = seed_after_cut(cutter.seed, cutter.cut);
    pc_device_begin_reads(attempt->device, cutter.seed);
    cutter.cut = &path->cuts[depth];
    cutter.off = false;
    (void)pc_target_start(&attempt->target);
    cr_assert(cutter.off);
  }
  if (cutter.cut != NULL) {
    cutter.seed = seed_after_cut(cutter.seed, cutter.cut);
    pc_device_begin_reads(attempt->device, cutter.seed);
  }
  cutter.cut = NULL;
  cutter.off = false;
  cutter.variants = variants;
  cutter.surveys = variants != NULL;
  cutter.count = 0;
  attempt->state = describe_state(attempt);
  size_t mark = pc_device_mark(attempt->device), recovered;
  cr_assert_eq(pc_check_recovery(attempt->checker, &attempt->expectation, &attempt->report, &recovered, &error), PC_OK);
  cutter.surveys = false;
  attempt->recovery_operations = (uint32_t)(recovered - mark);
  attempt->has_aftermath =
      lab->plan.aftermath == 1 && !pc_report_failed(&attempt->report) && pc_device_is_sound(attempt->device);
  if (attempt->has_aftermath) {
    const struct pc_aftermath_plan plan = {.key_count = attempt->keys_used,
                                           .faults = lab->plan.faults,
                                           .samples = lab->plan.samples,
                                           .limit = lab->plan.limit,
                                           .seed = lab->plan.seed};
    cr_assert_eq(pc_check_aftermath(attempt->checker, &attempt->expectation, &plan, &attempt->aftermath, &error),
                 PC_OK);
  }
}

/* A state that was met. */
struct met {
  struct pc_bytes state;
  uint64_t verdict;     /* a bit for each invariant that failed, in the recovery and in the aftermath */
  uint32_t segment;     /* in which it was explored last */
  uint32_t explored_at; /* the least depth at which it was, in that segment; 0: never */
  bool explored;        /* in any */
};

struct search {
  const struct lab *lab;
  struct brute *brute;
  struct met *met;
  bool here[PC_FAULT_COUNT][PC_INVARIANT_COUNT];
  uint32_t handed_on[PC_FAULT_COUNT][PC_INVARIANT_COUNT], in_segment[PC_FAULT_COUNT][PC_INVARIANT_COUNT];
  uint32_t operation, segment;
};

static uint64_t verdict_of(const struct attempt *attempt) {
  uint64_t verdict = 0;
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    verdict |= (uint64_t)attempt->report.failed[invariant] << invariant;
    verdict |= (uint64_t)attempt->aftermath.failed[invariant] << (32 + invariant);
  }
  return verdict;
}

static struct met *find_state(struct search *search, const struct attempt *attempt) {
  struct brute *brute = search->brute;
  for (uint64_t i = 0; search->met != NULL && i < brute->states; i++) {
    if (pc_bytes_equal(search->met[i].state, attempt->state)) {
      return &search->met[i];
    }
  }
  search->met = reallocarray(search->met, brute->states + 1, sizeof *search->met);
  cr_assert_not_null(search->met);
  uint8_t *copy = malloc(attempt->state.size);
  cr_assert_not_null(copy);
  memcpy(copy, attempt->state.data, attempt->state.size);
  struct met *met = &search->met[brute->states++];
  *met = (struct met){.state = {.data = copy, .size = attempt->state.size}, .verdict = verdict_of(attempt)};
  return met;
}

static void hand_on(struct search *search, const struct pc_violation *violation) {
  struct brute *brute = search->brute;
  brute->violations = reallocarray(brute->violations, brute->violation_count + 1, sizeof *brute->violations);
  cr_assert_not_null(brute->violations);
  struct lab_violation *kept = &brute->violations[brute->violation_count++];
  memset(kept, 0, sizeof *kept);
  kept->violation = *violation;
  if (violation->has_key) {
    memcpy(kept->key, violation->key.data, violation->key.size);
  }
  kept->violation.key.data = NULL;
}

/* Counts a round of checks, and hands on what is new in its place. */
static void count_report(struct search *search, struct pc_report *report, const struct attempt *attempt,
                         const struct pc_cut_path *path) {
  enum pc_fault fault = pc_report_fault(report, path);
  for (enum pc_invariant invariant = 0; invariant < PC_INVARIANT_COUNT; invariant++) {
    struct pc_check_count *count = &search->brute->result.checks[fault][path->depth - 1][invariant];
    count->checks += report->checked[invariant];
    if (!report->failed[invariant]) {
      continue;
    }
    count->failures++;
    search->brute->result.violations++;
    if (search->here[fault][invariant]) {
      continue;
    }
    search->here[fault][invariant] = true;
    if (search->in_segment[fault][invariant]++ < PC_MAX_SAME_VIOLATIONS &&
        search->handed_on[fault][invariant]++ < PC_MAX_SAME_VIOLATIONS) {
      report->violations[invariant].operation = attempt->operation;
      report->violations[invariant].path = *path;
      report->violations[invariant].fault = fault;
      hand_on(search, &report->violations[invariant]);
    }
  }
}

static void note_place(struct search *search, uint32_t operation) {
  if (operation != search->operation) {
    search->operation = operation;
    memset(search->here, 0, sizeof search->here);
  }
  uint32_t segment = operation / pc_segment_operations(search->lab->plan.depth);
  if (segment != search->segment) {
    search->segment = segment;
    memset(search->in_segment, 0, sizeof search->in_segment);
  }
}

/* Counts a path as an exploration does that knows the states of its segment. Returns whether it knew this one. */
static bool count_path(struct search *search, struct met *met, struct attempt *attempt,
                       const struct pc_cut_path *path) {
  struct pc_exploration_result *result = &search->brute->result;
  note_place(search, attempt->operation);
  result->cuts++;
  if (met->segment != search->segment) {
    met->segment = search->segment;
    met->explored_at = 0;
  }
  if (met->explored_at != 0 && met->explored_at <= path->depth) {
    result->deduplicated++;
    return true;
  }
  met->explored_at = path->depth;
  met->explored = true;
  result->recoveries++;
  count_report(search, &attempt->report, attempt, path);
  if (attempt->has_aftermath) {
    result->aftermaths++;
    count_report(search, &attempt->aftermath, attempt, path);
  }
  return false;
}

static void visit(struct search *search, const struct pc_cut_path *path, bool known);

/* Cuts in operation `index` of what the path leads to, in each way that the operation can be cut. */
static void visit_operation(struct search *search, const struct pc_cut_path *path, uint32_t index,
                            const uint32_t variants[PC_FAULT_COUNT], bool known) {
  struct pc_cut_path longer = *path;
  struct pc_cut *cut = &longer.cuts[longer.depth++];
  for (enum pc_fault fault = 0; fault < PC_FAULT_COUNT; fault++) {
    for (uint32_t variant = 0; search->lab->plan.faults[fault] && variant < variants[fault]; variant++) {
      *cut = (struct pc_cut){.flash_operation = index, .fault = fault, .variant = variant};
      visit(search, &longer, known);
    }
  }
}

/* `known`: an exploration doesn't come here, since it knew a state on the way. */
static void visit(struct search *search, const struct pc_cut_path *path, bool known) {
  uint32_t(*variants)[PC_FAULT_COUNT] = calloc(MAX_FLASH_OPERATIONS, sizeof *variants);
  cr_assert_not_null(variants);
  struct attempt attempt;
  try_path(&attempt, search->lab, path, variants);
  struct met *met = find_state(search, &attempt);
  search->brute->paths++;
  search->brute->disagreed += met->verdict != verdict_of(&attempt);
  known = known || count_path(search, met, &attempt, path);
  uint32_t operations = path->depth < search->lab->plan.depth ? attempt.recovery_operations : 0;
  close_attempt(&attempt);
  for (uint32_t i = 0; i < operations; i++) {
    visit_operation(search, path, i, variants[i], known);
  }
  free(variants);
}

void brute_explore(const struct lab *lab, struct brute *brute) {
  uint32_t(*variants)[PC_FAULT_COUNT] = calloc(MAX_FLASH_OPERATIONS, sizeof *variants);
  cr_assert_not_null(variants);
  memset(brute, 0, sizeof *brute);
  cutter.store = *lab->subject.store;
  cutter.inner = lab->subject.store;
  cutter.store.start = cut_start;
  cutter.plan = &lab->plan;
  /* Once without a cut, to learn what there is to cut. */
  struct attempt attempt;
  open_attempt(&attempt, lab);
  cutter.seed = lab->plan.seed;
  cutter.variants = variants;
  cutter.surveys = true;
  run_workload(&attempt);
  cutter.surveys = false;
  uint32_t operations = cutter.count;
  close_attempt(&attempt);
  struct search search = {.lab = lab, .brute = brute};
  const struct pc_cut_path none = {0};
  for (uint32_t i = 0; i < operations; i++) {
    visit_operation(&search, &none, i, variants[i], false);
  }
  /* The power is lost after the last one. */
  static const uint32_t between[PC_FAULT_COUNT] = {[PC_FAULT_BETWEEN_OPS] = 1};
  visit_operation(&search, &none, operations, between, false);
  for (uint64_t i = 0; i < brute->states; i++) {
    brute->missed += !search.met[i].explored;
    free_bytes(search.met[i].state);
  }
  free(search.met);
  free(variants);
}

void brute_free(struct brute *brute) {
  free(brute->violations);
  memset(brute, 0, sizeof *brute);
}
