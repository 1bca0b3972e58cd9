/* Takes all but the last record for whole: a program that damages what is beside it. */
#include "naive.h"

NAIVE_STORE("checks the last record only", .check = NAIVE_CRC_OF_LAST);
