#include "scenario.h"

/* wear: {operations_per_day: N, cut_every: N} */

#define WEAR(type_, name) .type = (type_), .offset = offsetof(struct pc_reading, repro.scenario.wear.name)

static const struct pc_field WEAR_FIELDS[] = {
    {.key = "operations_per_day", WEAR(PC_FIELD_U64, operations_per_day), .min = 1, .max = 1000000000000u},
    {.key = "cut_every", WEAR(PC_FIELD_U32, cut_every), .max = UINT32_MAX},
};
static const struct pc_schema WEAR_SCHEMA = {
    .fields = WEAR_FIELDS,
    .count = sizeof WEAR_FIELDS / sizeof WEAR_FIELDS[0],
};

enum pc_result pc_bind_wear(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  return pc_bind_mapping(binding, node, &WEAR_SCHEMA, target);
}
