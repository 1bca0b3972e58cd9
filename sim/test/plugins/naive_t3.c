/* Takes a byte for whole of which one bit is there: bits that are written in any order. */
#include "naive.h"

NAIVE_STORE("trusts a bit of each byte", .check = NAIVE_EACH_BYTE, .reads_once = true);
