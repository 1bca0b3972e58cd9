/*
 * A target: a store under test, set up on its device. Every call on the store goes through here, with a budget, so that
 * a store that loops on flash is stopped and seen.
 */
#ifndef POWERCUT_TARGET_H
#define POWERCUT_TARGET_H

#include <stdbool.h>

#include "powercut/device.h"
#include "powercut/error.h"
#include "powercut/store.h"

/* What the calls did, held against what the store promises. */
struct pc_work {
  bool measured; /* a call with a bound was made since this was cleared */
  bool excess;   /* one went beyond it; the rest tells of the first that did */
  enum pc_call call;
  struct pc_bound done;
};

/* A call on the store that has returned. */
enum pc_target_call_kind { PC_CALLED_START, PC_CALLED_PUT, PC_CALLED_REMOVE, PC_CALLED_GET, PC_CALLED_MAINTAIN };
struct pc_target_call {
  enum pc_target_call_kind kind;
  struct pc_bytes key;       /* of a put, remove or get */
  struct pc_bytes value;     /* of a put */
  enum pc_maintenance level; /* of maintenance */
  enum pc_status status;     /* what it answered */
  size_t mark;               /* of the device's journal, before it */
};

/* Whoever watches what is done to the store, for as long as it likes. */
struct pc_struck;
struct pc_target_watch {
  void *context;
  void (*called)(void *context, const struct pc_target_call *call);
  /* The power was cut in the last call, or in the recovery from the last cut, at flash operation `place` of that. */
  void (*cut)(void *context, const struct pc_struck *struck, size_t place);
};

struct pc_target {
  const struct pc_store *store;
  struct pc_store_setup setup;
  struct pc_store_promises promises;
  struct pc_device *device;            /* not owned */
  void *memory;                        /* the store's; owned */
  bool running;                        /* started, and not stopped since */
  struct pc_work work;                 /* of starts, puts, deletes and maintenance; the caller clears it */
  const struct pc_target_watch *watch; /* NULL: nobody watches */
};

/* Has the store check its setup and takes the memory it asks for. `parameters` are complete, in the store's order, and
   must stay valid, as must the device. PC_BAD_INPUT: the store refuses the setup. Free it with pc_target_close. */
enum pc_result pc_target_open(struct pc_target *target, const struct pc_store *store, struct pc_device *device,
                              const struct pc_parameter *parameters, size_t parameter_count, uint32_t key_count,
                              struct pc_error *error);
void pc_target_close(struct pc_target *target);

/* What the setup says has changed in its place: turns the power off, has the store check its setup again and takes the
   memory that it asks for now. PC_BAD_INPUT: it refuses; the target is then fit only to be closed. */
enum pc_result pc_target_update(struct pc_target *target, struct pc_error *error);

/* Turns the power off, if it is on, and on: the store starts with fresh memory on what is on flash. */
enum pc_status pc_target_start(struct pc_target *target);
/* The same, but `starter` does what the store's start does, or what comes to the same. NULL: the store's start. */
typedef enum pc_status (*pc_starter)(void *context);
enum pc_status pc_target_start_by(struct pc_target *target, pc_starter starter, void *context);

/* Turns the power off: the store's memory is lost. */
void pc_target_stop(struct pc_target *target);

enum pc_status pc_target_put(struct pc_target *target, struct pc_bytes key, struct pc_bytes value);
enum pc_status pc_target_remove(struct pc_target *target, struct pc_bytes key);
enum pc_status pc_target_get(struct pc_target *target, struct pc_bytes key, uint8_t *buffer, size_t capacity,
                             size_t *size);
/* PC_STATUS_OK where the store has no iteration or maintenance; PC_STATUS_INVALID where it has no report of sectors. */
enum pc_status pc_target_iterate(struct pc_target *target, pc_visit visit, void *context);
enum pc_status pc_target_maintain(struct pc_target *target, enum pc_maintenance level);
enum pc_status pc_target_sector_report(struct pc_target *target, uint32_t sector, struct pc_sector_report *report);

#endif
