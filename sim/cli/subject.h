/* A scenario's store, found, loaded and asked whether it takes its setup: what is explored or replayed. */
#ifndef PC_CLI_SUBJECT_H
#define PC_CLI_SUBJECT_H

#include "powercut/bytes.h"
#include "powercut/config.h"
#include "powercut/stores.h"

struct pc_opened_subject {
  struct pc_subject subject; /* points into the scenario and the rest of this */
  struct pc_plugin *plugin;  /* NULL for a store that is built in */
  struct pc_parameter *parameters;
  struct pc_store_promises promises;
};

/* The scenario must stay valid; its workload begins with what is on its image from then on. PC_BAD_INPUT: no such store
   (file, line and the nearest known), a parameter it doesn't take, a setup it refuses or that it falls over. On failure
   nothing is left to free. */
enum pc_result pc_subject_open(struct pc_opened_subject *opened, struct pc_scenario *scenario, struct pc_error *error);
void pc_subject_close(struct pc_opened_subject *opened);

/* Appends "w25q128jv x 16". */
void pc_subject_device(const struct pc_subject *subject, struct pc_buffer *text);
/* Appends the store's name and the parameters that differ from their fallbacks: "norkv redundancy=2". */
void pc_subject_store(const struct pc_subject *subject, struct pc_buffer *text);

#endif
