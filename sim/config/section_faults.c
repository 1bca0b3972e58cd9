#include <stdlib.h>
#include <string.h>

#include "scenario.h"

/* faults: [{kind, sector | address, size, after, count, leaves, bit, value, operation, every}, ...] */

#define NOT_GIVEN UINT32_MAX

/* An entry as it stands there. */
struct entry {
  enum pc_armed_kind kind;
  enum pc_leaves leaves;
  uint32_t sector, address, size, after, count, bit, value, operation, every;
};

static enum pc_result bind_word(const struct pc_binding *binding, const struct pc_node *node, const char *what,
                                const char *const *words, size_t count, size_t *index) {
  const char *text = pc_bind_scalar(binding, node, what);
  if (text == NULL) {
    return PC_BAD_INPUT;
  }
  for (*index = 0; *index < count; (*index)++) {
    if (strcmp(words[*index], text) == 0) {
      return PC_OK;
    }
  }
  return pc_node_fail(binding->document, node, binding->error, "%s must be %s, not '%s'%s", pc_node_path(node).text,
                      what, pc_excerpt(text).text, pc_hint(text, words, count).text);
}

static enum pc_result bind_kind(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  const char *words[PC_ARMED_KINDS];
  size_t index = 0;
  for (int i = 0; i < PC_ARMED_KINDS; i++) {
    words[i] = pc_armed_name((enum pc_armed_kind)i);
  }
  enum pc_result result = bind_word(binding, node, "a kind of fault", words, PC_ARMED_KINDS, &index);
  ((struct entry *)target)->kind = (enum pc_armed_kind)index;
  return result;
}

static enum pc_result bind_leaves(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  const char *words[PC_LEAVES_COUNT];
  size_t index = 0;
  for (int i = 0; i < PC_LEAVES_COUNT; i++) {
    words[i] = pc_leaves_name((enum pc_leaves)i);
  }
  enum pc_result result = bind_word(binding, node, "nothing, half or all", words, PC_LEAVES_COUNT, &index);
  ((struct entry *)target)->leaves = (enum pc_leaves)index;
  return result;
}

#define ENTRY_U32(name, least, most) PC_FIELD_U32, .offset = offsetof(struct entry, name), .min = (least), .max = (most)

static const struct pc_field ENTRY_FIELDS[] = {
    {.key = "kind", .required = true, .type = PC_FIELD_CUSTOM, .bind = bind_kind},
    {.key = "sector", .type = ENTRY_U32(sector, 0, UINT32_MAX - 1)},
    {.key = "address", .type = ENTRY_U32(address, 0, UINT32_MAX - 1)},
    {.key = "size", .type = ENTRY_U32(size, 1, UINT32_MAX - 1)},
    {.key = "after", .type = ENTRY_U32(after, 0, UINT32_MAX)},
    {.key = "count", .type = ENTRY_U32(count, 0, UINT32_MAX)},
    {.key = "leaves", .type = PC_FIELD_CUSTOM, .bind = bind_leaves},
    {.key = "bit", .type = ENTRY_U32(bit, 0, 7)},
    {.key = "value", .type = ENTRY_U32(value, 0, 1)},
    {.key = "operation", .type = ENTRY_U32(operation, 0, UINT32_MAX)},
    {.key = "every", .type = ENTRY_U32(every, 1, UINT32_MAX)},
};
static const struct pc_schema ENTRY_SCHEMA = {
    .fields = ENTRY_FIELDS,
    .count = sizeof ENTRY_FIELDS / sizeof ENTRY_FIELDS[0],
};

/* The kinds that wait for operations and reads, a bit for each. */
#define OF_OPERATIONS \
  (1u << PC_ARMED_PROGRAM_ERROR | 1u << PC_ARMED_ERASE_ERROR | 1u << PC_ARMED_READ_ERROR | 1u << PC_ARMED_ERASE_IGNORED)

/* Keys that only some kinds have. */
static const struct {
  const char *key;
  unsigned kinds; /* a bit for each */
} KEYS_OF_KINDS[] = {
    {"sector", OF_OPERATIONS | 1u << PC_ARMED_WEAR_OUT},
    {"size", OF_OPERATIONS | 1u << PC_ARMED_WEAR_OUT},
    {"after", OF_OPERATIONS},
    {"count", OF_OPERATIONS},
    {"leaves", 1u << PC_ARMED_PROGRAM_ERROR | 1u << PC_ARMED_ERASE_ERROR},
    {"bit", 1u << PC_ARMED_STUCK_BIT | 1u << PC_ARMED_BIT_ROT},
    {"value", 1u << PC_ARMED_STUCK_BIT},
    {"every", 1u << PC_ARMED_BIT_ROT},
};

static enum pc_result check_keys(const struct pc_binding *binding, const struct pc_node *node,
                                 enum pc_armed_kind kind) {
  for (size_t i = 0; i < sizeof KEYS_OF_KINDS / sizeof KEYS_OF_KINDS[0]; i++) {
    const struct pc_node *child = pc_node_child(node, KEYS_OF_KINDS[i].key);
    if (child != NULL && (KEYS_OF_KINDS[i].kinds >> kind & 1u) == 0) {
      return pc_node_fail(binding->document, child, binding->error, "a %s has no %s", pc_armed_name(kind),
                          KEYS_OF_KINDS[i].key);
    }
  }
  return PC_OK;
}

static enum pc_result fail(const struct pc_binding *binding, const struct pc_node *node, const struct entry *entry,
                           const char *what) {
  return pc_node_fail(binding->document, node, binding->error, "a %s %s", pc_armed_name(entry->kind), what);
}

/* Where it is, once the device is known. */
static enum pc_result place(const struct pc_binding *binding, const struct pc_node *node, const struct entry *entry,
                            const struct pc_scenario *scenario, struct pc_armed_fault *fault) {
  uint32_t device = scenario->profile.sector_size * scenario->sectors;
  if (entry->sector != NOT_GIVEN && entry->address != NOT_GIVEN) {
    return fail(binding, node, entry, "has a sector or an address, not both");
  }
  if (entry->size != NOT_GIVEN && entry->address == NOT_GIVEN) {
    return fail(binding, node, entry, "with a size needs an address");
  }
  if (entry->sector != NOT_GIVEN && entry->sector >= scenario->sectors) {
    return pc_node_fail(binding->document, node, binding->error, "sector %u: the device has only %u", entry->sector,
                        scenario->sectors);
  }
  if (entry->sector != NOT_GIVEN) {
    fault->address = entry->sector * scenario->profile.sector_size;
    fault->size = scenario->profile.sector_size;
  } else if (entry->address != NOT_GIVEN) {
    fault->address = entry->address;
    fault->size = entry->size == NOT_GIVEN ? 1 : entry->size;
  } else {
    fault->size = device;
  }
  if (fault->address >= device || fault->size > device - fault->address) {
    return pc_node_fail(binding->document, node, binding->error,
                        "%u bytes at 0x%x are not inside the device, which has %u bytes", fault->size, fault->address,
                        device);
  }
  return PC_OK;
}

static enum pc_result bind_entry(const struct pc_binding *binding, const struct pc_node *node,
                                 const struct pc_scenario *scenario, struct pc_scheduled_fault *scheduled) {
  struct entry entry = {
      .sector = NOT_GIVEN, .address = NOT_GIVEN, .size = NOT_GIVEN, .bit = NOT_GIVEN, .value = NOT_GIVEN};
  enum pc_result result = pc_bind_mapping(binding, node, &ENTRY_SCHEMA, &entry);
  if (result == PC_OK) {
    result = check_keys(binding, node, entry.kind);
  }
  if (result != PC_OK) {
    return result;
  }
  if (entry.kind == PC_ARMED_WEAR_OUT && scenario->profile.endurance == 0) {
    return fail(binding, node, &entry, "needs a profile with an endurance");
  }
  bool of_a_bit = entry.kind == PC_ARMED_STUCK_BIT || entry.kind == PC_ARMED_BIT_ROT;
  bool anywhere = entry.kind == PC_ARMED_BIT_ROT && entry.address == NOT_GIVEN && entry.bit == NOT_GIVEN;
  if (of_a_bit && !anywhere && (entry.address == NOT_GIVEN || entry.bit == NOT_GIVEN)) {
    return fail(binding, node, &entry, "needs an address and a bit");
  }
  if (entry.kind == PC_ARMED_STUCK_BIT && entry.value == NOT_GIVEN) {
    return fail(binding, node, &entry, "needs a value, 0 or 1");
  }
  *scheduled = (struct pc_scheduled_fault){
      .fault = {.kind = entry.kind, .after = entry.after, .count = entry.count, .leaves = entry.leaves},
      .operation = entry.operation,
      .every = entry.every,
      .anywhere = anywhere,
  };
  if (of_a_bit && !anywhere) {
    scheduled->fault.bits = (uint8_t)(1u << entry.bit);
    scheduled->fault.value = entry.value == 1 ? UINT8_MAX : 0;
  }
  return place(binding, node, &entry, scenario, &scheduled->fault);
}

enum pc_result pc_bind_faults(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  struct pc_reading *reading = target;
  if (node->kind != PC_NODE_LIST) {
    return pc_bind_fail_type(binding, node, "a list of faults");
  }
  reading->faults = node;
  return PC_OK;
}

enum pc_result pc_make_faults(const struct pc_binding *binding, struct pc_reading *reading) {
  struct pc_scenario *scenario = &reading->repro.scenario;
  if (reading->faults == NULL || reading->faults->first == NULL) {
    return PC_OK;
  }
  scenario->faults = calloc(PC_MAX_ARMED, sizeof *scenario->faults);
  if (scenario->faults == NULL) {
    return pc_fail_memory(binding->error);
  }
  for (const struct pc_node *item = reading->faults->first; item != NULL; item = item->next) {
    if (scenario->fault_count == PC_MAX_ARMED) {
      return pc_node_fail(binding->document, item, binding->error, "more than %u faults", PC_MAX_ARMED);
    }
    enum pc_result result = bind_entry(binding, item, scenario, &scenario->faults[scenario->fault_count]);
    if (result != PC_OK) {
      return result;
    }
    scenario->fault_count++;
  }
  return PC_OK;
}

static void write_fault(struct pc_buffer *text, const struct pc_scheduled_fault *scheduled) {
  const struct pc_armed_fault *fault = &scheduled->fault;
  bool of_a_bit = fault->kind == PC_ARMED_STUCK_BIT || fault->kind == PC_ARMED_BIT_ROT;
  pc_buffer_print(text, "  - {kind: %s, operation: %u", pc_armed_name(fault->kind), scheduled->operation);
  if (scheduled->every > 0) {
    pc_buffer_print(text, ", every: %u", scheduled->every);
  }
  if (of_a_bit && !scheduled->anywhere) {
    pc_buffer_print(text, ", address: 0x%x, bit: %d", fault->address, __builtin_ctz(fault->bits));
  }
  if (fault->kind == PC_ARMED_STUCK_BIT) {
    pc_buffer_print(text, ", value: %d", fault->value != 0);
  }
  if (!of_a_bit) {
    pc_buffer_print(text, ", address: 0x%x, size: %u", fault->address, fault->size);
  }
  if (!of_a_bit && fault->kind != PC_ARMED_WEAR_OUT) {
    pc_buffer_print(text, ", after: %u, count: %u", fault->after, fault->count);
  }
  if (fault->kind == PC_ARMED_PROGRAM_ERROR || fault->kind == PC_ARMED_ERASE_ERROR) {
    pc_buffer_print(text, ", leaves: %s", pc_leaves_name(fault->leaves));
  }
  pc_buffer_print(text, "}\n");
}

void pc_write_faults(struct pc_buffer *text, const struct pc_scenario *scenario) {
  if (scenario->fault_count > 0) {
    pc_buffer_print(text, "faults:\n");
  }
  for (size_t i = 0; i < scenario->fault_count; i++) {
    write_fault(text, &scenario->faults[i]);
  }
}
