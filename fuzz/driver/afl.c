/* Drives a harness by AFL++: in one process, with inputs in shared memory. */
#include <unistd.h>

#include "harness.h"

__AFL_FUZZ_INIT();

/* So many inputs before AFL++ starts the process anew. */
#define INPUTS 100000

int main(void) {
  struct pc_error error;
  if (pc_harness()->open(&error) != PC_OK) {
    pc_harness_fail(&error);
  }
  __AFL_INIT();
  const uint8_t *data = __AFL_FUZZ_TESTCASE_BUF;
  while (__AFL_LOOP(INPUTS)) {
    size_t size = (size_t)__AFL_FUZZ_TESTCASE_LEN;
    if (size <= pc_harness()->max_size) {
      (void)pc_harness()->run((struct pc_bytes){.data = data, .size = size}, NULL);
    }
  }
  return 0;
}
