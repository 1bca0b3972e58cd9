#include "attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parcel.h"
#include "powercut/shrink.h"
#include "replay.h"
#include "soak.h"
#include "trial.h"
#include "walk.h"

/* Cut paths that a search goes around because they end its process. */
#define MOST_DETOURS 4u

/* A search stops a store that hangs sooner than a run does: a wrong guess costs a chance to shrink, and what is found
   is replayed with all patience. */
#define SEARCH_PATIENCE 0.125

/* One process of an attempt. */
struct search {
  const struct pc_attempt *attempt;
  struct pc_sighting *sighting; /* the parent's */
  struct pc_crash detours[MOST_DETOURS];
  uint32_t detour_count;
};

/* What comes first on the wire. The violations, one or none, follow. */
struct message {
  struct pc_outcome outcome;
  uint64_t cuts;
  uint32_t count;
};

/* The child's side. */
struct looker {
  const struct pc_attempt *attempt;
  const struct pc_notice *notice;
  struct pc_exploration_result counts;
  uint64_t violations; /* of the counts, when they were looked at last */
  bool found;
  struct pc_parcel parcel;
};

static bool is_wanted(const struct pc_attempt *attempt, const struct pc_violation *violation) {
  return violation->invariant == attempt->invariant && (violation->path.depth > 0) == attempt->cut;
}

static enum pc_result keep_first(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct looker *looker = context;
  if (looker->parcel.count > 0 || !is_wanted(looker->attempt, violation)) {
    return PC_OK;
  }
  return pc_parcel_add(&looker->parcel, violation, error);
}

/* Whether what is looked for is among what was counted. */
static bool is_counted(const struct looker *looker) {
  const struct pc_attempt *attempt = looker->attempt;
  if (!attempt->cut) {
    return looker->counts.baseline[attempt->invariant].failures > 0;
  }
  for (size_t fault = 0; fault < PC_FAULT_COUNT; fault++) {
    for (size_t depth = 0; depth < PC_MAX_DEPTH; depth++) {
      if (looker->counts.checks[fault][depth][attempt->invariant].failures > 0) {
        return true;
      }
    }
  }
  return false;
}

/* What it was to look for so far, in cuts. */
static uint64_t tried(const struct looker *looker) {
  return looker->counts.cuts + PC_SHRINK_AFTERMATH * looker->counts.aftermaths;
}

/* The first is enough. */
static bool has_seen_enough(void *context) {
  struct looker *looker = context;
  if (looker->counts.violations != looker->violations) {
    looker->violations = looker->counts.violations;
    looker->found = looker->attempt->end == PC_END_NONE && is_counted(looker);
  }
  return looker->found || tried(looker) >= looker->attempt->most_cuts || looker->notice->stop;
}

static enum pc_result walk_rest(const struct search *search, struct pc_walk_plan *plan, struct pc_error *error) {
  const struct pc_workload *workload = search->attempt->workload;
  struct pc_walk *walk;
  enum pc_result result = pc_walk_open(&walk, plan, error);
  if (result == PC_OK) {
    pc_walk_set_crashes(walk, search->detour_count);
    result = pc_walk_operations(walk, search->attempt->first, workload->operation_count + 1, error);
    pc_walk_close(walk);
  }
  return result;
}

/* Lives the life whose cuts are listed. */
static enum pc_result live(const struct search *search, struct looker *looker, struct pc_notice *notice,
                           struct pc_error *error) {
  const struct pc_attempt *attempt = search->attempt;
  const struct pc_observer observer = {.context = looker, .violation = keep_first, .stop = has_seen_enough};
  struct pc_findings findings = {.observer = &observer, .result = &looker->counts};
  const struct pc_walk_plan plan = {.subject = attempt->subject,
                                    .workload = attempt->workload,
                                    .power = attempt->power,
                                    .findings = &findings,
                                    .notice = notice,
                                    .crashes = search->detours};
  enum pc_result result = pc_soak_live(&plan, 0, search->detour_count, error);
  pc_exploration_free(&looker->counts);
  return result;
}

/* Looks at all paths from the first operation that is to be cut on. */
static enum pc_result look(const struct search *search, struct looker *looker, struct pc_notice *notice,
                           struct pc_error *error) {
  const struct pc_attempt *attempt = search->attempt;
  const struct pc_observer observer = {.context = looker, .violation = keep_first, .stop = has_seen_enough};
  struct pc_findings findings = {.observer = &observer, .result = &looker->counts};
  struct pc_baseline baseline = {.notice = notice};
  enum pc_result result = pc_baseline_run(&baseline, attempt->subject, attempt->workload, &findings, error);
  if (result == PC_OK && attempt->cut && baseline.usable && !looker->counts.interrupted) {
    struct pc_walk_plan plan = {.subject = attempt->subject,
                                .workload = attempt->workload,
                                .power = attempt->power,
                                .baseline = &baseline,
                                .findings = &findings,
                                .notice = notice,
                                .crashes = search->detours};
    result = walk_rest(search, &plan, error);
  }
  pc_baseline_free(&baseline);
  pc_exploration_free(&looker->counts);
  return result;
}

static void take_step(void *context, const struct pc_step *step) {
  struct looker *looker = context;
  struct pc_error error;
  if (step->kind == PC_STEP_VIOLATION && step->violation->path.depth == looker->attempt->path->depth) {
    (void)keep_first(looker, step->violation, &error); /* it is not seen then */
  }
}

static enum pc_result follow(const struct pc_attempt *attempt, struct looker *looker, struct pc_notice *notice,
                             struct pc_error *error) {
  uint32_t violations = 0;
  struct pc_replay *replay = malloc(sizeof *replay);
  if (replay == NULL) {
    return pc_fail_memory(error);
  }
  *replay = (struct pc_replay){.plan = attempt->power,
                               .path = attempt->path,
                               .step = take_step,
                               .context = looker,
                               .violations = &violations,
                               .notice = notice};
  enum pc_result result = pc_replay_run(replay, attempt->subject, attempt->workload, error);
  free(replay);
  return result;
}

static void serve(const struct pc_worker_end *end, const void *context) {
  const struct search *search = context;
  struct looker looker = {.attempt = search->attempt, .notice = end->notice};
  struct message message = {.outcome.magic = PC_OUTCOME_MAGIC};
  message.outcome.result =
      search->attempt->path != NULL            ? follow(search->attempt, &looker, end->notice, &message.outcome.error)
      : search->attempt->power->listed != NULL ? live(search, &looker, end->notice, &message.outcome.error)
                                               : look(search, &looker, end->notice, &message.outcome.error);
  message.cuts = tried(&looker);
  message.count = looker.parcel.count;
  if (pc_socket_write(end->socket, &message, sizeof message)) {
    (void)pc_parcel_send(&looker.parcel, end->socket);
  }
  pc_parcel_free(&looker.parcel);
}

static enum pc_result take_violation(void *context, const struct pc_violation *violation, struct pc_error *error) {
  struct pc_sighting *sighting = context;
  (void)error;
  sighting->seen = true;
  sighting->violation = *violation;
  if (violation->has_key) {
    memcpy(sighting->key, violation->key.data, violation->key.size);
  }
  return PC_OK;
}

static enum pc_result receive(void *context, int socket, bool *whole, struct pc_error *error) {
  struct search *search = context;
  struct message message;
  *whole =
      pc_socket_read(socket, &message, sizeof message) && pc_outcome_is_sane(&message.outcome) && message.count <= 1;
  if (!*whole) {
    return PC_OK;
  }
  if (message.outcome.result == PC_BAD_INPUT && search->attempt->path == NULL) {
    return PC_OK; /* updates that are not all there may come to what the store refuses: it shows nothing */
  }
  if (message.outcome.result != PC_OK) {
    return pc_fail(error, message.outcome.result, "%s", message.outcome.error.message);
  }
  struct pc_parcel parcel = {0};
  enum pc_result result = pc_parcel_receive(&parcel, socket, message.count, whole, error);
  if (result == PC_OK && *whole) {
    const struct pc_observer observer = {.context = search->sighting, .violation = take_violation};
    struct pc_findings findings = {.observer = &observer};
    search->sighting->cuts += message.cuts;
    result = pc_parcel_hand_on(&parcel, &findings, error);
  }
  pc_parcel_free(&parcel);
  return result;
}

/* The process is gone: whether that is what was looked for, or can be gone around. */
static void see_end(struct search *search, const struct pc_trial *trial, bool *again) {
  const struct pc_attempt *attempt = search->attempt;
  struct pc_sighting *sighting = search->sighting;
  sighting->end = trial->hung ? PC_END_HANG : PC_END_CRASH;
  bool cut = trial->path.depth > 0;
  if (attempt->path != NULL) {
    sighting->seen = attempt->invariant == PC_MOUNTABLE && trial->path.depth == attempt->path->depth;
  } else {
    sighting->seen = attempt->end == sighting->end && cut == attempt->cut;
    *again = !sighting->seen && cut && attempt->invariant != PC_MOUNTABLE && search->detour_count < MOST_DETOURS;
  }
  if (sighting->seen) {
    sighting->violation = (struct pc_violation){.invariant = PC_MOUNTABLE,
                                                .operation = trial->operation,
                                                .path = trial->path,
                                                .fault = pc_cut_path_fault(&trial->path),
                                                .expected = PC_EXPECTED_START};
    (void)snprintf(sighting->violation.actual, sizeof sighting->violation.actual, "%s", trial->what);
  } else if (*again) {
    struct pc_crash *detour = &search->detours[search->detour_count++];
    *detour = (struct pc_crash){.path = trial->path, .operation = trial->operation};
    (void)snprintf(detour->what, sizeof detour->what, "%s", trial->what);
  }
}

enum pc_result pc_attempt_run(const struct pc_attempt *attempt, struct pc_sighting *sighting, struct pc_error *error) {
  struct search search = {.attempt = attempt, .sighting = sighting};
  double patience = pc_subject_patience(attempt->subject) * (attempt->path == NULL ? SEARCH_PATIENCE : 1);
  const struct pc_trial_plan plan = {
      .work = {.serve = serve, .context = &search, .patience = patience},
      .receive = receive,
      .context = &search,
      .observer = attempt->observer,
  };
  enum pc_result result;
  bool again;
  *sighting = (struct pc_sighting){0};
  do {
    struct pc_trial trial;
    again = false;
    result = pc_trial_run(&plan, &trial, error);
    if (result == PC_OK && !trial.survived) {
      see_end(&search, &trial, &again);
    }
  } while (again);
  return result;
}
