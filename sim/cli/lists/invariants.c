/* powercut invariants: what is checked after each cut. */
#include "powercut/invariant.h"

#include "arguments.h"
#include "output.h"
#include "table.h"

static enum pc_result print_json(struct pc_error *error) {
  json_t *invariants = json_array();
  int failed = 0;
  for (int i = 0; i < (int)PC_INVARIANT_COUNT; i++) {
    const struct pc_invariant_info *info = pc_invariant_info((enum pc_invariant)i);
    failed |= json_array_append_new(invariants, json_pack("{s:s, s:s}", "name", info->name, "summary", info->summary));
  }
  return pc_output_json(pc_json_complete(json_pack("{s:o}", "invariants", invariants), failed), error);
}

static enum pc_result print_text(struct pc_error *error) {
  struct pc_table table = {.columns = 2};
  for (int i = 0; i < (int)PC_INVARIANT_COUNT; i++) {
    const struct pc_invariant_info *info = pc_invariant_info((enum pc_invariant)i);
    pc_table_text(&table, info->name);
    pc_table_text(&table, info->summary);
  }
  return pc_table_print(&table, stdout, 0, error);
}

enum pc_exit pc_command_invariants(int argc, char **argv) {
  bool json = pc_list_parse(argc, argv, "Lists the invariants: what is checked after each cut.");
  struct pc_error error;
  enum pc_result err = json ? print_json(&error) : print_text(&error);
  return err ? pc_output_error(err, &error) : PC_EXIT_HELD;
}
