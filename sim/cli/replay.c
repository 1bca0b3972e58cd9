/* powercut replay: tells a repro step by step, and whether it still shows its violation. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "powercut/config.h"
#include "replay_program.h"
#include "story.h"
#include "subject.h"

#define OPERATIONS_BEFORE 2u /* that are told in full before the one that was cut */

enum { OPTION_ALL = 0x100, OPTION_TO_SCENARIO, OPTION_TO_TEXT, OPTION_TO_INPUT };

static const struct argp_option options[] = {
    {.name = "all", .key = OPTION_ALL, .doc = "tell every operation, and every line that changed"},
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
  bool all;
  enum pc_program_output output;
};

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  switch (key) {
    case OPTION_ALL:
      arguments->all = true;
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
      }
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

/* A repro that is replayed. */
struct replay {
  const struct pc_repro *repro;
  const struct pc_subject *subject;
  struct pc_story story;
  uint32_t violations;
};

static enum pc_result replay_with(struct replay *replay, void (*step)(void *context, const struct pc_step *step),
                                  void *context, struct pc_error *error) {
  const struct pc_repro *repro = replay->repro;
  return pc_replay(replay->subject, &repro->scenario.workload, &repro->scenario.plan, &repro->path, step, context,
                   &replay->violations, error);
}

static enum pc_result print_heading(const struct replay *replay, struct pc_error *error) {
  const struct pc_repro *repro = replay->repro;
  struct pc_buffer text = {0};
  pc_buffer_text(&text, repro->scenario.name);
  pc_buffer_print(&text, "\n  device  ");
  pc_subject_device(replay->subject, &text);
  pc_buffer_print(&text, "\n  store   ");
  pc_subject_store(replay->subject, &text);
  pc_buffer_print(&text, "\n  seed    %" PRIu64 "\n  shows   %s", repro->scenario.plan.seed,
                  pc_invariant_info(repro->invariant)->name);
  for (uint32_t i = 0; i < repro->path.depth; i++) {
    const struct pc_cut *cut = &repro->path.cuts[i];
    pc_buffer_print(&text, "%s flash operation %u%s (%s, variant %u)", i == 0 ? ", cut in" : ", then in",
                    cut->flash_operation, i == 0 ? "" : " of the recovery", pc_fault_class(cut->fault)->name,
                    cut->variant);
  }
  pc_buffer_print(&text, "%s\n\n", repro->path.depth == 0 ? ", without a cut" : "");
  return pc_output_buffer(stdout, &text, error);
}

static void print_verdict(const struct replay *replay) {
  enum pc_invariant recorded = replay->repro->invariant;
  const bool *failed = replay->story.failed;
  const char *name = pc_invariant_info(recorded)->name;
  if (replay->violations == 0) {
    (void)printf("\nHELD: every invariant. The violation of %s that was recorded does not show.\n", name);
    return;
  }
  (void)printf("\nVIOLATED:");
  for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
    if (failed[i]) {
      (void)printf(" %s", pc_invariant_info((enum pc_invariant)i)->name);
    }
  }
  (void)printf("%s%s\n", failed[recorded] ? ", as was recorded" : "; what was recorded is ",
               failed[recorded] ? "" : name);
}

/* Replays twice: to find the place of the cut, then to tell of what is near. */
static enum pc_result replay_twice(struct replay *replay, bool all, struct pc_error *error) {
  struct pc_story_place place = {0};
  enum pc_result err = replay_with(replay, pc_story_find, &place, error);
  if (err) {
    return err;
  }
  replay->story = (struct pc_story){
      .workload = &replay->repro->scenario.workload,
      .sector_size = replay->repro->scenario.profile.sector_size,
      .from = all || place.operation < OPERATIONS_BEFORE ? 0 : place.operation - OPERATIONS_BEFORE,
      .all = all,
  };
  err = print_heading(replay, error);
  if (!err) {
    err = replay_with(replay, pc_story_tell, &replay->story, error);
  }
  if (!err) {
    print_verdict(replay);
  }
  return err;
}

static enum pc_result replay_repro(const struct pc_repro *repro, bool all, uint32_t *violations,
                                   struct pc_error *error) {
  struct pc_opened_subject opened;
  enum pc_result err = pc_subject_open(&opened, &repro->scenario, error);
  if (err) {
    return err;
  }
  struct replay replay = {.repro = repro, .subject = &opened.subject};
  err = replay_twice(&replay, all, error);
  *violations = replay.violations;
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
  uint32_t violations = 0;
  enum pc_result err = pc_repro_load(arguments.file, &repro, &error);
  if (!err) {
    err = replay_repro(&repro, arguments.all, &violations, &error);
    pc_repro_free(&repro);
  }
  if (err) {
    return pc_output_error(err, &error);
  }
  return violations > 0 ? PC_EXIT_VIOLATED : PC_EXIT_HELD;
}
