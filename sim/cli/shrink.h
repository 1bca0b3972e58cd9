/* Shrinking a repro to a smaller one. */
#ifndef PC_CLI_SHRINK_H
#define PC_CLI_SHRINK_H

#include "powercut/config.h"
#include "powercut/shrink.h"

/* A repro before and after. */
struct pc_shrinkage {
  uint32_t operations_before; /* up to the one that is cut */
  uint32_t operations;
  uint32_t cuts;              /* after */
  struct pc_buffer text;      /* the smaller repro; empty if the one before doesn't show its violation, or it was
                                 interrupted */
  bool complete, interrupted; /* struct pc_shrunk */
  uint32_t attempts;
};

/* `observer` as in struct pc_shrink_order. Free the text. */
enum pc_result pc_repro_shrink(const struct pc_repro *repro, const struct pc_subject *subject,
                               const struct pc_observer *observer, struct pc_shrinkage *shrinkage,
                               struct pc_error *error);

#endif
