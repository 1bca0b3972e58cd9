/* What the operations of the baseline run answer. */
#include "checker.h"

/* An operation as it runs. */
struct run {
  struct pc_checker *checker;
  uint64_t errors; /* that the device had counted before it */
  struct pc_model *model;
  const struct pc_operation *operation;
  struct pc_report *report;
};

static bool must_accept(const struct run *run, size_t key_size, size_t value_size) {
  return pc_model_must_accept(run->model, key_size, value_size) && !pc_checker_is_cramped(run->checker);
}

static void check_put(const struct run *run, enum pc_status status) {
  const struct pc_store_promises *promises = &run->checker->target->promises;
  const struct pc_bytes *key = &run->checker->workload->keys[run->operation->key];
  size_t value_size = run->operation->value.size;
  bool fits = key->size <= promises->max_key_size && value_size <= promises->max_value_size;
  run->report->checked[PC_WRITABLE] = true;
  if (status == PC_STATUS_OK || (status == PC_STATUS_INVALID && (!fits || run->checker->guesses))) {
    return;
  }
  if (status == PC_STATUS_FULL && !must_accept(run, key->size, value_size)) {
    return;
  }
  pc_report_answer(run->report, PC_WRITABLE, key, "the put works", status, "it answers %s", pc_status_text(status));
}

static void check_delete(const struct run *run, enum pc_status status) {
  const struct pc_bytes *key = &run->checker->workload->keys[run->operation->key];
  const struct pc_content *content = &run->model->contents[run->operation->key];
  struct pc_report *report = run->report;
  if (run->checker->target->store->remove == NULL) {
    return;
  }
  report->checked[PC_WRITABLE] = true;
  bool is_unsure = pc_checker_may_lose(run->checker) || content->unsure_since > 0;
  if (!content->live) {
    /* Some stores tell that there is nothing to delete, some do not care. An older value may have come back. */
    bool is_told = status == PC_STATUS_OK || status == PC_STATUS_NOT_FOUND || status == PC_STATUS_INVALID;
    if (!is_told && !(status == PC_STATUS_FULL && is_unsure)) {
      pc_report_answer(report, PC_WRITABLE, key, "the delete finds no such key", status, "it answers %s",
                       pc_status_text(status));
    }
    return;
  }
  if (status == PC_STATUS_NOT_FOUND && is_unsure) {
    return;
  }
  if (status == PC_STATUS_NOT_FOUND) {
    char expected[PC_TEXT_SIZE];
    pc_report_fail(report, PC_DURABLE, key, pc_describe_content(content, expected), "the delete answers NOT_FOUND");
  } else if (status != PC_STATUS_OK && (status != PC_STATUS_FULL || must_accept(run, key->size, 0))) {
    pc_report_answer(report, PC_WRITABLE, key, "the delete works", status, "it answers %s", pc_status_text(status));
  }
}

/* The operation's key must read as the model says. */
static void check_key(const struct run *run) {
  uint32_t key = run->operation->key;
  const struct pc_content *content = &run->model->contents[key];
  (void)pc_checker_expect(run->checker, key, content, pc_content_invariant(content), run->report);
}

/* Whether a store that answers this knows what it holds: what was acknowledged, or what was there before. */
static bool is_definite(enum pc_status status) {
  return status == PC_STATUS_OK || status == PC_STATUS_NOT_FOUND || status == PC_STATUS_FULL ||
         status == PC_STATUS_INVALID;
}

static void run_change(const struct run *run) {
  struct pc_target *target = run->checker->target;
  struct pc_bytes key = run->checker->workload->keys[run->operation->key];
  bool puts = run->operation->kind == PC_PUT;
  enum pc_status status = puts ? pc_target_put(target, key, run->operation->value) : pc_target_remove(target, key);
  run->report->answer = status;
  if (pc_checker_excuses(run->checker, status, run->errors)) {
    pc_model_doubt(run->model, run->operation);
    run->report->doubted = true;
    return;
  }
  (puts ? check_put : check_delete)(run, status);
  if (status == PC_STATUS_OK) {
    pc_model_acknowledge(run->model, run->operation);
  }
  if (is_definite(status)) {
    check_key(run);
  }
}

/* Maintenance need not read everything again: a copy that rots while the store runs may stay until it is read, or until
   the next start. */
static bool rotted_since_start(const struct pc_checker *checker) {
  return pc_device_damage(checker->target->device).events != checker->damage_at_start;
}

static enum pc_result run_maintain(const struct run *run, struct pc_error *error) {
  enum pc_status status = pc_target_maintain(run->checker->target, run->operation->level);
  run->report->answer = status;
  if (pc_checker_excuses(run->checker, status, run->errors)) {
    return PC_OK;
  }
  run->report->checked[PC_WRITABLE] = true;
  if (status == PC_STATUS_OK) {
    bool sure = pc_checker_settle(run->checker, run->model);
    bool whole = pc_model_maintained(run->model, run->operation->level);
    return sure && !rotted_since_start(run->checker)
               ? pc_check_image(run->checker, run->model, whole, run->report, error)
               : PC_OK;
  }
  if (status != PC_STATUS_FULL) {
    pc_report_answer(run->report, PC_WRITABLE, NULL, "the maintenance works", status, "it answers %s",
                     pc_status_text(status));
  }
  return PC_OK;
}

static void run_reboot(const struct run *run) {
  const struct pc_started started = pc_checker_start(run->checker);
  enum pc_status status = started.status;
  run->report->answer = status;
  run->report->checked[PC_MOUNTABLE] = true;
  if (status != PC_STATUS_OK && !started.excused) {
    pc_report_answer(run->report, PC_MOUNTABLE, NULL, "the store starts", status, "it answers %s",
                     pc_status_text(status));
  }
}

enum pc_result pc_run_operation(struct pc_checker *checker, struct pc_model *model,
                                const struct pc_operation *operation, struct pc_report *report,
                                struct pc_error *error) {
  const struct run run = {.checker = checker,
                          .model = model,
                          .operation = operation,
                          .report = report,
                          .errors = pc_device_errors(checker->target->device)};
  enum pc_result result = PC_OK;
  report->answer = PC_STATUS_OK;
  report->doubted = false;
  switch (operation->kind) {
    case PC_PUT:
    case PC_DELETE:
      run_change(&run);
      break;
    case PC_GET:
      check_key(&run);
      break;
    case PC_MAINTAIN:
      result = run_maintain(&run, error);
      break;
    case PC_REBOOT:
      run_reboot(&run);
      break;
    case PC_OPERATION_KINDS:
      break;
  }
  pc_check_contract(checker, report);
  pc_check_bounds(checker, report);
  return result;
}
