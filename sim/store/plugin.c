#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin_trial.h"
#include "powercut/stores.h"

struct pc_plugin {
  void *library;
};

/* What a store that is given to others must have and hasn't, or NULL. */
static const char *missing_part(const struct pc_store *store) {
  if (store->name == NULL || store->summary == NULL) {
    return "name and summary";
  }
  if (store->parameter_count > 0 && store->parameters == NULL) {
    return "parameters";
  }
  for (size_t i = 0; i < store->parameter_count; i++) {
    if (store->parameters[i].name == NULL || store->parameters[i].summary == NULL) {
      return "name and summary of a parameter";
    }
  }
  if (store->configure == NULL || store->start == NULL) {
    return store->configure == NULL ? "configure" : "start";
  }
  if (store->put == NULL || store->get == NULL) {
    return store->put == NULL ? "put" : "get";
  }
  return store->must_accept != NULL && store->footprint == NULL ? "footprint, which must_accept needs" : NULL;
}

static enum pc_result check_store(const char *path, const struct pc_store *store, struct pc_error *error) {
  if (store == NULL) {
    return pc_fail(error, PC_BAD_INPUT, "%s: does not export %s", path, PC_STORE_SYMBOL);
  }
  if (store->api < PC_OLDEST_STORE_API || store->api > PC_STORE_API) {
    return pc_fail(error, PC_BAD_INPUT,
                   "%s: built for version %u of the store interface, this is version %u and takes %u and later", path,
                   store->api, PC_STORE_API, PC_OLDEST_STORE_API);
  }
  const char *missing = missing_part(store);
  if (missing != NULL) {
    return pc_fail(error, PC_BAD_INPUT, "%s: the store lacks %s", path, missing);
  }
  return PC_OK;
}

/* A name without a folder is a file's here: dlopen would look for it where the system's libraries are. */
static void *open_library(const char *path) {
  char *here = NULL;
  if (strchr(path, '/') == NULL && asprintf(&here, "./%s", path) < 0) {
    return NULL;
  }
  void *library = dlopen(here != NULL ? here : path, RTLD_NOW | RTLD_LOCAL);
  free(here);
  return library;
}

enum pc_result pc_plugin_open(struct pc_plugin **plugin, const char *path, const struct pc_store **store,
                              struct pc_error *error) {
  enum pc_result result = pc_plugin_try(open_library, path, error);
  if (result != PC_OK) {
    return result;
  }
  struct pc_plugin *opened = malloc(sizeof *opened);
  if (opened == NULL) {
    return pc_fail_memory(error);
  }
  opened->library = open_library(path);
  if (opened->library == NULL) {
    const char *cause = dlerror();
    free(opened);
    return cause == NULL ? pc_fail_memory(error) : pc_fail(error, PC_BAD_INPUT, "can't load the store: %s", cause);
  }
  *store = dlsym(opened->library, PC_STORE_SYMBOL);
  result = check_store(path, *store, error);
  if (result != PC_OK) {
    pc_plugin_close(opened);
    return result;
  }
  *plugin = opened;
  return PC_OK;
}

void pc_plugin_close(struct pc_plugin *plugin) {
  if (plugin != NULL) {
    (void)dlclose(plugin->library);
    free(plugin);
  }
}
