/* Takes a record for whole whose lengths are there: a program that stops part way. */
#include "naive.h"

NAIVE_STORE("trusts lengths", .check = NAIVE_NO_CHECK, .reads_once = true);
