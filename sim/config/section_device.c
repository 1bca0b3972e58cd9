#include "profile.h"
#include "scenario.h"

/* device: {profile: NAME | PATH | {a profile}, sectors: N, sector_size: N, worn: X, image: PATH} */

static enum pc_result bind_profile(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_reading *reading = target;
  struct pc_profile *profile = &reading->repro.scenario.profile;
  if (node->kind == PC_NODE_MAPPING) {
    return pc_profile_bind(binding, node, profile);
  }
  const char *name = pc_bind_scalar(binding, node, "a profile's name, path or mapping");
  if (name == NULL) {
    return PC_BAD_INPUT;
  }
  struct pc_error cause;
  enum pc_result result = pc_profile_find(name, reading->folder, profile, &cause);
  return pc_bind_cause(binding, node, result, &cause);
}

static const struct pc_field DEVICE_FIELDS[] = {
    {.key = "profile", .required = true, .type = PC_FIELD_CUSTOM, .bind = bind_profile},
    {.key = "sectors",
     .required = true,
     .type = PC_FIELD_U32,
     .offset = offsetof(struct pc_reading, repro.scenario.sectors),
     .min = 1,
     .max = 65535},
    {.key = "sector_size",
     .type = PC_FIELD_U32,
     .offset = offsetof(struct pc_reading, sector_size),
     .min = 16,
     .max = 1u << 20},
    {.key = "image", .type = PC_FIELD_CUSTOM, .bind = pc_bind_image},
    {.key = "image_hash", .type = PC_FIELD_CUSTOM, .bind = pc_bind_image},
    {.key = "worn", .type = PC_FIELD_DOUBLE, .offset = offsetof(struct pc_reading, repro.scenario.worn), .max = 10},
};
static const struct pc_schema DEVICE_SCHEMA = {
    .fields = DEVICE_FIELDS,
    .count = sizeof DEVICE_FIELDS / sizeof DEVICE_FIELDS[0],
};

enum pc_result pc_bind_device(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_reading *reading = target;
  reading->device = node;
  enum pc_result result = pc_bind_mapping(binding, node, &DEVICE_SCHEMA, target);
  if (result != PC_OK) {
    return result;
  }
  struct pc_scenario *scenario = &reading->repro.scenario;
  struct pc_error cause;
  if (reading->sector_size > 0) {
    result = pc_profile_choose_sector(&scenario->profile, reading->sector_size, &cause);
    if (result != PC_OK) {
      return pc_bind_cause(binding, pc_node_child(node, "sector_size"), result, &cause);
    }
  }
  if (scenario->worn > 0 && scenario->profile.endurance == 0) {
    return pc_node_fail(binding->document, pc_node_child(node, "worn"), binding->error,
                        "device.worn needs a profile with an endurance, which %s doesn't have", scenario->profile.name);
  }
  result = pc_profile_check(&scenario->profile, scenario->sectors, &cause);
  if (result == PC_OK && !pc_profile_erases(&scenario->profile, scenario->sectors)) {
    result = pc_fail(&cause, PC_BAD_INPUT, "nothing in its %lu sectors can be erased: see sector_from and erase_blocks",
                     (unsigned long)scenario->sectors);
  }
  return pc_bind_cause(binding, node, result, &cause);
}
