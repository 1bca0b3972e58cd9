/* The command line of powercut compare. */
#include "compare.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "interrupt.h"
#include "output.h"

enum { OPTION_VARY = 0x100, OPTION_UNTIL, OPTION_OPERATIONS, OPTION_PER_DAY, OPTION_CUTS, OPTION_JSON };

static const struct argp_option options[] = {
    {.name = "vary",
     .key = OPTION_VARY,
     .arg = "PATH=A,B,...",
     .doc = "values to compare, at a path of keys joined by dots, such as store.policy=greedy,circular. May be "
            "repeated: every combination is run. Adds to the scenario's matrix"},
    {.name = "until",
     .key = OPTION_UNTIL,
     .arg = "worn",
     .doc = "run until the first sector has its endurance, in place of the scenario's operations"},
    {.name = "operations", .key = OPTION_OPERATIONS, .arg = "N", .doc = "run so many operations, or at most so many"},
    {.name = "cuts",
     .key = OPTION_CUTS,
     .arg = "N",
     .doc = "run each combination also with the power cut once in N operations, by chance: at any of their flash "
            "operations, with the scenario's fault classes"},
    {.name = "operations-per-day",
     .key = OPTION_PER_DAY,
     .arg = "N",
     .doc = "what the life in years assumes (default: the scenario's wear.operations_per_day, or 1000)"},
    {.name = "json", .key = OPTION_JSON, .doc = "print the comparison as one JSON object"},
    {0},
};

static const char doc[] =
    "Compares how configurations wear and how long their puts take: runs the same workload on each combination, tens "
    "of millions of operations if need be, and checks on the way that the store holds what was put.\v"
    "The table's figures, samples of the wear over time and the latencies go to the database: views v_comparison, "
    "v_wear_samples, v_put_latency. Ctrl-C ends the runs and keeps what was done.\n\n"
    "Exit status: 0 every store held what was put, 1 one did not, 2 bad usage or a bad file (nothing is written), 3 "
    "the environment failed or the runs were interrupted (what was done is kept).";

struct arguments {
  struct pc_compare_plan plan;
  struct pc_override *variations; /* room for one of each word on the command line, and one more */
  char per_day[24], cuts[24];
};

static void add_vary(const struct argp_state *state, struct arguments *arguments, char *text) {
  pc_argument_setting(state, "--vary", text, &arguments->variations[arguments->plan.vary.count++]);
}

static void set_cuts(const struct argp_state *state, struct arguments *arguments, const char *text) {
  uint64_t every = pc_argument_number(state, "--cuts", text, (struct pc_range){1, UINT32_MAX});
  (void)snprintf(arguments->cuts, sizeof arguments->cuts, "0,%u", (unsigned)every);
}

static void set_per_day(const struct argp_state *state, struct arguments *arguments, const char *text) {
  uint64_t per_day =
      pc_argument_number(state, "--operations-per-day", text, (struct pc_range){1, UINT64_C(1000000000000)});
  (void)snprintf(arguments->per_day, sizeof arguments->per_day, "%llu", (unsigned long long)per_day);
}

static void begin(struct argp_state *state, struct arguments *arguments) {
  state->child_inputs[0] = &arguments->plan.given;
  arguments->variations = calloc((size_t)state->argc + 1, sizeof *arguments->variations);
  if (arguments->variations == NULL) {
    argp_failure(state, PC_EXIT_ENVIRONMENT, 0, "out of memory");
  }
  arguments->plan.vary.variations = arguments->variations;
}

/* What --cuts and --operations-per-day stand for. */
static void end(struct arguments *arguments) {
  if (arguments->cuts[0] != '\0') {
    arguments->variations[arguments->plan.vary.count++] =
        (struct pc_override){.path = "wear.cut_every", .value = arguments->cuts};
  }
  if (arguments->per_day[0] != '\0') {
    pc_scenario_arguments_add(&arguments->plan.given, "wear.operations_per_day", arguments->per_day);
  }
}

static error_t parse(int key, char *argument, struct argp_state *state) {
  struct arguments *arguments = state->input;
  struct pc_compare_plan *plan = &arguments->plan;
  switch (key) {
    case ARGP_KEY_INIT:
      begin(state, arguments);
      return 0;
    case OPTION_VARY:
      add_vary(state, arguments, argument);
      return 0;
    case OPTION_UNTIL:
      if (strcmp(argument, "worn") != 0) {
        argp_error(state, "--until takes worn, not '%s'", argument);
      }
      plan->until_worn = true;
      return 0;
    case OPTION_OPERATIONS:
      plan->operations = pc_argument_number(state, "--operations", argument, (struct pc_range){1, PC_WEAR_LONGEST / 2});
      return 0;
    case OPTION_CUTS:
      set_cuts(state, arguments, argument);
      return 0;
    case OPTION_PER_DAY:
      set_per_day(state, arguments, argument);
      return 0;
    case OPTION_JSON:
      plan->json = true;
      return 0;
    case ARGP_KEY_END:
      end(arguments);
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

enum pc_exit pc_command_compare(int argc, char **argv) {
  static const struct argp_child children[] = {{.argp = &pc_scenario_argp}, {0}};
  static const struct argp argp = {
      .options = options, .parser = parse, .args_doc = "SCENARIO.yaml", .doc = doc, .children = children};
  struct pc_buffer command = {0};
  pc_command_line(argc, argv, &command); /* before it is taken apart */
  struct arguments arguments = {.plan = {.command = (const char *)command.data}};
  arguments.plan.given.options.streamed = true;
  (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);

  struct pc_error error;
  enum pc_exit status = PC_EXIT_ENVIRONMENT;
  enum pc_result err = command.failed ? pc_fail_memory(&error) : PC_OK;
  if (!err && !pc_interrupt_begin()) {
    err = pc_fail(&error, PC_ENVIRONMENT, "the handlers of Ctrl-C can't be installed");
  }
  if (!err) {
    err = pc_compare(&arguments.plan, &status, &error);
  }
  pc_buffer_free(&command);
  pc_scenario_arguments_free(&arguments.plan.given);
  free(arguments.variations);
  return err ? pc_output_error(err, &error) : status;
}
