/* A cut in a wear run: the operation runs with the journal on, is rolled back to one of its flash operations, and what
   a tear leaves of that is what the store starts on. */
#include <stdlib.h>
#include <string.h>

#include "latency.h"
#include "powercut/seed.h"
#include "wear.h"

/* Copies of a flash operation's bytes, since tearing takes the journal's. */
struct copies {
  uint8_t *before, *after, *torn, *weak;
};

static enum pc_result make_room(struct pc_wear *wear, size_t size, struct pc_error *error) {
  if (wear->torn_size >= size) {
    return PC_OK;
  }
  uint8_t *torn = reallocarray(wear->torn, size, 4);
  if (torn == NULL) {
    return pc_fail_memory(error);
  }
  wear->torn = torn;
  wear->torn_size = size;
  return PC_OK;
}

static struct copies copies_of(const struct pc_wear *wear) {
  size_t size = wear->torn_size;
  return (struct copies){wear->torn, wear->torn + size, wear->torn + 2 * size, wear->torn + 3 * size};
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
  struct pc_flash_operation operation = pc_device_journalled(wear->device, index);
  enum pc_result result = make_room(wear, operation.size, error);
  if (result != PC_OK) {
    return result;
  }
  struct copies copies = copies_of(wear);
  memcpy(copies.before, operation.before, operation.size);
  memcpy(copies.after, operation.after, operation.size);
  operation.before = copies.before;
  operation.after = copies.after;
  const struct pc_fault_input input = {.operation = operation,
                                       .program_unit = pc_device_profile(wear->device)->program_unit,
                                       .samples = power->samples,
                                       .limit = power->limit,
                                       .seed = pc_random_next(&wear->cuts)};
  *cut = choose_cut(wear, &input);
  pc_device_rollback(wear->device, index);
  if (cut->fault != PC_FAULT_BETWEEN_OPS) {
    pc_fault_tear(cut->fault, &input, cut->variant, copies.torn);
    operation.weakness = pc_fault_weaken(cut->fault, &input, cut->variant, copies.weak);
    operation.weak = operation.weakness == PC_FIRM ? NULL : copies.weak;
    pc_device_tear(wear->device, &operation, copies.torn);
  }
  pc_device_begin_reads(wear->device, pc_seed_of_recovery(input.seed, cut));
  return PC_OK;
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
