/* Nothing is naive. */
#include "naive.h"

NAIVE_STORE("a small store that is careful", .check = NAIVE_CRC);
