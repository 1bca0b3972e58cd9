/* The part of `powercut replay` for programs that a fuzzer found. */
#ifndef PC_CLI_REPLAY_PROGRAM_H
#define PC_CLI_REPLAY_PROGRAM_H

#include <stdbool.h>

#include "command.h"

/* Whether the file is there and is no repro: a fuzzing program, or what can be none of both. */
bool pc_is_program_file(const char *path);

enum pc_program_output {
  PC_PROGRAM_STORY, /* the program's text, and what happens */
  PC_PROGRAM_TO_SCENARIO,
  PC_PROGRAM_TO_TEXT,
  PC_PROGRAM_TO_INPUT,
};

struct pc_program_order {
  const char *path;
  const char *plugin; /* the store to run it on; NULL: norkv */
  enum pc_program_output output;
  bool all; /* of the story: every operation, and every line that changed */
};

enum pc_exit pc_replay_program(const struct pc_program_order *order);

#endif
