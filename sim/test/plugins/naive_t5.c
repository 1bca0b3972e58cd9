/* Repairs in place, and is not cut then: a second cut. */
#include "naive.h"

NAIVE_STORE("repairs in place", .check = NAIVE_CRC, .repairs_in_place = true, .reads_once = true);
