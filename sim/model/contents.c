/* The acknowledged contents. */
#include <stdlib.h>
#include <xxhash.h>

#include "powercut/model.h"
#include "powercut/random.h"

/* Never 0, which stands for a key that isn't live. */
static uint64_t hash_content(uint32_t key, struct pc_bytes value) {
  return XXH3_64bits_withSeed(value.data, value.size, key) | 1u;
}

enum pc_result pc_model_open(struct pc_model *model, const struct pc_workload *workload, const struct pc_target *target,
                             struct pc_error *error) {
  *model = (struct pc_model){.workload = workload, .target = target, .outgrown = workload->outgrown};
  model->contents = calloc(workload->key_count > 0 ? workload->key_count : 1, sizeof *model->contents);
  if (model->contents == NULL) {
    return pc_fail_memory(error);
  }
  for (uint32_t i = 0; i < workload->initial_count; i++) {
    const struct pc_initial *initial = &workload->initial[i];
    model->contents[initial->key] =
        (struct pc_content){.live = initial->live,
                            .deleted = !initial->live,
                            .value = initial->value,
                            .hash = initial->live ? hash_content(initial->key, initial->value) : 0};
  }
  pc_model_resume(model, model->contents);
  return PC_OK;
}

void pc_model_close(struct pc_model *model) {
  free(model->contents);
  *model = (struct pc_model){0};
}

struct pc_content pc_model_outcome(const struct pc_model *model, const struct pc_operation *operation) {
  if (operation->kind == PC_PUT) {
    return (struct pc_content){
        .live = true, .value = operation->value, .hash = hash_content(operation->key, operation->value)};
  }
  const struct pc_content *before = &model->contents[operation->key];
  return (struct pc_content){.deleted = before->live || before->deleted};
}

/* What a content adds to the store's usage. */
static uint64_t footprint_of(const struct pc_model *model, uint32_t key, const struct pc_content *content) {
  const struct pc_target *target = model->target;
  if (!content->live || target->store->footprint == NULL) {
    return 0;
  }
  return target->store->footprint(&target->setup, model->workload->keys[key].size, content->value.size);
}

void pc_model_acknowledge(struct pc_model *model, const struct pc_operation *operation) {
  struct pc_content *content = &model->contents[operation->key];
  struct pc_content outcome = pc_model_outcome(model, operation);
  model->usage.live_footprint -= footprint_of(model, operation->key, content);
  model->usage.live_footprint += footprint_of(model, operation->key, &outcome);
  model->usage.live_keys = model->usage.live_keys + outcome.live - content->live;
  model->hash = model->hash - content->hash + outcome.hash;
  *content = outcome;
}

void pc_model_doubt(struct pc_model *model, const struct pc_operation *operation) {
  struct pc_content *content = &model->contents[operation->key];
  if (content->unsure_since == 0) {
    content->unsure_since = 1 + (uint32_t)(operation - model->workload->operations);
    uint64_t hash = pc_random_mix(content->hash, content->unsure_since);
    model->hash += hash - content->hash;
    content->hash = hash;
  }
}

bool pc_model_maintained(struct pc_model *model, enum pc_maintenance level) {
  if (level == PC_MAINTAIN_PARTIAL && model->target->promises.repairs_in_parts) {
    return false;
  }
  model->copies = 0;
  model->single = model->single && pc_device_damage(model->target->device).events > 0;
  return true;
}

void pc_model_resume(struct pc_model *model, struct pc_content *contents) {
  model->contents = contents;
  model->usage = (struct pc_usage){0};
  model->hash = 0;
  for (uint32_t key = 0; key < model->workload->key_count; key++) {
    model->usage.live_footprint += footprint_of(model, key, &contents[key]);
    model->usage.live_keys += contents[key].live;
    model->hash += contents[key].hash;
  }
}

bool pc_model_must_accept(const struct pc_model *model, size_t key_size, size_t value_size) {
  const struct pc_target *target = model->target;
  return target->store->must_accept != NULL && !model->outgrown &&
         target->store->must_accept(&target->setup, &model->usage, key_size, value_size);
}
