/* A rig: a fresh device with the store on it, and the model and the checker beside it. */
#ifndef PC_EXPLORE_RIG_H
#define PC_EXPLORE_RIG_H

#include "powercut/explore.h"
#include "powercut/model.h"
#include "powercut/target.h"

struct pc_rig {
  const struct pc_subject *subject;
  const struct pc_workload *workload;
  struct pc_parameter *parameters; /* of the store, as they are now; then as many as they were before an update */
  uint64_t configuration;          /* a hash of the parameters since they were updated; 0: they were not */
  struct pc_device *device;
  struct pc_target target;
  struct pc_model model;
  struct pc_checker *checker;
};

/* PC_BAD_INPUT: the profile is out of range, or the store refuses its setup. Subject and workload must stay valid, and
   the rig must stay where it is. On failure nothing is left to close. */
enum pc_result pc_rig_open(struct pc_rig *rig, const struct pc_subject *subject, const struct pc_workload *workload,
                           struct pc_error *error);
void pc_rig_close(struct pc_rig *rig);

/* Arms the subject's faults that come before an operation of the workload; of operation 0, before the first start. The
   device's journal must be empty, and stays so. PC_BAD_INPUT: a fault is out of range. */
enum pc_result pc_rig_arm(struct pc_rig *rig, uint32_t operation, struct pc_error *error);

/* The first start, on blank flash or the subject's image; on that it is checked like a recovery. What it does is in the
 * device's journal; `report` is cleared and filled in. */
enum pc_result pc_rig_boot(struct pc_rig *rig, struct pc_report *report, struct pc_error *error);

/* If the operation is an update of the store's parameters that changes any, has the store take them with its next
   start. PC_BAD_INPUT: it refuses, or has no such parameter; the rig is then fit only to be closed. */
enum pc_result pc_rig_update(struct pc_rig *rig, uint32_t operation, struct pc_error *error);

/* What is on flash was written in so many copies, or more; 0: nobody knows in how many. As many as the store promises
   now are asked for at once, or, where that promises no room for them, after maintenance. */
void pc_rig_expect_copies(struct pc_rig *rig, uint32_t copies);

/* Arms the faults that come before an operation and runs it with the power on; a reboot is checked like a recovery, and
   one that updates the store's parameters begins with pc_rig_update. What it does to the flash is in the device's
   journal, which must be empty. */
enum pc_result pc_rig_run(struct pc_rig *rig, uint32_t operation, struct pc_report *report, struct pc_error *error);

/* How many of the workload's keys, which are in order of first use, are in use once the operation began, if `before`
 * were. */
uint32_t pc_operation_keys_used(const struct pc_operation *operation, uint32_t before);

/* What the store may contain if power fails during the operation; at operation_count, after the last one. */
struct pc_expectation pc_rig_expectation(const struct pc_rig *rig, uint32_t operation);

/* How the power plan has the store go on after a recovery, with so many of the workload's keys. */
static inline struct pc_aftermath_plan pc_power_aftermath(const struct pc_power_plan *power, uint32_t keys_used) {
  return (struct pc_aftermath_plan){.key_count = keys_used,
                                    .faults = power->faults,
                                    .samples = power->samples,
                                    .limit = power->limit,
                                    .seed = power->seed};
}

#endif
