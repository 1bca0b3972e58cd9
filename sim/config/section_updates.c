/* workload: {updates: [{after: N, store: {NAME: VALUE, ...}}, ...]} */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

#define MOST_UPDATES 1000u

/* An update while it is read. */
struct reading_update {
  uint32_t after;
  const struct pc_node *store;
};

/* Whether a trace can hold the name, in which an update is NAME=VALUE. */
static bool is_name(const char *name) {
  for (const char *at = name; *at != '\0'; at++) {
    if (*at <= ' ' || *at > '~' || *at == '=' || *at == '#') {
      return false;
    }
  }
  return *name != '\0';
}

static enum pc_result check_change(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  (void)target;
  if (strcmp(node->key, "engine") == 0 || strcmp(node->key, "plugin") == 0) {
    return pc_node_fail(binding->document, node, binding->error,
                        "an update changes the store's parameters, not its '%s'", node->key);
  }
  if (!is_name(node->key)) {
    return pc_node_fail(binding->document, node, binding->error, "'%s' is no name of a parameter",
                        pc_excerpt(node->key).text);
  }
  if (node->kind != PC_NODE_SCALAR) {
    return pc_bind_fail_type(binding, node, "a single value");
  }
  for (const struct pc_node *other = node->parent->first; other != node; other = other->next) {
    if (strcmp(other->key, node->key) == 0) {
      return pc_node_fail(binding->document, node, binding->error, "'%s' is given twice in %s, first on line %d",
                          pc_excerpt(node->key).text, pc_node_path(node->parent).text, other->line);
    }
  }
  return PC_OK;
}

static size_t child_count(const struct pc_node *node) {
  size_t count = 0;
  for (const struct pc_node *child = node->first; child != NULL; child = child->next) {
    count++;
  }
  return count;
}

static enum pc_result bind_changes(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  static const struct pc_schema schema = {.others = check_change};
  ((struct reading_update *)target)->store = node;
  enum pc_result result = pc_bind_mapping(binding, node, &schema, NULL);
  if (result == PC_OK && (node->first == NULL || child_count(node) > PC_MAX_UPDATE_CHANGES)) {
    result = pc_node_fail(binding->document, node, binding->error, "%s must change 1 to %u parameters, not %zu",
                          pc_node_path(node).text, PC_MAX_UPDATE_CHANGES, child_count(node));
  }
  return result;
}

static enum pc_result bind_update(const struct pc_binding *binding, const struct pc_node *node,
                                  struct reading_update *update) {
  static const struct pc_field fields[] = {
      {.key = "after",
       .required = true,
       .type = PC_FIELD_U32,
       .offset = offsetof(struct reading_update, after),
       .max = PC_MAX_OPERATIONS},
      {.key = "store", .required = true, .type = PC_FIELD_CUSTOM, .bind = bind_changes},
  };
  static const struct pc_schema schema = {.fields = fields, .count = sizeof fields / sizeof fields[0]};
  *update = (struct reading_update){0};
  return pc_bind_mapping(binding, node, &schema, update);
}

enum pc_result pc_bind_updates(const struct pc_binding *binding, const struct pc_node *node, void *target) {
  (void)target;
  if (node->kind != PC_NODE_LIST) {
    return pc_bind_fail_type(binding, node, "a list of {after: N, store: {NAME: VALUE}}");
  }
  if (child_count(node) > MOST_UPDATES) {
    return pc_node_fail(binding->document, node, binding->error, "%s must be at most %u updates, not %zu",
                        pc_node_path(node).text, MOST_UPDATES, child_count(node));
  }
  uint32_t before = 0;
  for (const struct pc_node *item = node->first; item != NULL; item = item->next) {
    struct reading_update update;
    enum pc_result result = bind_update(binding, item, &update);
    if (result != PC_OK) {
      return result;
    }
    if (update.after < before) {
      const struct pc_node *after = pc_node_child(item, "after");
      return pc_node_fail(binding->document, after, binding->error,
                          "%s must not be below the one before it, %u, not %u", pc_node_path(after).text, before,
                          update.after);
    }
    before = update.after;
  }
  return PC_OK;
}

/* Where an update stands, for messages. */
struct place {
  char text[sizeof(struct pc_excerpt) + 16];
};

/* The updates while they are put in. */
struct schedule {
  struct pc_scheduled_update *updates;
  struct pc_parameter *changes; /* of all of them */
  struct place *places;
  size_t count, change_count;
};

static enum pc_result take_schedule(struct schedule *schedule, const struct pc_node *node, struct pc_error *error) {
  size_t changes = 0, count = child_count(node);
  for (const struct pc_node *item = node->first; item != NULL; item = item->next) {
    changes += child_count(pc_node_child(item, "store"));
  }
  schedule->updates = calloc(count + 1, sizeof *schedule->updates);
  schedule->changes = calloc(changes + 1, sizeof *schedule->changes);
  schedule->places = calloc(count + 1, sizeof *schedule->places);
  bool taken = schedule->updates != NULL && schedule->changes != NULL && schedule->places != NULL;
  return taken ? PC_OK : pc_fail_memory(error);
}

static enum pc_result add_update(const struct pc_binding *binding, const struct pc_node *item, uint32_t operations,
                                 struct schedule *schedule) {
  struct reading_update update;
  enum pc_result result = bind_update(binding, item, &update);
  if (result != PC_OK) {
    return result;
  }
  if (update.after > operations) {
    const struct pc_node *after = pc_node_child(item, "after");
    return pc_node_fail(binding->document, after, binding->error, "%s is %u, the workload has %u operations",
                        pc_node_path(after).text, update.after, operations);
  }
  struct place *place = &schedule->places[schedule->count];
  if (item->override != NULL) {
    (void)snprintf(place->text, sizeof place->text, "%s", pc_excerpt(item->override).text);
  } else {
    (void)snprintf(place->text, sizeof place->text, "%s:%d", pc_excerpt(binding->document->name).text, item->line);
  }
  struct pc_parameter *changes = &schedule->changes[schedule->change_count];
  for (const struct pc_node *change = update.store->first; change != NULL; change = change->next) {
    schedule->changes[schedule->change_count++] = (struct pc_parameter){.name = change->key, .value = change->text};
  }
  size_t count = (size_t)(&schedule->changes[schedule->change_count] - changes);
  schedule->updates[schedule->count++] = (struct pc_scheduled_update){
      .after = update.after, .update = {.changes = changes, .count = count, .place = place->text}};
  return PC_OK;
}

static enum pc_result refuse_streamed(const struct pc_binding *binding, const struct pc_node *workload,
                                      const struct pc_workload *made) {
  for (uint32_t i = 0; i < made->operation_count; i++) {
    if (made->operations[i].update != NULL) {
      return pc_fail(binding->error, PC_BAD_INPUT,
                     "%s: an update of the store is not compared: `powercut run` explores it",
                     made->operations[i].update->place);
    }
  }
  const struct pc_node *updates = pc_node_child(workload, "updates");
  if (updates != NULL && updates->first != NULL) {
    return pc_node_fail(binding->document, updates, binding->error,
                        "%s: an update of the store is not compared: `powercut run` explores it",
                        pc_node_path(updates).text);
  }
  return PC_OK;
}

enum pc_result pc_make_updates(const struct pc_binding *binding, struct pc_reading *reading) {
  struct pc_workload *workload = &reading->repro.scenario.workload;
  const struct pc_node *node = pc_node_child(reading->workload, "updates");
  if (reading->streamed) {
    return refuse_streamed(binding, reading->workload, workload);
  }
  if (node == NULL || node->first == NULL) {
    return PC_OK;
  }
  struct schedule schedule = {0};
  uint32_t operations = workload->operation_count;
  enum pc_result result = take_schedule(&schedule, node, binding->error);
  for (const struct pc_node *item = node->first; result == PC_OK && item != NULL; item = item->next) {
    result = add_update(binding, item, operations, &schedule);
  }
  if (result == PC_OK) {
    result = pc_workload_update(workload, schedule.updates, schedule.count, binding->error);
  }
  free(schedule.updates);
  free(schedule.changes);
  free(schedule.places);
  return result;
}
