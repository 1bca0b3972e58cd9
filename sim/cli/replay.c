/* powercut replay: tells a repro step by step, and whether it still shows its violation. */
#include "replay.h"

#include <argp.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "powercut/config.h"
#include "replay_program.h"

enum { OPTION_ALL = 0x100, OPTION_SHRINK, OPTION_TO_SCENARIO, OPTION_TO_TEXT, OPTION_TO_INPUT };

static const struct argp_option options[] = {
    {.name = "all", .key = OPTION_ALL, .doc = "tell every operation, and every line that changed"},
    {.name = "shrink",
     .key = OPTION_SHRINK,
     .doc = "of a repro: make a smaller one of the same invariant, and write it to the --output"},
    {.name = "output", .key = 'o', .arg = "FILE", .doc = "of --shrink; may be the same FILE"},
    {.name = "to-scenario",
     .key = OPTION_TO_SCENARIO,
     .doc = "of a fuzzing program: print a repro that shows the same, or, where one cut path doesn't, a scenario that "
            "explores its operations"},
    {.name = "to-text", .key = OPTION_TO_TEXT, .doc = "of a fuzzing program: print it as text"},
    {.name = "to-input", .key = OPTION_TO_INPUT, .doc = "of a fuzzing program: print its bytes, as fuzzers take them"},
    {0},
};

static const char doc[] =
    "Replays a repro file, or a program that a fuzzer found (its bytes or its text): the operations up to the cut, "
    "each flash operation with a hexdump of what it changed, the "
    "tear, the recovery, and which invariant failed.\v"
    "Exit status: 0 every invariant held (the repro shows nothing any more), 1 a violation, 2 bad usage or a bad file, "
    "3 the environment failed.";

struct arguments {
  const char *file;
  const char *shrunk; /* --output of --shrink */
  bool all, shrink;
  enum pc_program_output output;
};

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  switch (key) {
    case OPTION_ALL:
      arguments->all = true;
      return 0;
    case OPTION_SHRINK:
      arguments->shrink = true;
      return 0;
    case 'o':
      arguments->shrunk = argument;
      return 0;
    case OPTION_TO_SCENARIO:
      arguments->output = PC_PROGRAM_TO_SCENARIO;
      return 0;
    case OPTION_TO_TEXT:
      arguments->output = PC_PROGRAM_TO_TEXT;
      return 0;
    case OPTION_TO_INPUT:
      arguments->output = PC_PROGRAM_TO_INPUT;
      return 0;
    case ARGP_KEY_ARG:
      pc_argument_single(state, &arguments->file, argument);
      return 0;
    case ARGP_KEY_END:
      if (arguments->file == NULL) {
        argp_error(state, "a FILE is missing");
      } else if (arguments->shrink != (arguments->shrunk != NULL)) {
        argp_error(state, "--shrink and --output go together");
      }
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

static enum pc_result replay_repro(const struct pc_repro *repro, const struct arguments *arguments, bool *violated,
                                   struct pc_error *error) {
  struct pc_opened_subject opened;
  enum pc_result err = pc_subject_open(&opened, &repro->scenario, error);
  if (err) {
    return err;
  }
  err = arguments->shrink ? pc_replay_shrink_repro(repro, &opened.subject, arguments->shrunk, violated, error)
                          : pc_replay_tell_repro(repro, &opened.subject, arguments->all, violated, error);
  pc_subject_close(&opened);
  return err;
}

enum pc_exit pc_command_replay(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .args_doc = "FILE", .doc = doc};
  struct arguments arguments = {0};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);

  if (arguments.output != PC_PROGRAM_STORY || pc_is_program_file(arguments.file)) {
    return pc_replay_program(arguments.file, arguments.output, arguments.all);
  }
  struct pc_repro repro;
  struct pc_error error;
  bool violated = false;
  enum pc_result err = pc_repro_load(arguments.file, &repro, &error);
  if (!err) {
    err = replay_repro(&repro, &arguments, &violated, &error);
    pc_repro_free(&repro);
  }
  if (err) {
    return pc_output_error(err, &error);
  }
  return violated ? PC_EXIT_VIOLATED : PC_EXIT_HELD;
}
