/* Takes a record for whole whose last byte is there: program units that are written in another order. */
#include "naive.h"

NAIVE_STORE("trusts the last byte", .check = NAIVE_LAST_BYTE, .reads_once = true);
