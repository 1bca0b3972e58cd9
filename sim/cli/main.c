/* powercut: finds the command and hands over to it. */
#include <argp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "output.h"
#include "powercut/config.h"

struct command {
  const char *name;
  const char *summary;
  enum pc_exit (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {"run", "explore a scenario: cut the power at every flash operation, check, and log to SQLite", pc_command_run},
    {"gate", "decide by a policy whether a build may be released", pc_command_gate},
    {"report", "write a page that tells what the results of a database say", pc_command_report},
    {"replay", "tell a repro step by step: flash operations, the cut, which invariant failed", pc_command_replay},
    {"compare", "compare how configurations wear, and how long their puts take", pc_command_compare},
    {"inspect", "decode a raw flash dump: every entry, and what the store would read", pc_command_inspect},
    {"merge", "join results from many machines, and the shards of a run to one", pc_command_merge},
    {"campaign", "write down what a fuzzing campaign comes to, and list campaigns", pc_command_campaign},
    {"devices", "list the device profiles, or show one", pc_command_devices},
    {"stores", "list the stores that are built in, and their parameters", pc_command_stores},
    {"new-store", "write the skeleton of a store of your own, which builds and runs as it is", pc_command_new_store},
    {"faults", "list the fault classes", pc_command_faults},
    {"invariants", "list the invariants", pc_command_invariants},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static const struct command *find_command(const char *name) {
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    if (strcmp(commands[i].name, name) == 0) {
      return &commands[i];
    }
  }
  return NULL;
}

static void refuse_unknown(struct argp_state *state, const char *name) {
  const char *names[COMMAND_COUNT];
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    names[i] = commands[i].name;
  }
  const char *nearest = pc_nearest(name, names, COMMAND_COUNT);
  if (nearest != NULL) {
    argp_error(state, "there is no command '%s'; did you mean '%s'?", name, nearest);
  } else {
    argp_error(state, "there is no command '%s'", name);
  }
}

/* Stops at the first word that is no option: the rest is the command's. `input` receives its place. */
static error_t parse(int key, char *argument, struct argp_state *state) {
  int *place = state->input;
  switch (key) {
    case ARGP_KEY_ARG:
      if (find_command(argument) == NULL) {
        refuse_unknown(state, argument);
      }
      *place = state->next - 1;
      state->next = state->argc;
      return 0;
    case ARGP_KEY_NO_ARGS:
      argp_state_help(state, stderr, ARGP_HELP_SHORT_USAGE | ARGP_HELP_PRE_DOC | ARGP_HELP_LONG | ARGP_HELP_EXIT_ERR);
      return 0;
    default:
      return ARGP_ERR_UNKNOWN;
  }
}

int main(int argc, char **argv) {
  argp_err_exit_status = PC_EXIT_BAD_INPUT;
  argp_program_version = "powercut " PC_VERSION;
  if (!pc_output_begin()) {
    return PC_EXIT_ENVIRONMENT;
  }
  /* argp lists the commands as it lists options. */
  struct argp_option options[COMMAND_COUNT + 1] = {{0}};
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    options[i] = (struct argp_option){
        .name = commands[i].name, .flags = OPTION_DOC, .doc = commands[i].summary, .group = (int)i + 1};
  }
  const struct argp argp = {
      .options = options,
      .parser = parse,
      .args_doc = "COMMAND [ARGUMENT...]",
      .doc =
          "Cuts the power at every write of a flash store and proves that the store comes back.\v"
          "`powercut COMMAND --help' explains each. Exit status: 0 every invariant held, 1 a violation, 2 bad usage "
          "or bad input (nothing is written), 3 the environment failed (what was done is kept).",
  };
  int place = 0;
  if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &place) != 0) {
    return PC_EXIT_ENVIRONMENT;
  }
  const struct command *command = find_command(argv[place]);
  char name[32];
  (void)snprintf(name, sizeof name, "powercut %s", command->name);
  argv[place] = name;
  return (int)command->run(argc - place, argv + place);
}
