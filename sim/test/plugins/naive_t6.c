/* Takes what it reads once for what is there: cells that read otherwise later. */
#include "naive.h"

NAIVE_STORE("reads once", .check = NAIVE_CRC, .reads_once = true);
