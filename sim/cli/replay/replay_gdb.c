/*
 * A replay in gdb. gdb runs this command again, which replays in its own process and calls the three functions below
 * where there is something to see; the script that gdb gets breaks there and goes on to the store's own code.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "output.h"
#include "replay.h"
#include "story.h"

/* In the frame above that of pc_debug_cut is the flash port, and above that the store. */
static const char script[] =
    "set breakpoint pending on\n"
    "set print inferior-events off\n"
    "break pc_debug_cut\n"
    "commands\n"
    "silent\n"
    "up-silently 2\n"
    "printf \"\\npowercut: just before the cut: the store asks for the flash operation that the power fails in\\n\"\n"
    "frame\n"
    "end\n"
    "break pc_debug_between\n"
    "commands\n"
    "silent\n"
    "printf \"\\npowercut: just before the cut, and behind the operation's last flash operation; or, in a repro "
    "without "
    "a cut, just before the operation: the store is not running\\n\"\n"
    "end\n"
    "break pc_debug_recovery\n"
    "commands\n"
    "silent\n"
    "printf \"\\npowercut: just after the cut: the store starts on what is left\\n\"\n"
    "tbreak *start\n"
    "continue\n"
    "end\n"
    "run\n";

/* Kept apart and alive for the script. */
void pc_debug_cut(void);
void pc_debug_between(void);
void pc_debug_recovery(enum pc_status (*start)(void *memory, const struct pc_store_setup *setup));

__attribute__((noinline)) void pc_debug_cut(void) {
  __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) void pc_debug_between(void) {
  __asm__ volatile("nop" ::: "memory");
}

__attribute__((noinline)) void pc_debug_recovery(enum pc_status (*start)(void *memory,
                                                                         const struct pc_store_setup *setup)) {
  __asm__ volatile("" ::"r"(start) : "memory");
}

/* The script as a file that only gdb sees, by its path. */
static enum pc_result write_script(char *path, size_t size, struct pc_error *error) {
  int file = memfd_create("powercut-gdb", 0);
  if (file < 0 || write(file, script, strlen(script)) != (ssize_t)strlen(script)) {
    return pc_fail(error, PC_ENVIRONMENT, "can't write a script for gdb: %s", strerror(errno));
  }
  (void)snprintf(path, size, "/proc/self/fd/%d", file);
  return PC_OK;
}

/* gdb -q -x SCRIPT ARGUMENTS... --args POWERCUT replay --under-gdb=OPERATION FILE */
static enum pc_result run_gdb(const struct pc_gdb_call *call, uint32_t operation, struct pc_error *error) {
  char script_path[64], under[64], self[4096];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) {
    return pc_fail(error, PC_ENVIRONMENT, "can't find this command's own file: %s", strerror(errno));
  }
  self[length] = '\0';
  (void)snprintf(under, sizeof under, "--under-gdb=%u", operation);
  enum pc_result err = write_script(script_path, sizeof script_path, error);
  const char **words = calloc((size_t)call->argument_count + 12, sizeof *words);
  if (err || words == NULL) {
    free(words);
    return err ? err : pc_fail_memory(error);
  }
  const char *const before[] = {"gdb", "-q", "-x", script_path};
  const char *const after[] = {"--args", self, "replay", under, "--", call->file};
  size_t count = 0;
  for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
    words[count++] = before[i];
  }
  for (int i = 0; i < call->argument_count; i++) {
    words[count++] = call->arguments[i];
  }
  for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
    words[count++] = after[i];
  }
  (void)fflush(NULL);
  char *const *argv; /* execvp changes none of the words, whatever its type says */
  memcpy(&argv, &words, sizeof argv);
  (void)execvp("gdb", argv);
  int cause = errno;
  free(words);
  return cause == ENOENT
             ? pc_fail(error, PC_ENVIRONMENT, "gdb is not installed, or not on the PATH: on Debian, `apt install gdb'")
             : pc_fail(error, PC_ENVIRONMENT, "can't run gdb: %s", strerror(cause));
}

enum pc_result pc_replay_in_gdb(const struct pc_repro *repro, const struct pc_subject *subject,
                                const struct pc_gdb_call *call, struct pc_error *error) {
  struct pc_story_place place = {0};
  uint32_t violations;
  if (repro->path.life > 0 && repro->scenario.plan.listed == NULL) {
    return pc_fail(error, PC_BAD_INPUT,
                   "gdb can't be told where in a soak the cuts come that are drawn: make a repro that lists them, by "
                   "`powercut replay --shrink'");
  }
  enum pc_result err = pc_replay(subject, &repro->scenario.workload, &repro->scenario.plan, &repro->path, pc_story_find,
                                 &place, &violations, error);
  return err ? err : run_gdb(call, place.operation, error);
}

static void note_violation(void *context, const struct pc_step *step) {
  bool *violated = context;
  if (step->kind == PC_STEP_VIOLATION) {
    const struct pc_violation *violation = step->violation;
    *violated = true;
    (void)printf("VIOLATED %s: expected ", pc_invariant_info(violation->invariant)->name);
    pc_output_text(stdout, violation->expected);
    (void)printf(", actual ");
    pc_output_text(stdout, violation->actual);
    (void)printf("\n");
  }
}

enum pc_result pc_replay_under_gdb(const struct pc_repro *repro, const struct pc_subject *subject, uint32_t operation,
                                   bool *violated, struct pc_error *error) {
  *violated = false;
  const struct pc_replay_order order = {.subject = subject,
                                        .workload = &repro->scenario.workload,
                                        .plan = &repro->scenario.plan,
                                        .path = &repro->path,
                                        .step = note_violation,
                                        .context = violated};
  const struct pc_replay_stops stops = {
      .operation = operation, .cut = pc_debug_cut, .between = pc_debug_between, .recovery = pc_debug_recovery};
  enum pc_result err = pc_replay_here(&order, &stops, error);
  if (!err && !*violated) {
    (void)printf("HELD: every invariant\n");
  }
  return err;
}
