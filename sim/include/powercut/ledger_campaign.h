/* Fuzzing campaigns in the ledger: how far they are, what crashed in them, and what of the engine corpora reach. Each
   call is committed, whole or not at all, when it returns. */
#ifndef POWERCUT_LEDGER_CAMPAIGN_H
#define POWERCUT_LEDGER_CAMPAIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/ledger.h"

/* A campaign of one fuzzer ("libfuzzer/sanitized") on one harness ("powerloss") begins. */
enum pc_result pc_ledger_begin_campaign(struct pc_ledger *ledger, const char *harness, const char *fuzzer,
                                        int64_t *campaign_id, struct pc_error *error);

/* How far a campaign is. None is above INT64_MAX. */
struct pc_campaign_progress {
  int64_t campaign_id;
  uint64_t second; /* since the campaign began */
  uint64_t executions, edges, corpus;
};
/* Both becomes the campaign's state and stays as what it was at that second. PC_BAD_INPUT: there is no such campaign.
 */
enum pc_result pc_ledger_note_progress(struct pc_ledger *ledger, const struct pc_campaign_progress *progress,
                                       struct pc_error *error);

struct pc_crash {
  int64_t campaign_id;
  const char *signature; /* equal for crashes of one cause */
  struct pc_bytes input;
  struct pc_bytes minimized; /* of size 0: it was not minimized */
};
/* `*is_new`: no campaign of the same harness had that signature before. Of one signature a campaign keeps the first
   crash. PC_BAD_INPUT: there is no such campaign. */
enum pc_result pc_ledger_add_crash(struct pc_ledger *ledger, const struct pc_crash *crash, bool *is_new,
                                   struct pc_error *error);

/* What a corpus reaches of a file. */
struct pc_coverage_counts {
  const char *file;                                          /* "src/put.c", or "total" */
  uint64_t lines, lines_reached, branches, branches_reached; /* reached is at most what there is */
};
struct pc_corpus_coverage {
  const char *measured_at; /* the same for all that was measured together, as the ledger writes times */
  const char *harness;     /* "all": the corpora of all harnesses */
  uint64_t inputs;
  const struct pc_coverage_counts *files;
  size_t file_count;
};
enum pc_result pc_ledger_add_coverage(struct pc_ledger *ledger, const struct pc_corpus_coverage *coverage,
                                      struct pc_error *error);

#endif
