/* What the gate and the report read of a ledger, and the decisions that the gate keeps in it. */
#ifndef POWERCUT_LEDGER_GATE_H
#define POWERCUT_LEDGER_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/ledger.h"
#include "powercut/query.h"

/* Opens a database that is to have results. PC_BAD_INPUT, besides what pc_ledger_open says: there is no such file, or
   it holds no run, no campaign and no decision. */
enum pc_result pc_ledger_open_filled(struct pc_ledger **ledger, const char *path, struct pc_error *error);

/* Which runs are asked for: NULL is any. */
struct pc_run_key {
  const char *scenario, *device, *store, *version;
  const char *preferred_store; /* NULL: none; else runs of this store come before newer ones of others */
};

/* The newest finished run that is a whole exploration; `*run_id` is 0 where there is none. */
enum pc_result pc_ledger_newest_run(struct pc_ledger *ledger, const struct pc_run_key *key, int64_t *run_id,
                                    struct pc_error *error);

/* What the gate judges of a run. Figures that are not known are NAN. */
struct pc_run_facts {
  int64_t run_id;
  bool finished;
  char *scenario, *device, *store; /* freed with pc_run_facts_free */
  char *settings;                  /* what is set differently in its group: "store.policy=greedy"; empty: nothing */
  int64_t seed, operations;        /* operations is -1 where it is not known */
  double recoveries;
  double wear_spread; /* erases of the most erased sector for each erase of the mean one, 1 or more */
  double write_amplification;
  double put_ms; /* the worst put, by the part's maximum times */
};
/* PC_ENVIRONMENT also where there is no such run. */
enum pc_result pc_ledger_read_run(struct pc_ledger *ledger, int64_t run_id, struct pc_run_facts *facts,
                                  struct pc_error *error);
void pc_run_facts_free(struct pc_run_facts *facts);

/* The runs that were made together with this one, in order; `*run_ids` is the caller's to free. */
enum pc_result pc_ledger_read_group(struct pc_ledger *ledger, int64_t run_id, int64_t **run_ids, size_t *count,
                                    struct pc_error *error);

/* A run's checks in sum, by the fault class of the last cut ("none": the power stayed on) and depth: rows of fault,
   depth, checks, failures. */
enum pc_result pc_ledger_read_checks(struct pc_ledger *ledger, int64_t run_id, pc_row_function function, void *context,
                                     struct pc_error *error);

/* Campaigns that began at `since` or later, in sum. */
struct pc_campaign_sum {
  int64_t campaigns, crashes;
  double seconds;
};
/* `harness` may be NULL for any, `since` (as the ledger writes times) for all. */
enum pc_result pc_ledger_sum_campaigns(struct pc_ledger *ledger, const char *harness, const char *since,
                                       struct pc_campaign_sum *sum, struct pc_error *error);

enum pc_verdict { PC_PASSED, PC_FAILED, PC_NOT_EVALUATED };
const char *pc_verdict_name(enum pc_verdict verdict); /* as in the ledger: "not evaluated" */

struct pc_gate_result {
  const char *rule;
  char *scenario; /* NULL: the rule is of none */
  int64_t run_id; /* 0: none */
  enum pc_verdict verdict;
  double bound, value; /* NAN: there is no number */
  char required[256], measured[512];
};

struct pc_gate_decision {
  const char *policy, *baseline; /* baseline may be NULL */
  const char *version, *command;
  double seconds;
  const struct pc_gate_result *results;
  size_t result_count;
};

/* Keeps a decision, whole or not at all. */
enum pc_result pc_ledger_add_gate(struct pc_ledger *ledger, const struct pc_gate_decision *decision, int64_t *gate_id,
                                  struct pc_error *error);

#endif
