/* A wear run from inside: the store on its device, what it must hold, and what came of it. */
#ifndef PC_EXPLORE_WEAR_H
#define PC_EXPLORE_WEAR_H

#include "powercut/stream.h"
#include "powercut/strike.h"
#include "powercut/target.h"
#include "powercut/wear.h"
#include "process.h"

/* What a key holds. */
struct pc_worn_key {
  bool live;
  bool deleted;   /* not live, and was once */
  uint64_t token; /* of the put that made it so */
};

struct pc_wear {
  const struct pc_wear_job *job;
  struct pc_notice *notice;
  struct pc_device *device;
  struct pc_target target;
  struct pc_stream *stream;
  struct pc_worn_key *keys;
  uint8_t *buffer; /* for what is read */
  size_t buffer_size;
  struct pc_random cuts; /* when, where and how the power is cut */
  struct pc_striker striker;
  uint64_t interval, next_sample; /* in operations */
  struct pc_wear_result *result;
};

/* Where checks are counted, and what they are of. */
struct pc_wear_check {
  struct pc_check_count *counts; /* one for each invariant */
  uint64_t operation;
};

/* Counts a check. The first that fails is kept, with its text, and ends the run. */
__attribute__((format(printf, 5, 6))) void pc_wear_check(struct pc_wear *wear, const struct pc_wear_check *check,
                                                         enum pc_invariant invariant, bool held, const char *text, ...);
/* Checks that a key reads as it should, or that all do. */
void pc_wear_check_key(struct pc_wear *wear, const struct pc_wear_check *check, uint32_t key);
void pc_wear_check_all(struct pc_wear *wear, const struct pc_wear_check *check);
/* Whether a key reads as `content` says. */
bool pc_wear_reads(struct pc_wear *wear, uint32_t key, const struct pc_worn_key *content, enum pc_status *status);
/* What an acknowledged put or delete makes of its key. */
struct pc_worn_key pc_wear_outcome(const struct pc_wear *wear, const struct pc_streamed *operation);

/* Runs a put, delete or maintenance, cuts the power in one of its flash operations, if it has any, and starts the store
   again. Errors: PC_ENVIRONMENT. */
enum pc_result pc_wear_cut(struct pc_wear *wear, const struct pc_streamed *operation, struct pc_error *error);
/* Calls the store with it. */
enum pc_status pc_wear_call(struct pc_wear *wear, const struct pc_streamed *operation);

/* The whole run. `notice` is told how far it is, and may ask for a stop. */
enum pc_result pc_wear_run_one(const struct pc_wear_job *job, struct pc_notice *notice, struct pc_wear_result *result,
                               struct pc_error *error);

/* The same in a process of its own: what that sends, and what its parent makes of it. `*whole`: all of it came. */
void pc_wear_serve(const struct pc_worker_end *end, const void *job);
enum pc_result pc_wear_receive(int socket, struct pc_wear_result *result, bool *whole, struct pc_error *error);

#endif
