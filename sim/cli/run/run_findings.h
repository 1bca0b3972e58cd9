/*
 * What becomes of a violation that a run finds: a row in the ledger, a repro file, a line in the summary. The first of
 * each invariant and class of the last cut is shrunk once the run has found what there is.
 */
#ifndef PC_CLI_RUN_FINDINGS_H
#define PC_CLI_RUN_FINDINGS_H

#include <stdint.h>

#include "powercut/config.h"
#include "powercut/ledger.h"
#include "subject.h"

struct pc_finding {
  bool found;
  uint64_t number;               /* of the run's violations, the first is 1 */
  struct pc_violation violation; /* its key points to `key` */
  uint8_t *key;
  char *file;                             /* of its repro; NULL if it could not be written */
  uint32_t operations_before, operations; /* of its repro, before and after it was shrunk; 0: it was not */
  struct pc_buffer shrunk;                /* what it was shrunk to, but for what it shows; empty if it was not */
};

struct pc_run_findings {
  /* set by the caller */
  const struct pc_scenario *scenario;
  const struct pc_subject *subject;
  struct pc_ledger *ledger;
  int64_t run_id;
  const char *folder; /* of the repro files */

  uint64_t count;                              /* that were handed on, each a row and a file */
  struct pc_finding first[PC_INVARIANT_COUNT]; /* of each invariant; where there is none, `found` is false */
  struct pc_error file_error; /* why a repro file could not be written: the message is empty if all were */
};

/* A struct pc_observer's `violation`; `context` is a struct pc_run_findings. A repro file that can't be written doesn't
   end the run, a row that can't be does. */
enum pc_result pc_run_findings_add(void *context, const struct pc_violation *violation, struct pc_error *error);
/* Counts one that an earlier process handed on, whose row and file are there. */
enum pc_result pc_run_findings_recall(void *context, const struct pc_violation *violation, struct pc_error *error);

/* Shrinks what is to be, for the ledger and the repro files. When `observer` says stop, what is left stays as it was
   found. */
enum pc_result pc_run_findings_shrink(struct pc_run_findings *findings, const struct pc_observer *observer,
                                      struct pc_error *error);
void pc_run_findings_free(struct pc_run_findings *findings);

/* The first invariant whose finding was shrunk to the same operations and cuts as that of this one, which may be
   itself: often it is one mistake that breaks several. */
enum pc_invariant pc_run_findings_like(const struct pc_run_findings *findings, enum pc_invariant invariant);

#endif
