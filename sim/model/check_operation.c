/* What the operations of the baseline run answer. */
#include "checker.h"

static void check_put(const struct pc_checker *checker, const struct pc_model *model,
                      const struct pc_operation *operation, enum pc_status status, struct pc_report *report) {
  const struct pc_store_promises *promises = &checker->target->promises;
  const struct pc_bytes *key = &checker->workload->keys[operation->key];
  bool fits = key->size <= promises->max_key_size && operation->value.size <= promises->max_value_size;
  report->checked[PC_WRITABLE] = true;
  if (status == PC_STATUS_OK || (status == PC_STATUS_INVALID && !fits)) {
    return;
  }
  if (status == PC_STATUS_FULL && !pc_model_must_accept(model, key->size, operation->value.size)) {
    return;
  }
  pc_report_fail(report, PC_WRITABLE, key, "the put works", "it answers %s", pc_status_text(status));
}

static void check_delete(const struct pc_checker *checker, const struct pc_model *model,
                         const struct pc_operation *operation, enum pc_status status, struct pc_report *report) {
  const struct pc_bytes *key = &checker->workload->keys[operation->key];
  const struct pc_content *content = &model->contents[operation->key];
  report->checked[PC_WRITABLE] = true;
  if (!content->live) {
    /* Some stores tell that there is nothing to delete, some do not care. */
    if (status != PC_STATUS_OK && status != PC_STATUS_NOT_FOUND && status != PC_STATUS_INVALID) {
      pc_report_fail(report, PC_WRITABLE, key, "the delete finds no such key", "it answers %s", pc_status_text(status));
    }
    return;
  }
  if (status == PC_STATUS_NOT_FOUND) {
    char expected[PC_TEXT_SIZE];
    pc_report_fail(report, PC_DURABLE, key, pc_describe_content(content, expected), "the delete answers NOT_FOUND");
  } else if (status != PC_STATUS_OK && (status != PC_STATUS_FULL || pc_model_must_accept(model, key->size, 0))) {
    pc_report_fail(report, PC_WRITABLE, key, "the delete works", "it answers %s", pc_status_text(status));
  }
}

/* The operation's key must read as the model says; after a put or a delete, as was acknowledged. */
static void check_key(struct pc_checker *checker, const struct pc_model *model, uint32_t key,
                      struct pc_report *report) {
  const struct pc_content *content = &model->contents[key];
  pc_checker_expect(checker, key, content, pc_content_invariant(content), report);
}

enum pc_status pc_run_operation(struct pc_checker *checker, struct pc_model *model,
                                const struct pc_operation *operation, struct pc_report *report) {
  struct pc_target *target = checker->target;
  struct pc_bytes key = checker->workload->keys[operation->key];
  enum pc_status status = PC_STATUS_OK;
  switch (operation->kind) {
    case PC_PUT:
      status = pc_target_put(target, key, operation->value);
      check_put(checker, model, operation, status, report);
      break;
    case PC_DELETE:
      status = pc_target_remove(target, key);
      check_delete(checker, model, operation, status, report);
      break;
    case PC_GET:
      check_key(checker, model, operation->key, report);
      break;
    case PC_MAINTAIN:
      status = pc_target_maintain(target, operation->level);
      report->checked[PC_WRITABLE] = true;
      if (status != PC_STATUS_OK && status != PC_STATUS_FULL) {
        pc_report_fail(report, PC_WRITABLE, NULL, "the maintenance works", "it answers %s", pc_status_text(status));
      }
      break;
    case PC_REBOOT:
      status = pc_target_start(target);
      report->checked[PC_MOUNTABLE] = true;
      if (status != PC_STATUS_OK) {
        pc_report_fail(report, PC_MOUNTABLE, NULL, "the store starts", "it answers %s", pc_status_text(status));
      }
      break;
    case PC_OPERATION_KINDS:
      break;
  }
  if (status == PC_STATUS_OK && (operation->kind == PC_PUT || operation->kind == PC_DELETE)) {
    pc_model_acknowledge(model, operation);
    check_key(checker, model, operation->key, report);
  }
  pc_check_contract(checker, report);
  return status;
}
