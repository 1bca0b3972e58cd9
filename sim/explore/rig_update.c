/*
 * Updates in the field: the store is stopped, and started with other parameters. The checks go on with what it promises
 * from then on, but for what it can't keep of what was written before.
 */
#include <string.h>
#include <xxhash.h>

#include "rig.h"

/* Keeps the parameters as they are beside themselves, and changes them. */
static enum pc_result change_parameters(struct pc_rig *rig, const struct pc_update *update, struct pc_error *error) {
  const struct pc_subject *subject = rig->subject;
  const size_t count = subject->parameter_count;
  memcpy(rig->parameters + count, rig->parameters, count * sizeof *rig->parameters);
  const struct pc_parameter *unknown = pc_update_apply(update, rig->parameters, count);
  return unknown == NULL ? PC_OK
                         : pc_fail(error, PC_BAD_INPUT, "%s: %s has no parameter '%s'", update->place,
                                   subject->store->name, unknown->name);
}

/* Whether any of the parameters says another thing than before. */
static bool is_changed(const struct pc_rig *rig) {
  const size_t count = rig->subject->parameter_count;
  bool changed = false;
  for (size_t i = 0; i < count; i++) {
    changed = changed || strcmp(rig->parameters[i].value, rig->parameters[count + i].value) != 0;
  }
  return changed;
}

static void note_configuration(struct pc_rig *rig) {
  rig->configuration = 1;
  for (size_t i = 0; i < rig->subject->parameter_count; i++) {
    const char *value = rig->parameters[i].value;
    rig->configuration = XXH3_64bits_withSeed(value, strlen(value), rig->configuration);
  }
  rig->configuration |= (uint64_t)1 << 63; /* never 0, whatever small is added */
}

static bool takes_another_size(const struct pc_rig *rig, uint32_t key, size_t value_size,
                               const struct pc_store_setup *before) {
  const struct pc_target *target = &rig->target;
  size_t key_size = rig->workload->keys[key].size;
  return target->store->footprint(before, key_size, value_size) !=
         target->store->footprint(&target->setup, key_size, value_size);
}

/* Whether what was written so far takes another size on flash when it is written again. */
static bool is_outgrown(const struct pc_rig *rig, uint32_t operation, const struct pc_store_setup *before) {
  const struct pc_target *target = &rig->target;
  if (target->store->footprint == NULL) {
    return false;
  }
  for (uint32_t i = 0; i < rig->workload->initial_count; i++) {
    const struct pc_initial *initial = &rig->workload->initial[i];
    if (takes_another_size(rig, initial->key, initial->value.size, before)) {
      return true;
    }
  }
  for (uint32_t i = 0; i < operation; i++) {
    const struct pc_operation *put = &rig->workload->operations[i];
    if (put->kind == PC_PUT && takes_another_size(rig, put->key, put->value.size, before)) {
      return true;
    }
  }
  return false;
}

/* Whether each live key could be put once more, by the store's promise: then there is room for all copies. */
static bool has_room_for_copies(const struct pc_rig *rig) {
  for (uint32_t key = 0; key < rig->workload->key_count; key++) {
    const struct pc_content *content = &rig->model.contents[key];
    if (content->live && !pc_model_must_accept(&rig->model, rig->workload->keys[key].size, content->value.size)) {
      return false;
    }
  }
  return true;
}

void pc_rig_expect_copies(struct pc_rig *rig, uint32_t copies) {
  bool lacks = copies < rig->target.promises.redundancy;
  rig->model.copies = lacks && !has_room_for_copies(rig) ? copies : 0;
  rig->model.single = rig->model.single || copies < 2;
  pc_checker_follow(rig->checker, &rig->model);
}

/* The checks take their measures from what the store promises: they begin anew. */
static enum pc_result renew_checker(struct pc_rig *rig, struct pc_error *error) {
  pc_checker_close(rig->checker);
  rig->checker = NULL;
  enum pc_result result = pc_checker_open(&rig->checker, &rig->target, rig->workload, error);
  if (result == PC_OK) {
    pc_forget_wear(rig->checker); /* how evenly it wears is stated of one configuration */
  }
  return result;
}

enum pc_result pc_rig_update(struct pc_rig *rig, uint32_t operation, struct pc_error *error) {
  const struct pc_update *update = rig->workload->operations[operation].update;
  if (update == NULL) {
    return PC_OK;
  }
  struct pc_store_setup before = rig->target.setup;
  before.parameters = rig->parameters + rig->subject->parameter_count;
  uint32_t copies = rig->model.copies > 0 ? rig->model.copies : rig->target.promises.redundancy;
  pc_target_stop(&rig->target); /* it has its old parameters to the end */
  enum pc_result result = change_parameters(rig, update, error);
  if (result != PC_OK || !is_changed(rig)) {
    return result;
  }
  result = pc_target_update(&rig->target, error);
  if (result == PC_OK) {
    result = renew_checker(rig, error);
  }
  if (result != PC_OK) {
    return result;
  }
  note_configuration(rig);
  pc_model_resume(&rig->model, rig->model.contents);
  rig->model.outgrown = rig->model.outgrown || is_outgrown(rig, operation, &before);
  pc_rig_expect_copies(rig, copies);
  return PC_OK;
}
