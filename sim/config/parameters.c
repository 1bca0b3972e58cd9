#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "powercut/config.h"

static const struct pc_store_parameter *find_given(const struct pc_scenario *scenario, const char *name) {
  for (size_t i = 0; i < scenario->parameter_count; i++) {
    if (strcmp(scenario->parameters[i].name, name) == 0) {
      return &scenario->parameters[i];
    }
  }
  return NULL;
}

static bool is_known(const struct pc_store *store, const char *name) {
  for (size_t i = 0; i < store->parameter_count; i++) {
    if (strcmp(store->parameters[i].name, name) == 0) {
      return true;
    }
  }
  return false;
}

/* `place` is where it is said. */
static enum pc_result fail_unknown(const char *place, const struct pc_store *store, const char *name,
                                   struct pc_error *error) {
  const char **known = calloc(store->parameter_count + 1, sizeof *known);
  if (known == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t i = 0; i < store->parameter_count; i++) {
    known[i] = store->parameters[i].name;
  }
  struct pc_hint hint = {"; it takes none"};
  if (store->parameter_count > 0) {
    hint = pc_hint(name, known, store->parameter_count);
  }
  free(known);
  return pc_fail(error, PC_BAD_INPUT, "%s: %s has no parameter '%s'%s", place, store->name, pc_excerpt(name).text,
                 hint.text);
}

static enum pc_result fail_given(const struct pc_scenario *scenario, const struct pc_store *store,
                                 const struct pc_store_parameter *given, struct pc_error *error) {
  struct pc_buffer place = {0};
  if (given->line <= 0) {
    pc_buffer_print(&place, "%s store.%s", given->line < 0 ? "--vary" : "--set", pc_excerpt(given->name).text);
  } else {
    pc_buffer_print(&place, "%s:%d", scenario->path, given->line);
  }
  enum pc_result result =
      place.failed ? pc_fail_memory(error) : fail_unknown((const char *)place.data, store, given->name, error);
  pc_buffer_free(&place);
  return result;
}

enum pc_result pc_scenario_update(const struct pc_store *store, const struct pc_update *update,
                                  struct pc_parameter *complete, struct pc_error *error) {
  const struct pc_parameter *unknown = pc_update_apply(update, complete, store->parameter_count);
  return unknown == NULL ? PC_OK : fail_unknown(update->place, store, unknown->name, error);
}

enum pc_result pc_scenario_parameters(const struct pc_scenario *scenario, const struct pc_store *store,
                                      struct pc_parameter *complete, struct pc_error *error) {
  for (size_t i = 0; i < scenario->parameter_count; i++) {
    if (!is_known(store, scenario->parameters[i].name)) {
      return fail_given(scenario, store, &scenario->parameters[i], error);
    }
  }
  for (size_t i = 0; i < store->parameter_count; i++) {
    const struct pc_parameter_info *info = &store->parameters[i];
    const struct pc_store_parameter *given = find_given(scenario, info->name);
    if (given == NULL && info->fallback == NULL) {
      return pc_fail(error, PC_BAD_INPUT, "%s:%d: '%s' is missing in store: %s needs it", scenario->path,
                     scenario->store_line, info->name, store->name);
    }
    complete[i] = (struct pc_parameter){info->name, given != NULL ? given->value : info->fallback};
  }
  return PC_OK;
}
