/* What the store was asked after the last recovery: by the checks, and in an aftermath. */
#include <stdio.h>

#include "output.h"
#include "story.h"

#define CALLS_BEFORE 12u /* of an aftermath, that are told before the one that failed */
#define VALUE_BYTES 16u  /* of a put's value */

/* Whether this is where the violation came to light. */
static bool is_told(const struct pc_story *story, const struct pc_step *step) {
  return story->violated_in == step->phase &&
         (story->all || step->phase == PC_PHASE_CHECK || story->calls + CALLS_BEFORE >= story->calls_in_all);
}

static void add_call(struct pc_buffer *text, const struct pc_target_call *call) {
  static const char *const levels[] = {
      [PC_MAINTAIN_PARTIAL] = "partial", [PC_MAINTAIN_FULL] = "full", [PC_MAINTAIN_HEAVY] = "heavy"};
  switch (call->kind) {
    case PC_CALLED_START:
      pc_buffer_print(text, "the store starts again");
      break;
    case PC_CALLED_PUT:
      pc_buffer_print(text, "put ");
      pc_buffer_key(text, call->key);
      pc_buffer_print(text, " ");
      pc_buffer_value(text, call->value, VALUE_BYTES);
      break;
    case PC_CALLED_REMOVE:
      pc_buffer_print(text, "delete ");
      pc_buffer_key(text, call->key);
      break;
    case PC_CALLED_MAINTAIN:
      pc_buffer_print(text, "maintain %s", levels[call->level]);
      break;
    case PC_CALLED_GET:
      break;
  }
  pc_buffer_print(text, ": answered %s\n", pc_status_text(call->status));
}

static void tell_begin(struct pc_story *story, enum pc_step_phase phase) {
  if (story->began_phase == phase) {
    return;
  }
  story->began_phase = phase;
  (void)printf(phase == PC_PHASE_CHECK ? "the checks:\n" : "the aftermath: the store goes on from there\n");
}

void pc_story_tell_reads(struct pc_story *story) {
  if (story->reads > 0) {
    (void)printf("  %u key%s read\n", story->reads, story->reads == 1 ? " is" : "s are");
  }
  story->reads = 0;
}

void pc_story_tell_call(struct pc_story *story, const struct pc_step *step) {
  bool reads = step->call->kind == PC_CALLED_GET; /* of no interest one by one, in an aftermath of none at all */
  story->calls += reads ? 0 : 1;
  if (story->violated_in != step->phase) {
    story->calls = 0;
    return;
  }
  tell_begin(story, step->phase);
  if (reads) {
    story->reads += step->phase == PC_PHASE_CHECK ? 1 : 0;
    return;
  }
  if (!is_told(story, step)) {
    story->untold++;
    return;
  }
  if (story->untold > 0) {
    (void)printf("  (%u calls before that; --all tells them)\n", story->untold);
    story->untold = 0;
  }
  pc_story_tell_reads(story);
  struct pc_buffer text = {0};
  if (step->phase == PC_PHASE_AFTERMATH) {
    pc_buffer_print(&text, "  %u. ", story->calls);
  } else {
    pc_buffer_print(&text, "  ");
  }
  add_call(&text, step->call);
  pc_story_print(&text);
}

bool pc_story_tells_flash(const struct pc_story *story, const struct pc_step *step) {
  if (step->phase == PC_PHASE_STORY) {
    return true;
  }
  bool last = step->phase == PC_PHASE_CHECK || story->calls == story->calls_in_all;
  return is_told(story, step) && (story->all || step->cut != NULL || last);
}
