/* A cut in a wear run: the operation runs with the journal on, is rolled back to one of its flash operations, and what
   a tear leaves of that is what the store starts on. */
#include "latency.h"
#include "wear.h"

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

static void recover(struct pc_wear *wear, const struct pc_streamed *operation, enum pc_fault fault) {
  struct pc_exploration_result *counts = &wear->result->counts;
  const struct pc_wear_check check = {.counts = counts->checks[fault][0], .operation = counts->operations};
  struct pc_flash_work before = pc_device_work(wear->device);
  counts->cuts++;
  counts->recoveries++;
  enum pc_status status = pc_target_start(&wear->target);
  pc_latency_note(counts, PC_REBOOT, wear->device, before);
  pc_wear_check(wear, &check, PC_MOUNTABLE, status == PC_STATUS_OK, "the start after a cut (%s) answers %s",
                pc_fault_class(fault)->name, pc_status_text(status));
  if (status == PC_STATUS_OK) {
    if (operation->kind != PC_MAINTAIN) {
      settle_key(wear, &check, operation);
    }
    pc_wear_check_all(wear, &check);
  }
}

enum pc_result pc_wear_cut(struct pc_wear *wear, const struct pc_streamed *operation, struct pc_error *error) {
  struct pc_device *device = wear->device;
  struct pc_struck struck;
  pc_device_set_journal(device, true);
  enum pc_status status = pc_wear_call(wear, operation);
  size_t flash_operations = pc_device_mark(device);
  enum pc_result result = pc_device_failed(device) ? pc_fail_memory(error) : PC_OK;
  if (result == PC_OK && flash_operations > 0) {
    result = pc_strike(&wear->striker, (size_t)pc_random_below(&wear->cuts, flash_operations), &struck, error);
  }
  pc_device_forget(device);
  pc_device_set_journal(device, false);
  if (result == PC_OK && flash_operations > 0) {
    recover(wear, operation, struck.fault);
  } else if (result == PC_OK && operation->kind != PC_MAINTAIN && status == PC_STATUS_OK) {
    wear->keys[operation->key] = pc_wear_outcome(wear, operation);
  }
  return result;
}
