/* A replay for people: the story, told twice over so that only what is near the cut is told in full. */
#include <inttypes.h>
#include <stdio.h>

#include "output.h"
#include "replay.h"
#include "story.h"

#define OPERATIONS_BEFORE 2u /* that are told in full before the one that was cut */

/* A repro that is replayed. */
struct replay {
  const struct pc_repro *repro;
  const struct pc_subject *subject;
  struct pc_story story;
  uint32_t violations;
};

static enum pc_result replay_with(struct replay *replay, void (*step)(void *context, const struct pc_step *step),
                                  void *context, struct pc_error *error) {
  const struct pc_repro *repro = replay->repro;
  return pc_replay(replay->subject, &repro->scenario.workload, &repro->scenario.plan, &repro->path, step, context,
                   &replay->violations, error);
}

/* Of a soak: "after 3 cuts, in operations 2, 3 and 6". */
static void print_life(const struct pc_repro *repro, struct pc_buffer *text) {
  const struct pc_power_plan *plan = &repro->scenario.plan;
  if (plan->listed == NULL) {
    pc_buffer_print(text, ", after cut %u of life %u of a soak", repro->path.number, repro->path.life);
    return;
  }
  pc_buffer_print(text, ", after %u cut%s, in operation%s", plan->count, plan->count == 1 ? "" : "s",
                  plan->count == 1 ? "" : "s");
  for (uint32_t i = 0; i < plan->count; i++) {
    pc_buffer_print(text, "%s %u", i == 0 ? "" : i + 1 < plan->count ? "," : " and", plan->listed[i].operation);
  }
}

static enum pc_result print_heading(const struct replay *replay, struct pc_error *error) {
  const struct pc_repro *repro = replay->repro;
  struct pc_buffer text = {0};
  pc_buffer_text(&text, repro->scenario.name);
  pc_buffer_print(&text, "\n  device  ");
  pc_subject_device(replay->subject, &text);
  pc_buffer_print(&text, "\n  store   ");
  pc_subject_store(replay->subject, &text);
  pc_buffer_print(&text, "\n  seed    %" PRIu64 "\n  shows   %s", repro->scenario.plan.seed,
                  pc_invariant_info(repro->invariant)->name);
  if (repro->path.life > 0) {
    print_life(repro, &text);
  }
  for (uint32_t i = 0; repro->path.life == 0 && i < repro->path.depth; i++) {
    const struct pc_cut *cut = &repro->path.cuts[i];
    pc_buffer_print(&text, "%s flash operation %u%s (%s, variant %u)", i == 0 ? ", cut in" : ", then in",
                    cut->flash_operation, i == 0 ? "" : " of the recovery", pc_fault_class(cut->fault)->name,
                    cut->variant);
  }
  pc_buffer_print(&text, "%s\n\n", repro->path.depth == 0 ? ", without a cut" : "");
  return pc_output_buffer(stdout, &text, error);
}

static void print_verdict(const struct replay *replay) {
  enum pc_invariant recorded = replay->repro->invariant;
  const bool *failed = replay->story.failed;
  const char *name = pc_invariant_info(recorded)->name;
  if (replay->violations == 0) {
    (void)printf("\nHELD: every invariant. The violation of %s that was recorded does not show.\n", name);
    return;
  }
  (void)printf("\nVIOLATED:");
  for (size_t i = 0; i < PC_INVARIANT_COUNT; i++) {
    if (failed[i]) {
      (void)printf(" %s", pc_invariant_info((enum pc_invariant)i)->name);
    }
  }
  (void)printf("%s%s\n", failed[recorded] ? ", as was recorded" : "; what was recorded is ",
               failed[recorded] ? "" : name);
}

/* Replays twice: to find the place of the cut, then to tell of what is near. */
static enum pc_result tell(struct replay *replay, bool all, struct pc_error *error) {
  struct pc_story_place place = {0};
  enum pc_result err = replay_with(replay, pc_story_find, &place, error);
  if (err) {
    return err;
  }
  bool listed = replay->repro->scenario.plan.listed != NULL; /* what led there is all that there is */
  replay->story = (struct pc_story){
      .workload = &replay->repro->scenario.workload,
      .sector_size = replay->repro->scenario.profile.sector_size,
      .ecc_word = replay->repro->scenario.profile.ecc_word,
      .flip = pc_profile_flip(&replay->repro->scenario.profile),
      .from = all || listed || place.operation < OPERATIONS_BEFORE ? 0 : place.operation - OPERATIONS_BEFORE,
      .all = all,
      .violated_in = place.violated ? place.phase : PC_PHASE_STORY,
      .calls_in_all = place.calls,
      .has_image = replay->repro->scenario.image != NULL,
  };
  err = print_heading(replay, error);
  if (!err) {
    err = replay_with(replay, pc_story_tell, &replay->story, error);
  }
  if (!err) {
    print_verdict(replay);
  }
  return err;
}

enum pc_result pc_replay_tell_repro(const struct pc_repro *repro, const struct pc_subject *subject, bool all,
                                    bool *violated, struct pc_error *error) {
  struct replay replay = {.repro = repro, .subject = subject};
  enum pc_result err = tell(&replay, all, error);
  *violated = replay.violations > 0;
  return err;
}
