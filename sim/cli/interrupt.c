#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

/* The one global of the room: a signal handler can reach nothing else. */
static volatile sig_atomic_t interrupted;

static void note(int signal) {
  (void)signal;
  interrupted = 1;
}

bool pc_interrupt_begin(void) {
  /* SA_RESETHAND: the second one finds the default action, which kills. No SA_RESTART: a wait (for a lock of the
     database) ends at once. */
  const struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
  struct sigaction hang_up;
  if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0 ||
      sigaction(SIGHUP, NULL, &hang_up) != 0) {
    return false;
  }
  /* nohup has it ignored, and means it. */
  return hang_up.sa_handler == SIG_IGN || sigaction(SIGHUP, &action, NULL) == 0;
}

bool pc_interrupted(void) {
  return interrupted != 0;
}
