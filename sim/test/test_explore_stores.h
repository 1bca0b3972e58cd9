/* Small stores with mistakes of their own, for the tests of exploring. */
#ifndef TEST_EXPLORE_STORES_H
#define TEST_EXPLORE_STORES_H

#include "powercut/store.h"

/*
 * norkv, but for what the parameter `does` says: nothing, crashes, exits, hangs, overruns, prints or forgets (a tenth
 * of a value's bytes). It does so when a start had something to mend, and, with `when` set to "w", only while the key w
 * has a value of one byte.
 */
extern const struct pc_store lab_spoilt;

/*
 * A naive log in two sectors, of records of 16 bytes: keys of one byte, values of up to 8. It takes a sector for erased
 * that begins with two blank records. With `looks` set to 1 it looks at a record's place before it writes there.
 */
extern const struct pc_store lab_naive;

/*
 * One value of one byte for one key, in the first byte of flash. A delete erases it, a put of another value erases the
 * one before. A put of 02 is acknowledged and not written.
 */
extern const struct pc_store lab_single;

#endif
