/* The rules that look outside of the scenarios: regressions that are kept, and campaigns. */
#include <errno.h>
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "child.h"
#include "gate.h"
#include "interrupt.h"
#include "progress.h"

#define INPUT_SECONDS 30.0 /* that an input has to replay in; one takes milliseconds */

struct replays {
  struct pc_gate *gate;
  struct pc_gate_result *result;
  uint64_t inputs, bad;
  bool exhausted;
};

/* What an input came to: NULL if every invariant held. */
static const char *complaint_of(const struct pc_child_outcome *outcome) {
  if (outcome->stopped) {
    return "did not come to an end";
  }
  switch (outcome->status) {
    case 0:
      return NULL;
    case 1:
      return "violated";
    case -1:
      return "crashed";
    default:
      return "could not be replayed";
  }
}

static enum pc_result replay(struct replays *replays, const char *path, struct pc_error *error) {
  double now = pc_seconds();
  if (now >= replays->gate->deadline) {
    replays->exhausted = true;
    return PC_OK;
  }
  const char *const argv[] = {PC_THIS_COMMAND, "replay", path, NULL};
  double due = now + INPUT_SECONDS;
  const struct pc_child child = {.argv = argv,
                                 .deadline = due < replays->gate->deadline ? due : replays->gate->deadline};
  struct pc_child_outcome outcome;
  enum pc_result err = pc_child_run(&child, &outcome, error);
  if (!err && pc_interrupted()) {
    err = pc_fail(error, PC_ENVIRONMENT, "interrupted in %s: nothing was decided", path);
  }
  const char *complaint = err ? NULL : complaint_of(&outcome);
  replays->inputs++;
  if (complaint != NULL) {
    if (replays->bad++ == 0) {
      (void)snprintf(replays->result->measured, sizeof replays->result->measured, "%s %s", path, complaint);
    }
  }
  pc_child_outcome_free(&outcome);
  return err;
}

/* Documents and hidden files lie beside inputs. */
static bool is_input(const FTSENT *entry) {
  const char *name = entry->fts_name;
  size_t size = strlen(name);
  return entry->fts_info == FTS_F && name[0] != '.' && (size < 3 || strcmp(name + size - 3, ".md") != 0);
}

static int by_name(const FTSENT **a, const FTSENT **b) {
  return strcmp((*a)->fts_name, (*b)->fts_name);
}

static enum pc_result replay_all(struct replays *replays, char *folder, struct pc_error *error) {
  char *const roots[] = {folder, NULL};
  FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
  if (tree == NULL) {
    return pc_fail(error, PC_ENVIRONMENT, "%s: %s", folder, strerror(errno));
  }
  enum pc_result err = PC_OK;
  errno = 0;
  for (FTSENT *entry = fts_read(tree); !err && entry != NULL; entry = fts_read(tree)) {
    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS) {
      err = pc_fail(error, PC_ENVIRONMENT, "%s: %s", entry->fts_path, strerror(entry->fts_errno));
    } else if (is_input(entry)) {
      err = replay(replays, entry->fts_path, error);
    }
  }
  (void)fts_close(tree); /* it was only read */
  return err;
}

enum pc_result pc_gate_judge_regressions(struct pc_gate *gate, const struct pc_gate_rule *rule,
                                         struct pc_error *error) {
  struct replays replays = {.gate = gate, .result = pc_gate_add(gate, pc_gate_rule_info(rule->kind)->name, NULL, 0)};
  struct pc_gate_result *result = replays.result;
  if (result == NULL) {
    return pc_fail_memory(error);
  }
  (void)snprintf(result->required, sizeof result->required, "every input holds");
  struct stat status;
  if (stat(rule->folder, &status) != 0 || !S_ISDIR(status.st_mode)) {
    (void)snprintf(result->measured, sizeof result->measured, "there is no folder %s", rule->folder);
    return PC_OK;
  }
  enum pc_result err = replay_all(&replays, rule->folder, error);
  if (err) {
    return err;
  }
  result->bound = 0;
  result->value = (double)replays.bad;
  if (replays.bad > 0) {
    size_t size = strlen(result->measured);
    (void)snprintf(result->measured + size, sizeof result->measured - size, "; in all %" PRIu64 " of %" PRIu64,
                   replays.bad, replays.inputs);
    result->verdict = PC_FAILED;
  } else if (replays.exhausted) {
    (void)snprintf(result->measured, sizeof result->measured, "the time budget was spent after %" PRIu64 " inputs",
                   replays.inputs);
  } else if (replays.inputs == 0) {
    (void)snprintf(result->measured, sizeof result->measured, "%s holds no input", rule->folder);
  } else {
    (void)snprintf(result->measured, sizeof result->measured, "%" PRIu64 " of %" PRIu64 " hold", replays.inputs,
                   replays.inputs);
    result->verdict = PC_PASSED;
  }
  return PC_OK;
}

/* Runs git and takes what it says of these paths. `*text` is NULL where it fails; else it is the caller's. */
static enum pc_result ask_git(const struct pc_gate_rule *rule, const char *const *words, size_t count, char **text,
                              struct pc_error *error) {
  *text = NULL;
  const char **argv = calloc(count + rule->changed_count + 2, sizeof *argv);
  if (argv == NULL) {
    return pc_fail_memory(error);
  }
  for (size_t i = 0; i < count; i++) {
    argv[i] = words[i];
  }
  argv[count] = "--";
  for (size_t i = 0; i < rule->changed_count; i++) {
    argv[count + 1 + i] = rule->changed[i];
  }
  const struct pc_child child = {.argv = argv, .deadline = pc_seconds() + INPUT_SECONDS};
  struct pc_child_outcome outcome;
  enum pc_result err = pc_child_run(&child, &outcome, error);
  if (!err && outcome.found && outcome.status == 0) {
    *text = strdup(outcome.output.size == 0 ? "" : (const char *)outcome.output.data);
    err = *text == NULL ? pc_fail_memory(error) : PC_OK;
  }
  pc_child_outcome_free(&outcome);
  free(argv);
  return err;
}

/* The time of the last change of the rule's paths, as the ledger writes times; empty if it can't be told, and the
   result says why. */
static enum pc_result find_change(const struct pc_gate_rule *rule, struct pc_gate_result *result, char since[32],
                                  struct pc_error *error) {
  static const char *const dirty[] = {"git", "status", "--porcelain"};
  static const char *const newest[] = {"git", "log", "-1", "--format=%ct"};
  since[0] = '\0';
  char *changes = NULL, *commit = NULL;
  enum pc_result err = ask_git(rule, dirty, sizeof dirty / sizeof dirty[0], &changes, error);
  if (!err) {
    err = ask_git(rule, newest, sizeof newest / sizeof newest[0], &commit, error);
  }
  char *end = NULL;
  long long seconds = commit == NULL ? 0 : strtoll(commit, &end, 10);
  if (err) {
    (void)snprintf(result->measured, sizeof result->measured, "git could not be asked");
  } else if (changes == NULL || commit == NULL || end == commit) {
    (void)snprintf(result->measured, sizeof result->measured, "git doesn't know when %s changed", rule->changed[0]);
  } else if (changes[0] != '\0') {
    (void)snprintf(result->measured, sizeof result->measured, "there are changes that are not committed");
  } else {
    time_t moment = (time_t)seconds;
    struct tm parts;
    if (gmtime_r(&moment, &parts) == NULL || strftime(since, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
      since[0] = '\0';
    }
  }
  free(changes);
  free(commit);
  return err;
}

enum pc_result pc_gate_judge_fuzz(struct pc_gate *gate, const struct pc_gate_rule *rule, struct pc_error *error) {
  struct pc_gate_result *result = pc_gate_add(gate, pc_gate_rule_info(rule->kind)->name, rule->harness, 0);
  if (result == NULL) {
    return pc_fail_memory(error);
  }
  char since[32] = "";
  (void)snprintf(result->required, sizeof result->required, "at least %.0f s since the last change, without a crash",
                 rule->at_least);
  if (rule->changed_count > 0) {
    enum pc_result err = find_change(rule, result, since, error);
    if (err || since[0] == '\0') {
      return err;
    }
    (void)snprintf(result->required, sizeof result->required, "at least %.0f s since %s, without a crash",
                   rule->at_least, since);
  }
  struct pc_campaign_sum sum;
  enum pc_result err =
      pc_ledger_sum_campaigns(gate->ledger, rule->harness, since[0] == '\0' ? NULL : since, &sum, error);
  if (err) {
    return err;
  }
  result->bound = rule->at_least;
  result->value = sum.seconds;
  result->verdict = sum.seconds >= rule->at_least && sum.crashes == 0 ? PC_PASSED : PC_FAILED;
  (void)snprintf(result->measured, sizeof result->measured, "%.0f s in %" PRId64 " campaigns, %" PRId64 " crashes",
                 sum.seconds, sum.campaigns, sum.crashes);
  return PC_OK;
}
