/* The rigs that programs run on, kept for the next program with the same setup until another setup needs the place. */
#ifndef PC_PROGRAM_RIG_H
#define PC_PROGRAM_RIG_H

#include "powercut/model.h"
#include "powercut/program.h"
#include "powercut/strike.h"

#define PC_LARGEST_PROGRAM_VALUE 4095u

struct pc_program_rig {
  struct pc_program_setup setup;
  bool refused; /* the store doesn't take this setup: there is nothing else in the rig */
  struct pc_program_parameters parameters;
  struct pc_profile profile;
  struct pc_device *device;
  struct pc_target target;
  struct pc_model model;
  struct pc_checker *checker;
  struct pc_striker striker;
};

struct pc_rigs {
  const struct pc_store *store;
  const struct pc_workload *pool;
  struct pc_program_rig **slots;
  size_t count;
  void (*aside)(bool begins); /* for the checkers */
};

enum pc_result pc_rigs_open(struct pc_rigs *rigs, const struct pc_store *store, const struct pc_workload *pool,
                            struct pc_error *error);
void pc_rigs_close(struct pc_rigs *rigs);

/* The rig of a setup, made if there is none. It is as the last program left it. */
enum pc_result pc_rigs_get(struct pc_rigs *rigs, const struct pc_program_setup *setup, struct pc_program_rig **rig,
                           struct pc_error *error);

/* Tells its setup from every other. */
uint64_t pc_rig_number(const struct pc_program_rig *rig);

/* Brings a rig back to a blank device and an empty model. */
void pc_program_rig_reset(struct pc_program_rig *rig);

#endif
