/* powercut faults: the fault classes that scenarios choose from. */
#include "powercut/fault.h"

#include "arguments.h"
#include "output.h"
#include "table.h"

static enum pc_result print_json(struct pc_error *error) {
  json_t *classes = json_array();
  int failed = 0;
  for (int i = 0; i < (int)PC_FAULT_COUNT; i++) {
    const struct pc_fault_class *class = pc_fault_class((enum pc_fault)i);
    failed |= json_array_append_new(
        classes, json_pack("{s:s, s:s, s:s}", "name", class->name, "level", class->level, "summary", class->summary));
  }
  return pc_output_json(pc_json_complete(json_pack("{s:o}", "faults", classes), failed), error);
}

static enum pc_result print_text(struct pc_error *error) {
  struct pc_table table = {.columns = 3};
  for (int i = 0; i < (int)PC_FAULT_COUNT; i++) {
    const struct pc_fault_class *class = pc_fault_class((enum pc_fault)i);
    pc_table_text(&table, class->level);
    pc_table_text(&table, class->name);
    pc_table_text(&table, class->summary);
  }
  return pc_table_print(&table, stdout, 0, error);
}

enum pc_exit pc_command_faults(int argc, char **argv) {
  bool json = pc_list_parse(argc, argv, "Lists the fault classes: what a power cut may leave of a flash operation.");
  struct pc_error error;
  enum pc_result err = json ? print_json(&error) : print_text(&error);
  return err ? pc_output_error(err, &error) : PC_EXIT_HELD;
}
