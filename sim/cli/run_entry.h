/* How a run of any command is entered in the ledger, and what a combination of settings is called. */
#ifndef PC_CLI_RUN_ENTRY_H
#define PC_CLI_RUN_ENTRY_H

#include "powercut/config.h"
#include "powercut/ledger.h"
#include "subject.h"

struct pc_run_entry {
  const struct pc_scenario *scenario;
  const struct pc_opened_subject *opened;
  int64_t group; /* the run_id of the first run that the command made; 0: this is it */
  const char *command;
  const struct pc_override *settings; /* of the combination */
  size_t setting_count;
  /* Enters the run, after filling in what only it knows. */
  enum pc_result (*enter)(void *context, struct pc_run_info *info, struct pc_error *error);
  void *context;
};
enum pc_result pc_run_enter(const struct pc_run_entry *entry, struct pc_error *error);

/* Names the combination in an error of PC_BAD_INPUT, since it may be wrong only there. Returns `err`, or
   PC_ENVIRONMENT. */
enum pc_result pc_name_combination(const struct pc_override *settings, size_t count, enum pc_result err,
                                   struct pc_error *error);

/* Appends "store.policy=greedy power.depth=1". */
void pc_run_settings_text(const struct pc_override *settings, size_t count, struct pc_buffer *text);

#endif
