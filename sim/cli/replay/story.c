#include "story.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hexdump.h"
#include "output.h"

#define PROGRAM_LINES 16u /* of a program's hexdump */
#define ERASE_LINES 4u    /* of an erase's: all of them end as ones */
#define VALUE_BYTES 32u   /* of a put's value */

void pc_story_find(void *context, const struct pc_step *step) {
  struct pc_story_place *place = context;
  bool violated = step->kind == PC_STEP_VIOLATION;
  /* After a cut all steps are of the operation that was cut. */
  if (!place->violated && step->kind == PC_STEP_CALL) {
    place->calls = (place->phase == step->phase ? place->calls : 0) + (step->call->kind == PC_CALLED_GET ? 0 : 1);
    place->phase = step->phase;
  } else if (!place->violated && !violated && step->phase == PC_PHASE_STORY && step->kind != PC_STEP_RECOVERED) {
    place->phase = PC_PHASE_STORY;
    place->calls = 0;
  }
  if (violated || !place->violated) {
    place->violated = violated;
    place->operation = step->operation;
  }
}

void pc_story_print(struct pc_buffer *text) {
  struct pc_error error;
  if (pc_output_buffer(stdout, text, &error) != PC_OK) {
    (void)pc_output_error(PC_ENVIRONMENT, &error);
  }
}

static void tell_skipped(struct pc_story *story) {
  if (!story->told_skipped && story->from > 0) {
    (void)printf("operations 0 to %u: %u flash operations, %u violations (--all shows them)\n", story->from - 1,
                 story->skipped_flash_operations, story->skipped_violations);
  }
  story->told_skipped = true;
}

static void tell_operation(const struct pc_story *story, uint32_t index) {
  const struct pc_operation *operation = &story->workload->operations[index];
  struct pc_buffer text = {0};
  pc_buffer_print(&text, "operation %u: ", index);
  if (operation->kind == PC_PUT) { /* of a long value, the beginning is enough */
    pc_buffer_print(&text, "%s ", pc_operation_name(operation->kind));
    pc_buffer_key(&text, story->workload->keys[operation->key]);
    pc_buffer_append(&text, " ", 1);
    pc_buffer_value(&text, operation->value, VALUE_BYTES);
    pc_buffer_append(&text, "\n", 1);
  } else {
    pc_trace_write(story->workload, index, index + 1, &text);
  }
  pc_story_print(&text);
}

static uint64_t count_cells(const uint8_t *cells, uint32_t size) {
  uint64_t count = 0;
  for (uint32_t i = 0; cells != NULL && i < size; i++) {
    count += (uint64_t)__builtin_popcount(cells[i]);
  }
  return count;
}

static void tell_weak(const struct pc_flash_operation *flash) {
  static const char *const ways[] = {
      [PC_FIRM] = "",
      [PC_WEAK_NOISY] = "anew each time",
      [PC_WEAK_ERASED_FIRST] = "as erased at first, later as programmed",
      [PC_WEAK_PROGRAMMED_FIRST] = "as programmed at first, later as erased",
  };
  uint64_t cells = count_cells(flash->weak, flash->size);
  if (cells > 0) {
    (void)printf("    It left %" PRIu64 " cells metastable, shown as erased: they read %s.\n", cells,
                 ways[flash->weakness]);
  }
}

/* Damage, and check bits. */
static void tell_damage(const struct pc_flash_operation *flash, uint32_t ecc_word) {
  uint32_t wrong = 0;
  for (size_t word = 0; flash->syndromes != NULL && word < flash->size / ecc_word; word++) {
    wrong += (flash->syndromes[2 * word] | flash->syndromes[2 * word + 1]) != 0;
  }
  if (wrong > 0) {
    (void)printf("    It left %u ECC words whose check bits are not those of their data.\n", wrong);
  }
  if (count_cells(flash->spoilt, flash->size) > 0) {
    (void)printf("    It changed %" PRIu64 " cells that it has no business with.\n",
                 count_cells(flash->spoilt, flash->size));
  }
  if (count_cells(flash->stuck, flash->size) > 0) {
    (void)printf("    It left %" PRIu64 " cells stuck as they are.\n", count_cells(flash->stuck, flash->size));
  }
}

/* What the tear left, in words. */
static void tell_tear(const struct pc_story *story, const struct pc_flash_operation *flash, const struct pc_cut *cut) {
  const struct pc_fault_class *class = pc_fault_class(cut->fault);
  struct pc_change_count left = pc_change_count(flash, story->flip);
  (void)printf("    POWER LOST in it: %s (%s), variant %u\n", class->name, class->summary, cut->variant);
  tell_weak(flash);
  tell_damage(flash, story->ecc_word);
  if (left.bytes == 0 && flash->weak == NULL && flash->syndromes == NULL) {
    (void)printf("    Nothing of it reached the flash.\n");
  } else if (left.bytes > 0) {
    (void)printf("    It left %" PRIu64 " of its %u bytes changed: %" PRIu64 " bits cleared, %" PRIu64 " bits set.\n",
                 left.bytes, flash->size, left.cleared, left.set);
  }
}

static void tell_flash_operation(const struct pc_story *story, const struct pc_step *step) {
  static const char *const kinds[] = {
      [PC_PROGRAM] = "program", [PC_ERASE] = "erase", [PC_ROT] = "instead of it, rot at"};
  const struct pc_flash_operation *flash = step->flash;
  bool erase = flash->kind == PC_ERASE;
  (void)printf("  flash operation %u: %s 0x%06x, %u byte%s, sector %u%s\n", step->flash_operation, kinds[flash->kind],
               flash->address, flash->size, flash->size == 1 ? "" : "s", flash->address / story->sector_size,
               flash->failed    ? ": it answered an ERROR"
               : flash->ignored ? ": it answered OK, and did NOT DO all of it"
                                : "");
  if (step->cut != NULL) {
    tell_tear(story, flash, step->cut);
  } else if (memcmp(flash->before, flash->after, flash->size) == 0) {
    (void)printf("      (it changed nothing)\n");
  }
  pc_hexdump_change(stdout, flash, story->flip, story->all ? PC_ALL_LINES : erase ? ERASE_LINES : PROGRAM_LINES);
}

static void tell_start(const struct pc_story *story, const struct pc_step *step) {
  if (step->depth > 0) {
    if (step->depth == 1 && step->operation >= story->workload->operation_count) {
      (void)printf("POWER LOST after the last operation\n");
    }
    (void)printf("recovery %u: the store starts on what is on flash\n", step->depth);
  } else if (step->operation == 0) {
    (void)printf("start: the store starts on %s\n", story->has_image ? "the image" : "blank flash");
  } else {
    (void)printf("start: the power was off and on after the last operation\n");
  }
}

static void tell_violation(const struct pc_violation *violation) {
  const struct pc_invariant_info *info = pc_invariant_info(violation->invariant);
  struct pc_buffer text = {0};
  pc_buffer_print(&text, "VIOLATED %s: %s\n", info->name, info->summary);
  if (violation->has_key) {
    pc_buffer_print(&text, "  key       ");
    pc_buffer_key(&text, violation->key);
    pc_buffer_append(&text, "\n", 1);
  }
  pc_buffer_print(&text, "  expected  ");
  pc_buffer_text(&text, violation->expected);
  pc_buffer_print(&text, "\n  actual    ");
  pc_buffer_text(&text, violation->actual);
  pc_buffer_append(&text, "\n", 1);
  pc_story_print(&text);
}

void pc_story_tell(void *context, const struct pc_step *step) {
  struct pc_story *story = context;
  if (step->kind == PC_STEP_VIOLATION) {
    story->failed[step->violation->invariant] = true;
  }
  if (step->depth == 0 && step->cut == NULL && step->operation < story->from) {
    story->skipped_flash_operations += step->kind == PC_STEP_FLASH_OPERATION ? 1 : 0;
    story->skipped_violations += step->kind == PC_STEP_VIOLATION ? 1 : 0;
    return;
  }
  tell_skipped(story);
  switch (step->kind) {
    case PC_STEP_OPERATION:
      tell_operation(story, step->operation);
      break;
    case PC_STEP_START:
      tell_start(story, step);
      break;
    case PC_STEP_FLASH_OPERATION:
      if (pc_story_tells_flash(story, step)) {
        pc_story_tell_reads(story);
        tell_flash_operation(story, step);
      }
      break;
    case PC_STEP_CALL:
      pc_story_tell_call(story, step);
      break;
    case PC_STEP_RECOVERED:
      break; /* what follows tells it */
    case PC_STEP_STATUS:
      (void)printf("  answered %s\n", pc_status_text(step->status));
      break;
    case PC_STEP_VIOLATION:
      pc_story_tell_reads(story);
      tell_violation(step->violation);
      break;
  }
}
