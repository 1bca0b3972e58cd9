/* The commands of powercut, a folder each (lists has the small ones); what they share is beside this file. The only
   room that prints. */
#ifndef PC_CLI_COMMAND_H
#define PC_CLI_COMMAND_H

#include "powercut/error.h"

/* The exit statuses that users script against. */
enum pc_exit {
  PC_EXIT_HELD = 0,        /* every invariant held */
  PC_EXIT_VIOLATED = 1,    /* a violation */
  PC_EXIT_BAD_INPUT = 2,   /* bad usage or bad input: nothing was written */
  PC_EXIT_ENVIRONMENT = 3, /* the environment failed, or the run was interrupted: what was done is kept */
};

enum pc_exit pc_exit_of(enum pc_result result);

/* Each runs a command. argv[0] is what messages call it: "powercut run". Bad usage ends the process with
   PC_EXIT_BAD_INPUT, --help with PC_EXIT_HELD. */
enum pc_exit pc_command_run(int argc, char **argv);
enum pc_exit pc_command_gate(int argc, char **argv);
enum pc_exit pc_command_merge(int argc, char **argv);
enum pc_exit pc_command_report(int argc, char **argv);
enum pc_exit pc_command_compare(int argc, char **argv);
enum pc_exit pc_command_replay(int argc, char **argv);
enum pc_exit pc_command_inspect(int argc, char **argv);
enum pc_exit pc_command_campaign(int argc, char **argv);
enum pc_exit pc_command_devices(int argc, char **argv);
enum pc_exit pc_command_stores(int argc, char **argv);
enum pc_exit pc_command_new_store(int argc, char **argv);
enum pc_exit pc_command_faults(int argc, char **argv);
enum pc_exit pc_command_invariants(int argc, char **argv);

#endif
