/* A repro that is made smaller, once more or for the first time. */
#include <stdio.h>

#include "interrupt.h"
#include "output.h"
#include "powercut/file.h"
#include "replay.h"
#include "shrink.h"

static bool on_stop(void *context) {
  (void)context;
  return pc_interrupted();
}

/* Of a soak all that came before count. */
static uint32_t cuts_before(const struct pc_repro *repro) {
  return repro->path.life > 0 ? repro->path.number : repro->path.depth;
}

static enum pc_result tell(const struct pc_repro *repro, const struct pc_shrinkage *shrinkage, const char *path,
                           struct pc_error *error) {
  struct pc_buffer text = {0};
  pc_buffer_print(&text, "%s: %u operations -> %u, %u cuts -> %u, %u attempts%s\nwritten to ",
                  pc_invariant_info(repro->invariant)->name, shrinkage->operations_before, shrinkage->operations,
                  cuts_before(repro), shrinkage->cuts, shrinkage->attempts,
                  shrinkage->complete ? "" : " (all that there are: it may not be the smallest)");
  pc_buffer_text(&text, path);
  pc_buffer_print(&text, "\n");
  return pc_output_buffer(stdout, &text, error);
}

enum pc_result pc_replay_shrink_repro(const struct pc_repro *repro, const struct pc_subject *subject, const char *path,
                                      bool *violated, struct pc_error *error) {
  const struct pc_observer observer = {.stop = on_stop};
  struct pc_shrinkage shrinkage;
  if (!pc_interrupt_begin()) {
    return pc_fail(error, PC_ENVIRONMENT, "the handlers of Ctrl-C can't be installed");
  }
  enum pc_result err = pc_file_expect_replaceable(path, error);
  if (err) {
    return err;
  }
  err = pc_repro_shrink(repro, subject, &observer, &shrinkage, error);
  if (!err && shrinkage.interrupted) {
    err = pc_fail(error, PC_ENVIRONMENT, "interrupted: nothing is written");
  }
  *violated = !err && shrinkage.text.size > 0;
  if (*violated) {
    err = pc_file_replace(path, (struct pc_bytes){.data = shrinkage.text.data, .size = shrinkage.text.size}, error);
    if (!err) {
      err = tell(repro, &shrinkage, path, error);
    }
  } else if (!err) {
    (void)printf("HELD: the violation of %s that was recorded does not show; nothing is written.\n",
                 pc_invariant_info(repro->invariant)->name);
  }
  pc_buffer_free(&shrinkage.text);
  return err;
}
