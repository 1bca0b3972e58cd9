/* The guarantee table: what each configuration survives, by fault class and depth. */
#ifndef PC_CLI_GUARANTEES_H
#define PC_CLI_GUARANTEES_H

#include "powercut/config.h"
#include "powercut/explore.h"

/* One configuration: what is set but for depth and fault classes, which are rows and columns of the table. */
struct pc_guarantee_row {
  char *label;
  struct pc_guarantee cells[PC_FAULT_COUNT][PC_MAX_DEPTH];
};

/* Zero it to begin. */
struct pc_guarantee_table {
  struct pc_guarantee_row *rows;
  size_t count;
};

/* Adds what a run came to. Where several runs of a configuration tell of the same class and depth, the worst of them
   counts, and of those alike the one with the most rounds. PC_ENVIRONMENT: out of memory. */
enum pc_result pc_guarantees_add(struct pc_guarantee_table *table, const struct pc_override *settings, size_t count,
                                 const struct pc_exploration_result *result, struct pc_error *error);
/* Prints the table and what its words mean. */
enum pc_result pc_guarantees_print(const struct pc_guarantee_table *table, struct pc_error *error);
void pc_guarantees_free(struct pc_guarantee_table *table);

#endif
