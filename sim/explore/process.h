/* One process that runs the store, as its parent sees it. */
#ifndef PC_EXPLORE_PROCESS_H
#define PC_EXPLORE_PROCESS_H

#include <sys/types.h>

#include "segment.h"

/* The process's side of its socket. */
struct pc_worker_end {
  int socket;
  struct pc_notice *notice;
};

/* What it does: returns its exit status. */
struct pc_process_work {
  int (*serve)(const struct pc_worker_end *end, const void *context);
  const void *context;
};

struct pc_process {
  pid_t pid;                /* 0: none */
  int socket;               /* the parent's end, or -1 */
  struct pc_notice *notice; /* shared with it */
  bool busy;                /* it has an order */
  struct pc_segment_order order;
  struct pc_crash crashes[PC_MAX_CRASHES]; /* of the order's segment */
  uint32_t operations[PC_MAX_CRASHES];     /* in which they are */
  uint32_t hangs;                          /* of the crashes, those that had to be stopped */
  uint64_t beats_seen;
  double cpu_seen, time_seen; /* its CPU time and the clock when its count of beats last grew, in seconds */
};

/* Starts it. It holds none of the other sockets, which are those of `all`. */
enum pc_result pc_process_start(struct pc_process *process, const struct pc_process_work *work, struct pc_process *all,
                                uint32_t count, struct pc_error *error);

/* Sends its order; false if it is gone. */
bool pc_process_send(const struct pc_process *process);

/* Whether it has an order, and has made no progress for longer than any sane recovery takes. */
bool pc_process_hangs(struct pc_process *process);

/* Waits for a process that is gone or going, and says how it ended in `what`, of PC_CRASH_TEXT bytes. */
#define PC_HANG_TEXT "the store never came back: its process was stopped"
#define PC_CRASH_TEXT sizeof(((struct pc_crash *)0)->what)
void pc_process_reap(struct pc_process *process, char *what);

/* How a trial went: work that writes one byte to its socket when it is done. */
struct pc_trial {
  bool survived;
  uint32_t operation;                              /* if it didn't: what its notice said last */
  char what[sizeof(((struct pc_crash *)0)->what)]; /* and how it ended */
};

/* Tries work out in a process of its own. The observer, which may be NULL, can have its notice say stop. */
enum pc_result pc_process_try(const struct pc_process_work *work, const struct pc_observer *observer,
                              struct pc_trial *trial, struct pc_error *error);

/* Whole reads and writes on a socket; false at its end or on an error. */
bool pc_socket_read(int socket, void *data, size_t size);
bool pc_socket_write(int socket, const void *data, size_t size);

/* Ends it, by force if it must be, and takes back what it has. */
void pc_process_stop(struct pc_process *process);

#endif
