/* A cut in a wear run: the operation runs with the journal on, is rolled back to one of its flash operations, and what
   a tear leaves of that is what the store starts on. */
#include <stdlib.h>
#include <string.h>

#include "latency.h"
#include "powercut/seed.h"
#include "wear.h"

/* The bytes before and after `operation` are the journal's, which rolling back takes: it gets copies. */
static enum pc_result keep_bytes(struct pc_wear *wear, struct pc_flash_operation *operation, struct pc_error *error) {
  size_t size = operation->size;
  if (wear->kept_size < size) {
    uint8_t *kept = reallocarray(wear->kept, size, 2);
    if (kept == NULL) {
      return pc_fail_memory(error);
    }
    wear->kept = kept;
    wear->kept_size = size;
  }
  memcpy(wear->kept, operation->before, size);
  memcpy(wear->kept + size, operation->after, size);
  operation->before = wear->kept;
  operation->after = wear->kept + size;
  return PC_OK;
}

/* One of the classes that have a variant for the operation, and one of its variants; between_ops if none has. */
static struct pc_cut choose_cut(struct pc_wear *wear, const struct pc_fault_input *input) {
  const struct pc_power_plan *power = wear->job->power;
  struct pc_cut cut = {.fault = PC_FAULT_BETWEEN_OPS};
  uint32_t classes = 0;
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    uint32_t variants = power->faults[fault] ? pc_fault_variants((enum pc_fault)fault, input) : 0;
    if (variants > 0 && pc_random_below(&wear->cuts, ++classes) == 0) {
      cut.fault = (enum pc_fault)fault;
      cut.variant = (uint32_t)pc_random_below(&wear->cuts, variants);
    }
  }
  return cut;
}

/* Leaves of the journalled flash operation `index`, and of those behind it, what the cut leaves. */
static enum pc_result tear(struct pc_wear *wear, size_t index, struct pc_cut *cut, struct pc_error *error) {
  const struct pc_power_plan *power = wear->job->power;
  struct pc_fault_input input = {.operation = pc_device_journalled(wear->device, index),
                                 .samples = power->samples,
                                 .limit = power->limit,
                                 .seed = pc_random_next(&wear->cuts)};
  enum pc_result result = keep_bytes(wear, &input.operation, error);
  if (result != PC_OK) {
    return result;
  }
  pc_device_rollback(wear->device, index);
  pc_fault_describe(&input, wear->device);
  *cut = choose_cut(wear, &input);
  result = pc_fault_leave(wear->device, cut->fault, &input, cut->variant, &wear->torn, NULL, error);
  pc_device_begin_reads(wear->device, pc_seed_of_recovery(input.seed, cut));
  return result;
}

/* The key in flight reads as before or as after, and holds that from then on. */
static void settle_key(struct pc_wear *wear, const struct pc_wear_check *check, const struct pc_streamed *operation) {
  struct pc_worn_key *key = &wear->keys[operation->key];
  struct pc_worn_key after = pc_wear_outcome(wear, operation);
  enum pc_status status;
  bool held = pc_wear_reads(wear, operation->key, key, &status);
  if (!held && pc_wear_reads(wear, operation->key, &after, &status)) {
    *key = after;
    held = true;
  }
  pc_wear_check(wear, check, PC_ATOMIC, held, "the key in flight reads as %s",
                status == PC_STATUS_OK ? "neither before nor after" : pc_status_text(status));
}

static void recover(struct pc_wear *wear, const struct pc_streamed *operation, const struct pc_cut *cut) {
  struct pc_exploration_result *counts = &wear->result->counts;
  const struct pc_wear_check check = {.counts = counts->checks[cut->fault][0], .operation = counts->operations};
  struct pc_flash_work before = pc_device_work(wear->device);
  counts->cuts++;
  counts->recoveries++;
  enum pc_status status = pc_target_start(&wear->target);
  pc_latency_note(counts, PC_REBOOT, wear->device, before);
  pc_wear_check(wear, &check, PC_MOUNTABLE, status == PC_STATUS_OK, "the start after a cut (%s) answers %s",
                pc_fault_class(cut->fault)->name, pc_status_text(status));
  if (status == PC_STATUS_OK) {
    if (operation->kind != PC_MAINTAIN) {
      settle_key(wear, &check, operation);
    }
    pc_wear_check_all(wear, &check);
  }
}

enum pc_result pc_wear_cut(struct pc_wear *wear, const struct pc_streamed *operation, struct pc_error *error) {
  struct pc_device *device = wear->device;
  struct pc_cut cut;
  pc_device_set_journal(device, true);
  enum pc_status status = pc_wear_call(wear, operation);
  size_t flash_operations = pc_device_mark(device);
  enum pc_result result = pc_device_failed(device) ? pc_fail_memory(error) : PC_OK;
  if (result == PC_OK && flash_operations > 0) {
    result = tear(wear, (size_t)pc_random_below(&wear->cuts, flash_operations), &cut, error);
  }
  pc_device_forget(device);
  pc_device_set_journal(device, false);
  if (result == PC_OK && flash_operations > 0) {
    recover(wear, operation, &cut);
  } else if (result == PC_OK && operation->kind != PC_MAINTAIN && status == PC_STATUS_OK) {
    wear->keys[operation->key] = pc_wear_outcome(wear, operation);
  }
  return result;
}
