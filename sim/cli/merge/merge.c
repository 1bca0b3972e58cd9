/* powercut merge: joins the results of many machines. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "powercut/ledger_merge.h"

static const char doc[] =
    "Writes a new database with all that the given ones hold: runs, campaigns and gates, with new numbers. Runs that "
    "were explored in shards (powercut run --shard) are joined to one: its rows are exactly those of a run in one "
    "go, but that its seconds are the sum of the shards'.\v"
    "Databases of an older version of powercut are brought to this one on the way. OUT.db must not be there; it "
    "appears when it is complete, or not at all.\n\n"
    "Exit status: 0 merged, 2 bad usage or bad input, such as a shard that is missing, given twice, not finished or of "
    "another scenario (nothing is written), 3 the environment failed (nothing is written).";

struct arguments {
  char *path;
  const char **inputs; /* room for one of each word on the command line */
  size_t input_count;
};

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  switch (key) {
    case ARGP_KEY_INIT:
      arguments->inputs = calloc((size_t)state->argc, sizeof *arguments->inputs);
      if (arguments->inputs == NULL) {
        argp_failure(state, PC_EXIT_ENVIRONMENT, 0, "out of memory");
      }
      return 0;
    case ARGP_KEY_ARG:
      if (arguments->path == NULL) {
        arguments->path = argument;
      } else {
        arguments->inputs[arguments->input_count++] = argument;
      }
      return 0;
    case ARGP_KEY_END:
      if (arguments->input_count == 0) {
        argp_error(state, arguments->path == NULL ? "an OUT.db is missing" : "an IN.db is missing");
      }
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

static enum pc_result print(const struct arguments *arguments, const struct pc_merged *merged, struct pc_error *error) {
  struct pc_buffer text = {0};
  pc_buffer_text(&text, arguments->path);
  pc_buffer_print(&text, ": %" PRIu64 " run%s", merged->runs, merged->runs == 1 ? "" : "s");
  if (merged->joined > 0) {
    pc_buffer_print(&text, ", %" PRIu64 " of them joined of shards", merged->joined);
  }
  if (merged->campaigns > 0) {
    pc_buffer_print(&text, ", %" PRIu64 " campaign%s", merged->campaigns, merged->campaigns == 1 ? "" : "s");
  }
  pc_buffer_print(&text, ", of %zu database%s\n", arguments->input_count, arguments->input_count == 1 ? "" : "s");
  return pc_output_buffer(stdout, &text, error);
}

enum pc_exit pc_command_merge(int argc, char **argv) {
  static const struct argp argp = {.parser = parse, .args_doc = "OUT.db IN.db...", .doc = doc};
  struct pc_buffer command = {0};
  pc_command_line(argc, argv, &command); /* before it is taken apart */
  struct arguments arguments = {0};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);

  struct pc_error error;
  struct pc_merged merged;
  enum pc_result err = command.failed ? pc_fail_memory(&error) : PC_OK;
  if (!err) {
    const struct pc_merge merge = {.path = arguments.path,
                                   .inputs = arguments.inputs,
                                   .input_count = arguments.input_count,
                                   .command = (const char *)command.data};
    err = pc_ledger_merge(&merge, &merged, &error);
  }
  if (!err) {
    err = print(&arguments, &merged, &error);
  }
  pc_buffer_free(&command);
  free(arguments.inputs);
  return err ? pc_output_error(err, &error) : PC_EXIT_HELD;
}
