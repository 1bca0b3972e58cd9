/* repro, invariant, cut_path, soak: what a repro says beside what a scenario does. */
#include <string.h>

#include "scenario.h"

enum pc_result pc_bind_version(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  (void)target;
  uint64_t version = 0;
  const struct pc_field field = {.type = PC_FIELD_U64, .max = UINT64_MAX};
  enum pc_result result = pc_bind_field(binding, node, &field, &version);
  if (result == PC_OK && version != PC_REPRO_VERSION) {
    return pc_node_fail(binding->document, node, binding->error,
                        "a repro of version %s; this powercut reads version %u", pc_excerpt(node->text).text,
                        PC_REPRO_VERSION);
  }
  return result;
}

enum pc_result pc_bind_invariant(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_reading *reading = target;
  const char *name = pc_bind_scalar(binding, node, "an invariant");
  if (name == NULL) {
    return PC_BAD_INPUT;
  }
  const char *known[PC_INVARIANT_COUNT];
  for (int i = 0; i < PC_INVARIANT_COUNT; i++) {
    reading->repro.invariant = (enum pc_invariant)i;
    known[i] = pc_invariant_info(reading->repro.invariant)->name;
    if (strcmp(known[i], name) == 0) {
      return PC_OK;
    }
  }
  return pc_node_fail(binding->document, node, binding->error, "unknown invariant '%s'%s", pc_excerpt(name).text,
                      pc_hint(name, known, PC_INVARIANT_COUNT).text);
}

static enum pc_result bind_cut_fault(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  return pc_bind_fault(binding, node, &((struct pc_cut *)target)->fault);
}

static const struct pc_field CUT_FIELDS[] = {
    {.key = "flash_operation",
     .required = true,
     .type = PC_FIELD_U32,
     .offset = offsetof(struct pc_cut, flash_operation),
     .max = UINT32_MAX},
    {.key = "fault", .required = true, .type = PC_FIELD_CUSTOM, .bind = bind_cut_fault},
    {.key = "variant",
     .required = true,
     .type = PC_FIELD_U32,
     .offset = offsetof(struct pc_cut, variant),
     .max = UINT32_MAX},
};
static const struct pc_schema CUT_SCHEMA = {
    .fields = CUT_FIELDS,
    .count = sizeof CUT_FIELDS / sizeof CUT_FIELDS[0],
};

static const struct pc_field SOAK_FIELDS[] = {
    {.key = "life",
     .required = true,
     .type = PC_FIELD_U32,
     .offset = offsetof(struct pc_cut_path, life),
     .min = 1,
     .max = UINT32_MAX},
    {.key = "cut",
     .required = true,
     .type = PC_FIELD_U32,
     .offset = offsetof(struct pc_cut_path, number),
     .max = UINT32_MAX},
};
static const struct pc_schema SOAK_SCHEMA = {
    .fields = SOAK_FIELDS,
    .count = sizeof SOAK_FIELDS / sizeof SOAK_FIELDS[0],
};

enum pc_result pc_bind_soak(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  return pc_bind_mapping(binding, node, &SOAK_SCHEMA, &((struct pc_reading *)target)->repro.path);
}

enum pc_result pc_bind_cut_path(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_cut_path *path = &((struct pc_reading *)target)->repro.path;
  if (node->kind != PC_NODE_LIST) {
    return pc_bind_fail_type(binding, node, "a list of cuts");
  }
  for (const struct pc_node *item = node->first; item != NULL; item = item->next) {
    if (path->depth == PC_MAX_DEPTH) {
      return pc_node_fail(binding->document, item, binding->error, "more than %u cuts in cut_path", PC_MAX_DEPTH);
    }
    enum pc_result result = pc_bind_mapping(binding, item, &CUT_SCHEMA, &path->cuts[path->depth]);
    if (result != PC_OK) {
      return result;
    }
    path->depth++;
  }
  return PC_OK;
}
