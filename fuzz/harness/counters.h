/* The counters that a fuzzing engine keeps of what is run: set aside while what is run is of no interest to it. */
#ifndef PC_FUZZ_COUNTERS_H
#define PC_FUZZ_COUNTERS_H

#include <stdbool.h>

/* From `begins` on nothing is counted, until the same is called with false. Without an engine it does nothing. */
void pc_counters_set_aside(bool begins);

#endif
