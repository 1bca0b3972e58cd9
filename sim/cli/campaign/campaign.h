/* powercut campaign: what its files share. */
#ifndef PC_CLI_CAMPAIGN_H
#define PC_CLI_CAMPAIGN_H

#include "powercut/ledger_campaign.h"

/* Records a summary as gcovr writes it (--json-summary), with the files' names from behind the first folder on.
   PC_BAD_INPUT: it can't be read, or is none. `coverage` has all but the files. */
enum pc_result pc_campaign_record_coverage(struct pc_ledger *ledger, struct pc_corpus_coverage *coverage,
                                           const char *path, struct pc_error *error);
/* Reads it and leaves it at that. */
enum pc_result pc_campaign_check_coverage(const char *path, struct pc_error *error);

#endif
