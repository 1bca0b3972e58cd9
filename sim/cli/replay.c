/* powercut replay: tells a repro step by step, and whether it still shows its violation. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>

#include "arguments.h"
#include "command.h"
#include "output.h"
#include "powercut/config.h"
#include "story.h"
#include "subject.h"

#define OPERATIONS_BEFORE 2u /* that are told in full before the one that was cut */

enum { OPTION_ALL = 0x100 };

static const struct argp_option options[] = {
    {.name = "all", .key = OPTION_ALL, .doc = "tell every operation, and every line that changed"},
    {0},
};

static const char doc[] =
    "Replays a repro file: the operations up to the cut, each flash operation with a hexdump of what it changed, the "
    "tear, the recovery, and which invariant failed.\v"
    "Exit status: 0 every invariant held (the repro shows nothing any more), 1 a violation, 2 bad usage or a bad file, "
    "3 the environment failed.";

struct arguments {
  const char *file;
  bool all;
};

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  switch (key) {
    case OPTION_ALL:
      arguments->all = true;
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

static enum pc_result print_heading(const struct pc_repro *repro, const struct pc_subject *subject,
                                    struct pc_error *error) {
  struct pc_buffer text = {0};
  pc_buffer_text(&text, repro->scenario.name);
  pc_buffer_print(&text, "\n  device  ");
  pc_subject_device(subject, &text);
  pc_buffer_print(&text, "\n  store   ");
  pc_subject_store(subject, &text);
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

static void print_verdict(const struct pc_story *story, enum pc_invariant recorded, uint32_t violations) {
  const char *name = pc_invariant_info(recorded)->name;
  if (violations == 0) {
    (void)printf("\nHELD: every invariant. The violation of %s that was recorded does not show.\n", name);
    return;
  }
  (void)printf("\nVIOLATED:");
  for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
    if (story->failed[i]) {
      (void)printf(" %s", pc_invariant_info((enum pc_invariant)i)->name);
    }
  }
  (void)printf("%s%s\n", story->failed[recorded] ? ", as was recorded" : "; what was recorded is ",
               story->failed[recorded] ? "" : name);
}

/* Runs it twice: to find the place of the cut, then to tell of what is near. */
static enum pc_result tell(const struct pc_repro *repro, const struct pc_subject *subject, bool all,
                           uint32_t *violations, struct pc_error *error) {
  const struct pc_scenario *scenario = &repro->scenario;
  struct pc_story_place place = {0};
  enum pc_result err =
      pc_replay(subject, &scenario->workload, &scenario->plan, &repro->path, pc_story_find, &place, violations, error);
  if (err) {
    return err;
  }
  uint32_t operation = place.known ? place.operation : scenario->workload.operation_count;
  struct pc_story story = {
      .workload = &scenario->workload,
      .sector_size = scenario->profile.sector_size,
      .from = all || operation < OPERATIONS_BEFORE ? 0 : operation - OPERATIONS_BEFORE,
      .all = all,
  };
  err = print_heading(repro, subject, error);
  if (!err) {
    err = pc_replay(subject, &scenario->workload, &scenario->plan, &repro->path, pc_story_tell, &story, violations,
                    error);
  }
  if (!err) {
    print_verdict(&story, repro->invariant, *violations);
  }
  return err;
}

enum pc_exit pc_command_replay(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .args_doc = "FILE", .doc = doc};
  struct arguments arguments = {0};
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);

  struct pc_repro repro;
  struct pc_error error;
  enum pc_result err = pc_repro_load(arguments.file, &repro, &error);
  if (err) {
    return pc_output_error(err, &error);
  }
  struct pc_opened_subject opened;
  uint32_t violations = 0;
  err = pc_subject_open(&opened, &repro.scenario, &error);
  if (!err) {
    err = tell(&repro, &opened.subject, arguments.all, &violations, &error);
    pc_subject_close(&opened);
  }
  pc_repro_free(&repro);
  if (err) {
    return pc_output_error(err, &error);
  }
  return violations > 0 ? PC_EXIT_VIOLATED : PC_EXIT_HELD;
}
