#include "replay_program.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "powercut/config.h"
#include "powercut/file.h"
#include "powercut/program.h"
#include "powercut/stores.h"
#include "story.h"

#define OPERATIONS_BEFORE 2u     /* that are told in full before the violation */
#define LARGEST_INPUT (1u << 24) /* far larger than any program: such a file is read to say what is wrong with it */

bool pc_is_program_file(const char *path) {
  struct pc_buffer content = {0};
  struct pc_error error;
  bool is = false;
  if (pc_file_read(path, LARGEST_INPUT, &content, &error) == PC_OK) {
    struct pc_bytes input = {.data = content.data, .size = content.size};
    is = input.size == 0 || pc_program_is(input) || pc_program_is_text(input) ||
         memchr(input.data, '\0', input.size) != NULL;
  }
  pc_buffer_free(&content);
  return is;
}

/* A program that is replayed. */
struct replay {
  const struct pc_program_order *order;
  struct pc_plugin *plugin; /* NULL: the store is norkv */
  const struct pc_store *store;
  struct pc_program program;
  struct pc_program_outcome outcome;
  struct pc_runner *runner;
  struct pc_workload workload;
  struct pc_story story;
};

static enum pc_result read_program(const char *path, struct pc_program *program, struct pc_error *error) {
  struct pc_buffer content = {0};
  enum pc_result err = pc_file_read(path, LARGEST_INPUT, &content, error);
  if (!err) {
    struct pc_bytes input = {.data = content.data, .size = content.size};
    if (pc_program_is(input) || input.size == 0) {
      err = pc_program_decode(path, input, program, error);
    } else if (pc_program_is_text(input)) {
      err = pc_program_parse(path, input, program, error);
    } else {
      err = pc_fail(error, PC_BAD_INPUT, "%s: neither a repro nor a fuzzing program", path);
    }
  }
  pc_buffer_free(&content);
  return err;
}

static enum pc_result run_with(struct replay *replay, void (*step)(void *context, const struct pc_step *step),
                               void *context, struct pc_error *error) {
  struct pc_program_watch watch = {.step = step, .context = context};
  return pc_runner_run(replay->runner, &replay->program, &watch, &replay->outcome, error);
}

static void print_verdict(const struct replay *replay) {
  if (replay->outcome.refused) {
    (void)printf("\nREFUSED: the store doesn't take this setup.\n");
  } else if (replay->outcome.stopped) {
    (void)printf("\nENDED: after the last cut the store is held to no more than it kept.\n");
  } else if (replay->outcome.violation == NULL) {
    (void)printf("\nHELD: every invariant.\n");
  } else {
    (void)printf("\nVIOLATED: %s\n", pc_invariant_info(replay->outcome.violation->invariant)->name);
  }
}

/* Programs go on after a cut: what comes before the part that is told is skipped, its cuts too. */
static void tell_step(void *context, const struct pc_step *step) {
  struct replay *replay = context;
  struct pc_step told = *step;
  if (step->operation < replay->story.from) {
    told.depth = 0;
    told.cut = NULL;
  }
  pc_story_tell(&replay->story, &told);
}

/* The program, and then what happens: once to find the place of the violation, once more to tell what is near. */
static enum pc_result tell(struct replay *replay, struct pc_error *error) {
  struct pc_story_place place = {0};
  struct pc_buffer text = {0};
  struct pc_profile profile;
  (void)pc_program_profile(&replay->program.setup, &profile);
  enum pc_result err = run_with(replay, pc_story_find, &place, error);
  if (err) {
    return err;
  }
  pc_program_write(&replay->program, &text);
  pc_buffer_print(&text, "\n");
  err = pc_output_buffer(stdout, &text, error);
  if (err) {
    return err;
  }
  replay->story = (struct pc_story){
      .workload = &replay->workload,
      .sector_size = profile.sector_size,
      .ecc_word = profile.ecc_word,
      .flip = pc_profile_flip(&profile),
      .from = replay->order->all || place.operation < OPERATIONS_BEFORE ? 0 : place.operation - OPERATIONS_BEFORE,
      .all = replay->order->all,
  };
  err = run_with(replay, tell_step, replay, error);
  if (!err) {
    print_verdict(replay);
  }
  return err;
}

/* What the scenario can't have of the program. */
static void note_differences(const struct pc_program_outcome *outcome, struct pc_buffer *text) {
  pc_buffer_print(text, "# powercut scenario of a fuzzing program: run with: powercut run FILE\n");
  if (outcome->violation == NULL) {
    pc_buffer_print(text, "# The program violated nothing.\n");
    return;
  }
  pc_buffer_print(text,
                  "# The program violated %s%s. A scenario cuts the power once in its operations, in every way;\n",
                  pc_invariant_info(outcome->violation->invariant)->name,
                  outcome->after_cut ? " in an operation after a cut" : " after several cuts");
  pc_buffer_print(text, "# power.aftermath goes on after each. It may not come to this violation.\n");
}

static enum pc_result write_scenario(struct replay *replay, struct pc_scenario *scenario, struct pc_error *error) {
  struct pc_program_parameters parameters;
  struct pc_buffer text = {0};
  enum pc_result err = pc_program_parameters(&replay->program.setup, replay->store, &parameters, error);
  if (!err) {
    err = run_with(replay, NULL, NULL, error);
  }
  if (err) {
    return err;
  }
  const struct pc_program_outcome *outcome = &replay->outcome;
  bool single = outcome->violation != NULL && outcome->cut_paths <= 1 && !outcome->after_cut;
  scenario->worn = pc_program_age(&replay->program.setup);
  scenario->sectors = pc_program_profile(&replay->program.setup, &scenario->profile);
  if (single) {
    pc_repro_write(scenario, parameters.list, parameters.count, outcome->violation, &text);
  } else {
    scenario->plan.aftermath = 1;
    note_differences(outcome, &text);
    pc_scenario_write(scenario, parameters.list, parameters.count, &text);
  }
  return pc_output_buffer(stdout, &text, error);
}

static enum pc_result print_scenario(struct replay *replay, struct pc_error *error) {
  char engine[] = "norkv", name[] = "fuzzing program";
  char *plugin = replay->plugin == NULL ? NULL : strdup(replay->order->plugin);
  struct pc_scenario scenario = {.name = name,
                                 .engine = replay->plugin == NULL ? engine : NULL,
                                 .plugin = plugin,
                                 .workload = replay->workload,
                                 .plan = pc_program_plan(&replay->program)};
  if (replay->plugin != NULL && plugin == NULL) {
    return pc_fail_memory(error);
  }
  enum pc_result err = write_scenario(replay, &scenario, error);
  free(plugin);
  return err;
}
static enum pc_result print_bytes(const struct replay *replay, struct pc_error *error) {
  uint8_t bytes[PC_PROGRAM_MAX_SIZE];
  size_t size = pc_program_encode(&replay->program, bytes);
  return fwrite(bytes, 1, size, stdout) == size ? PC_OK : pc_fail(error, PC_ENVIRONMENT, "cannot write the program");
}

static enum pc_result put_out(struct replay *replay, struct pc_error *error) {
  struct pc_buffer text = {0};
  switch (replay->order->output) {
    case PC_PROGRAM_TO_TEXT:
      pc_program_write(&replay->program, &text);
      return pc_output_buffer(stdout, &text, error);
    case PC_PROGRAM_TO_INPUT:
      return print_bytes(replay, error);
    case PC_PROGRAM_TO_SCENARIO:
      return print_scenario(replay, error);
    case PC_PROGRAM_STORY:
      break;
  }
  return tell(replay, error);
}

static enum pc_result find_store(struct replay *replay, struct pc_error *error) {
  if (replay->order->plugin != NULL) {
    return pc_plugin_open(&replay->plugin, replay->order->plugin, &replay->store, error);
  }
  replay->store = pc_store_named("norkv");
  return PC_OK;
}

static enum pc_result replay_file(struct replay *replay, struct pc_error *error) {
  enum pc_result err = read_program(replay->order->path, &replay->program, error);
  if (err) {
    return err;
  }
  err = find_store(replay, error);
  if (err) {
    return err;
  }
  err = pc_runner_open(&replay->runner, replay->store, error);
  if (err) {
    return err;
  }
  err = pc_program_workload(replay->runner, &replay->program, &replay->workload, error);
  return err ? err : put_out(replay, error);
}

enum pc_exit pc_replay_program(const struct pc_program_order *order) {
  struct pc_error error;
  struct replay *replay = calloc(1, sizeof *replay);
  if (replay == NULL) {
    return pc_output_error(pc_fail_memory(&error), &error);
  }
  replay->order = order;
  enum pc_result err = replay_file(replay, &error);
  bool violated = order->output == PC_PROGRAM_STORY && replay->outcome.violation != NULL;
  pc_program_workload_free(&replay->workload);
  pc_runner_close(replay->runner);
  pc_plugin_close(replay->plugin);
  free(replay);
  if (err) {
    return pc_output_error(err, &error);
  }
  return violated ? PC_EXIT_VIOLATED : PC_EXIT_HELD;
}
