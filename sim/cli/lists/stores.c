/* powercut stores: the stores that are built in, and the parameters that their `store:` section takes. */
#include "powercut/stores.h"

#include "arguments.h"
#include "output.h"
#include "table.h"

static json_t *json_of_parameters(const struct pc_store *store) {
  json_t *parameters = json_array();
  int failed = 0;
  for (size_t i = 0; i < store->parameter_count; i++) {
    const struct pc_parameter_info *info = &store->parameters[i];
    /* s?: the fallback of a parameter that must be given is null. */
    failed |= json_array_append_new(parameters, json_pack("{s:s, s:s?, s:s}", "name", info->name, "fallback",
                                                          info->fallback, "summary", info->summary));
  }
  return pc_json_complete(parameters, failed);
}

static enum pc_result print_json(struct pc_error *error) {
  json_t *stores = json_array();
  int failed = 0;
  for (size_t i = 0; i < pc_store_count(); i++) {
    const struct pc_store *store = pc_store_at(i);
    failed |= json_array_append_new(stores, json_pack("{s:s, s:s, s:o}", "name", store->name, "summary", store->summary,
                                                      "parameters", json_of_parameters(store)));
  }
  return pc_output_json(pc_json_complete(json_pack("{s:o}", "stores", stores), failed), error);
}

static enum pc_result print_parameters(const struct pc_store *store, struct pc_error *error) {
  struct pc_table table = {.columns = 3};
  for (size_t i = 0; i < store->parameter_count; i++) {
    const struct pc_parameter_info *info = &store->parameters[i];
    pc_table_text(&table, info->name);
    if (info->fallback == NULL) {
      pc_table_cell(&table, "(must be given)");
    } else {
      pc_table_cell(&table, "(default: %s)", info->fallback[0] == '\0' ? "none" : info->fallback);
    }
    pc_table_text(&table, info->summary);
  }
  return pc_table_print(&table, stdout, 2, error);
}

static enum pc_result print_text(struct pc_error *error) {
  enum pc_result err = PC_OK;
  for (size_t i = 0; i < pc_store_count() && !err; i++) {
    const struct pc_store *store = pc_store_at(i);
    (void)printf("%s  %s\n", store->name, store->summary);
    err = print_parameters(store, error);
  }
  return err;
}

enum pc_exit pc_command_stores(int argc, char **argv) {
  bool json = pc_list_parse(argc, argv,
                            "Lists the stores that are built in, each with the parameters that a scenario's "
                            "`store:' section takes.\vA store of your own is a shared library: "
                            "`store: {plugin: ./libmystore.so}'.");
  struct pc_error error;
  enum pc_result err = json ? print_json(&error) : print_text(&error);
  return err ? pc_output_error(err, &error) : PC_EXIT_HELD;
}
