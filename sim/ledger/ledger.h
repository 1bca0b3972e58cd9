/* The ledger as its own room, and its tests, see it. */
#ifndef PC_LEDGER_LEDGER_H
#define PC_LEDGER_LEDGER_H

#include "database.h"
#include "queue.h"

struct pc_ledger {
  struct pc_database database;
  struct pc_queue queue; /* to be written with the next commit */
};

#endif
