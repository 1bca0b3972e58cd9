/*
 * What takes many cuts, far from each other: the life that led there is written down as a list of operations and of
 * cuts in them, which is made shorter as a whole.
 */
#include <stdlib.h>

#include "replay.h"
#include "shrinking.h"
#include "soak.h"
#include "trial.h"

/* Variants of a class that are tried in place of a cut's own. */
#define FEW_VARIANTS 4u

struct writing {
  const struct pc_shrink_order *order;
  struct pc_life *life;
  /* Of an aftermath: */
  const struct pc_workload *workload;
  const struct pc_power_plan *plan;
  const struct pc_cut_path *path;
};

static void write_down(const struct pc_worker_end *end, const void *context) {
  const struct writing *writing = context;
  const struct pc_shrink_order *order = writing->order;
  const struct pc_observer observer = {0};
  struct pc_exploration_result *counts = calloc(1, sizeof *counts);
  struct pc_findings *findings = calloc(1, sizeof *findings);
  if (counts != NULL && findings != NULL) {
    findings->observer = &observer;
    findings->result = counts;
    const struct pc_walk_plan plan = {.subject = order->subject,
                                      .workload = order->workload,
                                      .power = order->plan,
                                      .findings = findings,
                                      .notice = end->notice};
    struct pc_soak_replay replay = {.life = writing->life};
    struct pc_error error;
    (void)pc_soak_follow(&plan, order->path, &replay, &error); /* else too little was written down to show anything */
  }
  free(findings);
  free(counts);
  (void)pc_socket_write(end->socket, "", 1);
}

static void write_down_aftermath(const struct pc_worker_end *end, const void *context) {
  const struct writing *writing = context;
  struct pc_replay *replay = malloc(sizeof *replay);
  if (replay != NULL) {
    uint32_t violations = 0;
    struct pc_error error;
    *replay = (struct pc_replay){.plan = writing->plan,
                                 .path = writing->path,
                                 .violations = &violations,
                                 .notice = end->notice,
                                 .life = writing->life};
    (void)pc_replay_run(replay, writing->order->subject, writing->workload, &error);
    free(replay);
  }
  (void)pc_socket_write(end->socket, "", 1);
}

static enum pc_result receive_end(void *context, int socket, bool *whole, struct pc_error *error) {
  char byte;
  (void)context;
  (void)error;
  *whole = pc_socket_read(socket, &byte, 1);
  return PC_OK;
}

/* The drafts, which are empty, become the life, whose operations are on the keys of the workload. */
static enum pc_result begin(struct pc_shrinking *shrinking, const struct pc_workload *workload,
                            struct pc_error *error) {
  struct pc_life *life = shrinking->life;
  struct pc_workload lived = *workload;
  struct pc_draft *const drafts[] = {&shrinking->draft, &shrinking->candidate};
  enum pc_result result = PC_OK;
  lived.operations = life->operations;
  lived.operation_count = life->operation_count;
  for (size_t i = 0; result == PC_OK && i < sizeof drafts / sizeof drafts[0]; i++) {
    result = pc_draft_open(drafts[i], &lived, error);
    if (result == PC_OK) {
      result = pc_draft_list(drafts[i], life->cuts, life->cut_count, error);
    }
  }
  return result;
}

/* Tries the life, which ended like the trial. */
static enum pc_result try_life(struct pc_shrinking *shrinking, const struct pc_workload *workload,
                               const struct pc_trial *trial, bool *seen, struct pc_error *error) {
  shrinking->sighting.end = trial->survived ? PC_END_NONE : trial->hung ? PC_END_HANG : PC_END_CRASH;
  shrinking->whole.cuts = PC_CUTS_SOAK;
  shrinking->whole.depth = 1;
  shrinking->whole.aftermath = 0;
  enum pc_result result = begin(shrinking, workload, error);
  return result == PC_OK ? pc_shrinking_try(shrinking, &shrinking->whole, seen, error) : result;
}

enum pc_result pc_shrink_see_life(struct pc_shrinking *shrinking, struct pc_error *error) {
  const struct pc_shrink_order *order = shrinking->order;
  enum pc_result result = pc_life_open(&shrinking->life, error);
  if (result != PC_OK) {
    return result;
  }
  struct writing writing = {.order = order, .life = shrinking->life};
  const struct pc_trial_plan plan = {
      .work = {.serve = write_down, .context = &writing, .patience = pc_subject_patience(order->subject)},
      .receive = receive_end,
      .observer = order->observer,
  };
  struct pc_trial trial;
  result = pc_trial_run(&plan, &trial, error);
  if (result != PC_OK || shrinking->life->too_long || shrinking->life->cut_count == 0) {
    return result;
  }
  bool seen = false;
  pc_draft_free(&shrinking->draft);
  pc_draft_free(&shrinking->candidate);
  return try_life(shrinking, order->workload, &trial, &seen, error);
}

static enum pc_result live_aftermath(struct pc_shrinking *shrinking, const struct pc_workload *workload, bool *seen,
                                     struct pc_error *error) {
  const struct pc_shrink_order *order = shrinking->order;
  const struct pc_power_plan plan = pc_shrinking_plan(shrinking);
  struct writing writing = {.order = order,
                            .life = shrinking->life,
                            .workload = workload,
                            .plan = &plan,
                            .path = &shrinking->sighting.violation.path};
  const struct pc_trial_plan trial_plan = {
      .work = {.serve = write_down_aftermath, .context = &writing, .patience = pc_subject_patience(order->subject)},
      .receive = receive_end,
      .observer = order->observer,
  };
  struct pc_trial trial;
  enum pc_result result = pc_trial_run(&trial_plan, &trial, error);
  if (result != PC_OK || shrinking->life->too_long || shrinking->life->cut_count == 0) {
    return result;
  }
  return try_life(shrinking, workload, &trial, seen, error);
}

enum pc_result pc_shrink_aftermath(struct pc_shrinking *shrinking, struct pc_error *error) {
  const struct pc_shrinking before = *shrinking;
  struct pc_workload workload = {0};
  bool seen = false;
  if (shrinking->order->workload->initial_count > 0) {
    return PC_OK; /* what is on the image goes by the numbers of other keys */
  }
  enum pc_result result = pc_draft_build(&shrinking->draft, &workload, error);
  if (result == PC_OK) {
    result = pc_life_open(&shrinking->life, error);
  }
  if (result == PC_OK) {
    shrinking->draft = (struct pc_draft){0};
    shrinking->candidate = (struct pc_draft){0};
    result = live_aftermath(shrinking, &workload, &seen, error);
  }
  struct pc_shrinking left = seen ? before : *shrinking; /* whose drafts aren't needed any more */
  if (!seen) {
    left = *shrinking;
    *shrinking = before;
    shrinking->life = left.life;
    shrinking->attempts = left.attempts;
    shrinking->cuts = left.cuts;
    shrinking->interrupted = left.interrupted;
  }
  pc_draft_free(&left.draft);
  pc_draft_free(&left.candidate);
  pc_workload_free(&workload);
  return result == PC_OK && seen ? pc_shrink_life(shrinking, error) : result;
}

/* Tries to leave out each run of `size` cuts, the last ones first. */
static enum pc_result drop_cuts(struct pc_shrinking *shrinking, uint32_t size, struct pc_error *error) {
  enum pc_result result = PC_OK;
  for (uint32_t end = shrinking->draft.cut_count; result == PC_OK && end > 0 && !pc_shrinking_is_over(shrinking);) {
    uint32_t first = end > size ? end - size : 0;
    bool seen;
    pc_draft_drop_cuts(&shrinking->candidate, first, end);
    result = pc_shrinking_try(shrinking, &shrinking->search, &seen, error);
    end = first;
  }
  return result;
}

static enum pc_result shrink_cuts(struct pc_shrinking *shrinking, struct pc_error *error) {
  enum pc_result result = PC_OK;
  uint32_t before = 0;
  for (uint32_t size = shrinking->draft.cut_count / 2; result == PC_OK && size > 1; size /= 2) {
    result = drop_cuts(shrinking, size, error);
  }
  while (result == PC_OK && shrinking->draft.cut_count != before) {
    before = shrinking->draft.cut_count;
    result = drop_cuts(shrinking, 1, error);
  }
  return result;
}

static enum pc_result try_cut(struct pc_shrinking *shrinking, uint32_t index, const struct pc_cut *cut, bool *seen,
                              struct pc_error *error) {
  shrinking->candidate.cuts[index].cut = *cut;
  shrinking->candidate.cuts[index].seed = 0;
  return pc_shrinking_try(shrinking, &shrinking->search, seen, error);
}

/* The lowest class and variant that does, and then the first flash operation. */
static enum pc_result simplify_cut(struct pc_shrinking *shrinking, uint32_t index, struct pc_error *error) {
  const struct pc_cut found = shrinking->draft.cuts[index].cut;
  enum pc_result result = PC_OK;
  bool seen = false;
  for (enum pc_fault fault = 0; result == PC_OK && !seen && fault <= found.fault; fault++) {
    uint32_t variants = fault == PC_FAULT_BETWEEN_OPS ? 1 : FEW_VARIANTS;
    variants = fault == found.fault && found.variant < variants ? found.variant : variants;
    for (uint32_t i = 0; result == PC_OK && !seen && shrinking->whole.faults[fault] && i < variants; i++) {
      const struct pc_cut cut = {.flash_operation = found.flash_operation, .fault = fault, .variant = i};
      result = try_cut(shrinking, index, &cut, &seen, error);
    }
  }
  if (result == PC_OK && !seen && shrinking->draft.cuts[index].seed != 0) {
    result = try_cut(shrinking, index, &found, &seen, error);
  }
  seen = false;
  for (uint32_t place = 0; result == PC_OK && !seen && place < found.flash_operation;
       place = place == 0 ? (found.flash_operation + 1) / 2 : found.flash_operation) {
    struct pc_cut cut = shrinking->draft.cuts[index].cut;
    cut.flash_operation = place;
    result = try_cut(shrinking, index, &cut, &seen, error);
  }
  return result;
}

static enum pc_result shrink_list(struct pc_shrinking *shrinking, struct pc_error *error) {
  enum pc_result result = pc_shrink_operations(shrinking, error);
  if (result == PC_OK) {
    result = shrink_cuts(shrinking, error);
  }
  if (result == PC_OK) {
    result = pc_shrink_to_puts(shrinking, error);
  }
  if (result == PC_OK) {
    result = pc_shrink_operations(shrinking, error); /* those that a cut or maintenance needed */
  }
  for (uint32_t i = 0; result == PC_OK && i < shrinking->draft.cut_count && !pc_shrinking_is_over(shrinking); i++) {
    result = simplify_cut(shrinking, i, error);
  }
  return result;
}

/* Whether the power is cut in the last operation alone, and in the recoveries from that. */
static bool is_path(const struct pc_draft *draft) {
  bool last = draft->cut_count <= PC_MAX_DEPTH;
  for (uint32_t i = 0; i < draft->cut_count; i++) {
    last = last && draft->cuts[i].operation + 1 == draft->count;
  }
  return last;
}

static void set_list(struct pc_draft *draft, struct pc_listed_cut *cuts, uint32_t count) {
  draft->cuts = cuts;
  draft->cut_count = count;
}

/* Such a life is a workload and a cut path, which is found like any other. */
static enum pc_result shrink_to_path(struct pc_shrinking *shrinking, struct pc_error *error) {
  struct pc_listed_cut *cuts = shrinking->draft.cuts, *others = shrinking->candidate.cuts;
  const uint32_t count = shrinking->draft.cut_count;
  const struct pc_power_plan whole = shrinking->whole;
  const struct pc_cut_path found = shrinking->sighting.violation.path;
  struct pc_cut_path *path = &shrinking->sighting.violation.path;
  bool seen = false;
  *path = (struct pc_cut_path){.depth = count};
  for (uint32_t i = 0; i < count; i++) {
    path->cuts[i] = cuts[i].cut;
  }
  set_list(&shrinking->draft, NULL, 0);
  set_list(&shrinking->candidate, NULL, 0);
  shrinking->whole.cuts = PC_CUTS_EVERY_WRITE;
  shrinking->search.aftermath = 0;
  enum pc_result result = pc_shrink_path(shrinking, &seen, error);
  if (seen) {
    free(cuts);
    free(others);
    return result;
  }
  set_list(&shrinking->draft, cuts, count);
  set_list(&shrinking->candidate, others, count);
  shrinking->whole = whole;
  *path = found;
  return result;
}

enum pc_result pc_shrink_life(struct pc_shrinking *shrinking, struct pc_error *error) {
  shrinking->search = shrinking->whole;
  enum pc_result result = pc_shrink_rest(shrinking, error);
  if (result == PC_OK) {
    result = shrink_list(shrinking, error);
  }
  if (result == PC_OK && shrinking->long_values == NULL) {
    result = pc_shrink_by_growing(shrinking, error);
  }
  if (result == PC_OK) {
    result = pc_shrink_texts(shrinking, error);
  }
  if (result == PC_OK) {
    result = shrink_list(shrinking, error);
  }
  if (result == PC_OK) {
    result = pc_shrink_rest(shrinking, error);
  }
  return result == PC_OK && is_path(&shrinking->draft) ? shrink_to_path(shrinking, error) : result;
}
