/* The ready queries: the files of reports/queries, put into the library by the build. */
#ifndef PC_LEDGER_QUERIES_H
#define PC_LEDGER_QUERIES_H

#include "powercut/embedded.h"

/* In the order of their names; after the last one comes a row of zeros. */
extern const struct pc_embedded_file pc_embedded_querys[];
extern const size_t pc_embedded_query_count;

#endif
