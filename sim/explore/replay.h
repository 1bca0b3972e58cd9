/* A replay: what its parts share. */
#ifndef PC_EXPLORE_REPLAY_H
#define PC_EXPLORE_REPLAY_H

#include "life.h"
#include "powercut/explore.h"
#include "rig.h"
#include "trial.h"

struct pc_replay {
  const struct pc_power_plan *plan;
  const struct pc_cut_path *path;
  void (*step)(void *context, const struct pc_step *step); /* may be NULL */
  void *context;
  uint32_t *violations;
  struct pc_notice *notice;            /* while it is tried out: where it is, is noted there; else NULL */
  const struct pc_trial *crash;        /* where the store brings its process down, and how; NULL: it does not */
  const struct pc_replay_stops *stops; /* or NULL */
  struct pc_life *life; /* what happens is written down there, in the process that runs it; may be NULL */
  struct pc_rig rig;
  struct pc_rig *watched;       /* that, or a soak's */
  struct pc_target_watch watch; /* of the last recovery and what follows */
  struct pc_step watched_step;  /* it is part of */
  bool has_started;             /* the last recovery's start was told */
  bool has_cut;                 /* the power was cut since the last operation of an aftermath */
  struct pc_report report;
  uint64_t beats;            /* how often the store was called upon */
  uint32_t flash_operations; /* of the workload, before the operation that runs */
  uint32_t keys_used;        /* by the operations so far, the one that runs included */
  bool ended;                /* there is no more to tell; in a soak, of what the last recovery did */
  /* With stops: */
  struct pc_flash flash; /* the device's, which the store reaches through the replay */
  struct pc_flash_erases erases;
  bool stopped; /* it was stopped for the last time */
  bool armed;   /* the flash operation at this mark of the device's journal is to be cut */
  size_t armed_mark;
};

/* Runs it; all that stands before the rig is set. PC_BAD_INPUT as pc_replay. */
enum pc_result pc_replay_run(struct pc_replay *replay, const struct pc_subject *subject,
                             const struct pc_workload *workload, struct pc_error *error);

/* The store is called upon, in `operation` and after `depth` cuts. False: that is where it would bring this process
   down, which was told in its place, and is the end. */
bool pc_replay_enter(struct pc_replay *replay, uint32_t operation, uint32_t depth);

/* Has the rig's store reach its flash through the replay, which stops there. PC_BAD_INPUT: it refuses. */
enum pc_result pc_replay_attach(struct pc_replay *replay, struct pc_rig *rig, struct pc_error *error);
/* The store is about to be called upon: stops here, or sees to it that it will be stopped in time. */
void pc_replay_stop(struct pc_replay *replay, uint32_t operation, uint32_t depth);
/* The same in a soak whose cuts are listed, after `cuts` of them; the next one is at this mark of the device's journal,
   or PC_SOAK_NOWHERE. */
void pc_replay_stop_soak(struct pc_replay *replay, uint32_t cuts, size_t next);

void pc_replay_tell(struct pc_replay *replay, const struct pc_step *step);

/* Tells of the journalled operations [first, end), the first of which is number `number`. */
void pc_replay_tell_flash(struct pc_replay *replay, size_t first, size_t end, struct pc_step step, uint32_t number);

/* Tells of what failed in the report. */
void pc_replay_tell_report(struct pc_replay *replay, uint32_t operation, uint32_t depth);

/* Has the calls on the store that come now told, or written down, as this phase of the step. */
void pc_replay_watch(struct pc_replay *replay, struct pc_step step, enum pc_step_phase phase);
void pc_replay_watch_end(struct pc_replay *replay);

/* Flash operations that one operation or recovery did. */
struct pc_stretch {
  size_t mark, count; /* in the device's journal, from the mark on */
  uint32_t number;    /* of the first of them, in the workload or the recovery */
  uint64_t seed;      /* of the workload or the recovery */
};

/* The path's first cut is in the stretch, or between it and whatever comes next: cuts there, recovers, goes on with the
   next cut in that recovery, and checks at the end of the path. `step` tells the operation. PC_BAD_INPUT: the path
   names what isn't there. */
enum pc_result pc_replay_follow(struct pc_replay *replay, struct pc_step step, struct pc_stretch stretch,
                                const struct pc_expectation *expectation, struct pc_error *error);

#endif
