/* The command line: its numbers, read strictly (digits or 0x and hex digits, nothing before or after), its single
   arguments, and itself as text. */
#ifndef PC_CLI_ARGUMENTS_H
#define PC_CLI_ARGUMENTS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/config.h"

/* A range, both ends in it. */
struct pc_range {
  uint64_t minimum, maximum;
};

bool pc_parse_number(const char *text, struct pc_range range, uint64_t *number);

/* The number that an option was given, named `option` in the message that ends the process when it isn't one. */
uint64_t pc_argument_number(const struct argp_state *state, const char *option, const char *text,
                            struct pc_range range);

/* Takes the command's only positional argument; a second one ends the process. */
void pc_argument_single(const struct argp_state *state, const char **place, const char *argument);

/* Appends a word as a shell takes it: in single quotes if it needs them. */
void pc_buffer_word(struct pc_buffer *text, const char *word);

/* Takes the PATH=VALUE that an option was given apart, in place; anything else ends the process. */
void pc_argument_setting(const struct argp_state *state, const char *option, char *text, struct pc_override *place);

/* Appends the command line as a shell takes it. argv[0] is what messages call
   the command ("powercut run") and stands as it is. */
void pc_command_line(int argc, char **argv, struct pc_buffer *text);

/* The command line of the commands that list all there is of a kind: whether it asks for JSON. */
bool pc_list_parse(int argc, char **argv, const char *doc);

#endif
