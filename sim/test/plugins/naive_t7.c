/* Takes a read that fails for the end: an ECC word that was torn. */
#include "naive.h"

NAIVE_STORE("gives up when a read fails", .check = NAIVE_CRC, .gives_up_on_errors = true);
