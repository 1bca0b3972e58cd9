/* powercut replay: tells a repro step by step, and whether it still shows its violation. */
#include "replay.h"

#include <argp.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "powercut/config.h"
#include "replay_program.h"

enum {
  OPTION_ALL = 0x100,
  OPTION_SHRINK,
  OPTION_IMAGES,
  OPTION_GDB,
  OPTION_UNDER_GDB,
  OPTION_TO_SCENARIO,
  OPTION_TO_TEXT,
  OPTION_TO_INPUT,
  OPTION_PLUGIN
};

static const struct argp_option options[] = {
    {.name = "all", .key = OPTION_ALL, .doc = "tell every operation, and every line that changed"},
    {.name = "shrink",
     .key = OPTION_SHRINK,
     .doc = "of a repro: make a smaller one of the same invariant, and write it to the --output"},
    {.name = "output", .key = 'o', .arg = "FILE", .doc = "of --shrink; may be the same FILE"},
    {.name = "gdb",
     .key = OPTION_GDB,
     .doc = "of a repro: run the replay in gdb, which stops in the store just before the last cut, and at the start of "
            "the recovery from it. What stands after FILE -- is for gdb"},
    {.name = "under-gdb", .key = OPTION_UNDER_GDB, .arg = "N", .flags = OPTION_HIDDEN},
    {.name = "images",
     .key = OPTION_IMAGES,
     .arg = "DIR",
     .doc =
         "of a repro: write the flash before each cut, after it and after the recovery from it as raw images to DIR, "
         "and print the commands that look at them"},
    {.name = "to-scenario",
     .key = OPTION_TO_SCENARIO,
     .doc = "of a fuzzing program: print a repro that shows the same, or, where one cut path doesn't, a scenario that "
            "explores its operations"},
    {.name = "to-text", .key = OPTION_TO_TEXT, .doc = "of a fuzzing program: print it as text"},
    {.name = "to-input", .key = OPTION_TO_INPUT, .doc = "of a fuzzing program: print its bytes, as fuzzers take them"},
    {.name = "plugin",
     .key = OPTION_PLUGIN,
     .arg = "LIBRARY",
     .doc = "of a fuzzing program: run it on this store instead of norkv, as the fuzzer did with POWERCUT_STORE"},
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
  const char *images;
  struct pc_gdb_call gdb_call;
  bool gdb, under_gdb;
  uint32_t stop_at; /* operation, under gdb */
  bool all, shrink;
  const char *plugin;
  enum pc_program_output output;
};

static void set_output(struct argp_state *state, enum pc_program_output output) {
  struct arguments *arguments = state->input;
  if (arguments->output != PC_PROGRAM_STORY && arguments->output != output) {
    argp_error(state, "only one of --to-scenario, --to-text and --to-input can be printed");
  }
  arguments->output = output;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  switch (key) {
    case OPTION_ALL:
      arguments->all = true;
      return 0;
    case OPTION_SHRINK:
      arguments->shrink = true;
      return 0;
    case OPTION_GDB:
      arguments->gdb = true;
      return 0;
    case OPTION_UNDER_GDB:
      arguments->under_gdb = true;
      arguments->stop_at =
          (uint32_t)pc_argument_number(state, "--under-gdb", argument, (struct pc_range){0, PC_MAX_OPERATIONS});
      return 0;
    case OPTION_IMAGES:
      arguments->images = argument;
      return 0;
    case 'o':
      arguments->shrunk = argument;
      return 0;
    case OPTION_TO_SCENARIO:
      set_output(state, PC_PROGRAM_TO_SCENARIO);
      return 0;
    case OPTION_TO_TEXT:
      set_output(state, PC_PROGRAM_TO_TEXT);
      return 0;
    case OPTION_TO_INPUT:
      set_output(state, PC_PROGRAM_TO_INPUT);
      return 0;
    case OPTION_PLUGIN:
      arguments->plugin = argument;
      return 0;
    case ARGP_KEY_ARG:
      if (arguments->gdb && arguments->file != NULL) {
        return ARGP_ERR_UNKNOWN; /* it and what follows come as ARGP_KEY_ARGS */
      }
      pc_argument_single(state, &arguments->file, argument);
      return 0;
    case ARGP_KEY_ARGS:
      arguments->gdb_call.arguments = state->argv + state->next;
      arguments->gdb_call.argument_count = state->argc - state->next;
      return 0;
    case ARGP_KEY_END:
      if (arguments->file == NULL) {
        argp_error(state, "a FILE is missing");
      } else if (arguments->shrink + arguments->gdb + (arguments->images != NULL) > 1) {
        argp_error(state, "only one of --shrink, --images and --gdb can be done");
      } else if (arguments->shrink != (arguments->shrunk != NULL)) {
        argp_error(state, "--shrink and --output go together");
      }
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

static enum pc_result replay_repro(struct pc_repro *repro, const struct arguments *arguments, bool *violated,
                                   struct pc_error *error) {
  struct pc_opened_subject opened;
  enum pc_result err = pc_subject_open(&opened, &repro->scenario, error);
  if (err) {
    return err;
  }
  if (arguments->under_gdb) {
    err = pc_replay_under_gdb(repro, &opened.subject, arguments->stop_at, violated, error);
  } else if (arguments->gdb) {
    err = pc_replay_in_gdb(repro, &opened.subject, &arguments->gdb_call, error);
  } else if (arguments->shrink) {
    err = pc_replay_shrink_repro(repro, &opened.subject, arguments->shrunk, violated, error);
  } else if (arguments->images != NULL) {
    const struct pc_replay_images order = {
        .subject = &opened.subject, .promises = &opened.promises, .folder = arguments->images};
    err = pc_replay_write_images(repro, &order, violated, error);
  } else {
    err = pc_replay_tell_repro(repro, &opened.subject, arguments->all, violated, error);
  }
  pc_subject_close(&opened);
  return err;
}

/* Options that are of the other kind of file would do nothing. */
static enum pc_result check_kind(const struct arguments *arguments, bool is_program, struct pc_error *error) {
  bool of_repro = arguments->shrink || arguments->gdb || arguments->under_gdb || arguments->images != NULL;
  if (is_program && of_repro) {
    return pc_fail(error, PC_BAD_INPUT, "%s: --shrink, --images and --gdb are for repros: --to-scenario prints one",
                   arguments->file);
  }
  if (!is_program && arguments->plugin != NULL) {
    return pc_fail(error, PC_BAD_INPUT, "%s: a repro names its store itself: --plugin is for fuzzing programs",
                   arguments->file);
  }
  return PC_OK;
}

enum pc_exit pc_command_replay(int argc, char **argv) {
  static const struct argp argp = {
      .options = options, .parser = parse, .args_doc = "FILE [-- GDB-ARGUMENT...]", .doc = doc};
  struct arguments arguments = {0};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);

  arguments.gdb_call.file = arguments.file;
  struct pc_repro repro;
  struct pc_error error;
  bool violated = false;
  bool is_program = arguments.output != PC_PROGRAM_STORY || pc_is_program_file(arguments.file);
  enum pc_result err = check_kind(&arguments, is_program, &error);
  if (err) {
    return pc_output_error(err, &error);
  }
  if (is_program) {
    return pc_replay_program(&(struct pc_program_order){
        .path = arguments.file, .plugin = arguments.plugin, .output = arguments.output, .all = arguments.all});
  }
  err = pc_repro_load(arguments.file, &repro, &error);
  if (!err) {
    err = replay_repro(&repro, &arguments, &violated, &error);
    pc_repro_free(&repro);
  }
  if (err) {
    return pc_output_error(err, &error);
  }
  return violated ? PC_EXIT_VIOLATED : PC_EXIT_HELD;
}
