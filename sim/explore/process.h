/* A process that runs the store, as its parent sees it. */
#ifndef PC_EXPLORE_PROCESS_H
#define PC_EXPLORE_PROCESS_H

#include <sys/types.h>

#include "powercut/error.h"
#include "powercut/violation.h"
#include "segment.h"
#include "watch.h"

/* What a process is about to do, in memory that outlives it. */
struct pc_notice {
  volatile uint64_t beats; /* grows as it gets on */
  volatile bool stop;      /* set by the parent: finish early */
  uint32_t operation;      /* of the workload */
  struct pc_cut_path path; /* the recovery, by the cuts that led to it */
};

/* The process's side of its socket. */
struct pc_worker_end {
  int socket;
  struct pc_notice *notice;
};

/* What it does. Of its parent's files it has standard error alone: what it prints goes nowhere. */
struct pc_process_work {
  void (*serve)(const struct pc_worker_end *end, const void *context);
  const void *context;
  double patience; /* struct pc_watch */
};

/* Zero it, but for `socket`, which is -1, to begin. */
struct pc_process {
  pid_t pid;                /* 0: none */
  int socket;               /* the parent's end, or -1 */
  struct pc_notice *notice; /* shared with it; stays when it is gone, for the one that takes its place */
  struct pc_watch watch;
};

/* Starts it. PC_ENVIRONMENT: there is no process to be had. */
enum pc_result pc_process_start(struct pc_process *process, const struct pc_process_work *work, struct pc_error *error);

/* It is given something to do. */
void pc_process_begin(struct pc_process *process);

/* To be asked about once in 50 ms while it has something to do. False: it is gone, or it made no progress for longer
   than any sane step takes and was ended; then `what`, of PC_CRASH_TEXT bytes, says how, and `*hung` which. */
bool pc_process_is_well(struct pc_process *process, char *what, bool *hung);

/* Its socket gives no more: the process is going, or the store closed what isn't its own. */
void pc_process_hang_up(struct pc_process *process);

/* Ends it: by force at once, or, if it isn't `busy`, only if it doesn't end when its socket is closed. */
void pc_process_end(struct pc_process *process, bool busy);

/* Takes back what the process had. It must have ended. */
void pc_process_free(struct pc_process *process);

/* How long to wait in poll at most, and while one has to be seen to, in milliseconds. */
#define PC_POLL_MILLISECONDS 50
int pc_process_poll_time(const struct pc_process *process);

/* Whole reads and writes on a socket; false at its end or on an error. */
bool pc_socket_read(int socket, void *data, size_t size);
bool pc_socket_write(int socket, const void *data, size_t size);

/* How a process's work went, as it comes first in what it sends. */
struct pc_outcome {
  uint32_t magic; /* PC_OUTCOME_MAGIC: else it is the store that sent it, or spoilt it */
  enum pc_result result;
  struct pc_error error; /* if the result isn't PC_OK */
};
#define PC_OUTCOME_MAGIC 0x70634F4Bu
bool pc_outcome_is_sane(const struct pc_outcome *outcome);

/* What exploring one segment gave. The violations follow it on the wire. */
struct pc_segment_result {
  struct pc_outcome outcome;
  uint32_t segment;
  uint32_t violation_count;
  struct pc_exploration_result counts; /* of this segment alone */
};

#endif
