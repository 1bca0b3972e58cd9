/* A worker: a process that explores the segments it is told to. */
#ifndef PC_EXPLORE_WORKER_H
#define PC_EXPLORE_WORKER_H

#include "process.h"

/* Serves orders until the socket is closed; a pc_process_work's function. `context` is the struct pc_walk_plan. */
void pc_worker_serve(const struct pc_worker_end *end, const void *context);

#endif
