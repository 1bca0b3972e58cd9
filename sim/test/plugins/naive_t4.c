/* Takes a sector of zeros for the newest: an erase that writes zeros first. */
#include "naive.h"

NAIVE_STORE("trusts a number", .check = NAIVE_CRC, .counts_down = true, .reads_once = true);
