#include "rig.h"

#include <stdlib.h>
#include <string.h>

#include "setup.h"

/* More setups than a campaign's corpus goes through in a while, and few enough to be kept in memory. */
#define SLOTS 1024u

/* Every setup has a place of its own in this numbering. */
static uint64_t number_of(const struct pc_program_setup *setup) {
  uint64_t number = setup->geometry;
  number = number * 4 + (setup->redundancy - 1u);
  number = number * PC_PROGRAM_CHECKSUMS + setup->checksum;
  number = number * PC_PROGRAM_RECOVERIES + setup->recovery;
  number = number * 4 + setup->alignment;
  number = number * PC_PROGRAM_POLICIES + setup->policy;
  number = number * PC_PROGRAM_COLLECTIONS + setup->collect;
  number = number * PC_PROGRAM_AGES + setup->worn;
  return (number * 2 + setup->few_keys) * 2 + setup->fragile;
}

uint64_t pc_rig_number(const struct pc_program_rig *rig) {
  return number_of(&rig->setup);
}

enum pc_result pc_rigs_open(struct pc_rigs *rigs, const struct pc_store *store, const struct pc_workload *pool,
                            struct pc_error *error) {
  *rigs = (struct pc_rigs){.store = store, .pool = pool, .count = SLOTS};
  rigs->slots = calloc(SLOTS, sizeof(struct pc_program_rig *));
  return rigs->slots == NULL ? pc_fail_memory(error) : PC_OK;
}

static void close_rig(struct pc_program_rig *rig) {
  if (rig != NULL) {
    pc_checker_close(rig->checker);
    pc_model_close(&rig->model);
    pc_target_close(&rig->target);
    pc_device_destroy(rig->device);
    pc_striker_free(&rig->striker);
    free(rig);
  }
}

void pc_rigs_close(struct pc_rigs *rigs) {
  for (size_t i = 0; rigs->slots != NULL && i < rigs->count; i++) {
    close_rig(rigs->slots[i]);
  }
  free(rigs->slots);
  *rigs = (struct pc_rigs){0};
}

static enum pc_result open_parts(const struct pc_rigs *rigs, struct pc_program_rig *rig, struct pc_error *error) {
  uint32_t sectors = pc_program_profile(&rig->setup, &rig->profile);
  enum pc_result result = pc_program_parameters(&rig->setup, rigs->store, &rig->parameters, error);
  if (result != PC_OK) {
    return result;
  }
  result = pc_device_create(&rig->device, &rig->profile, sectors, error);
  if (result != PC_OK) {
    return result;
  }
  pc_device_set_worn(rig->device, pc_program_age(&rig->setup));
  struct pc_error why;
  /* One more key than a program has: the one that the checks write. */
  result = pc_target_open(&rig->target, rigs->store, rig->device, rig->parameters.list, rig->parameters.count,
                          PC_PROGRAM_KEYS + 1, &why);
  if (result == PC_BAD_INPUT) {
    rig->refused = true;
    return PC_OK;
  }
  if (result != PC_OK) {
    return pc_fail(error, result, "%s", why.message);
  }
  result = pc_model_open(&rig->model, rigs->pool, &rig->target, error);
  if (result != PC_OK) {
    return result;
  }
  rig->striker.device = rig->device;
  result = pc_checker_open(&rig->checker, &rig->target, rigs->pool, error);
  if (result == PC_OK) {
    pc_checker_set_aside(rig->checker, rigs->aside);
  }
  return result;
}

/* Opening asks the store about its setup, which a rig that is kept does not again. */
static enum pc_result open_aside(const struct pc_rigs *rigs, struct pc_program_rig *rig, struct pc_error *error) {
  if (rigs->aside != NULL) {
    rigs->aside(true);
  }
  enum pc_result result = open_parts(rigs, rig, error);
  if (rigs->aside != NULL) {
    rigs->aside(false);
  }
  return result;
}

enum pc_result pc_rigs_get(struct pc_rigs *rigs, const struct pc_program_setup *setup, struct pc_program_rig **rig,
                           struct pc_error *error) {
  uint64_t number = number_of(setup);
  struct pc_program_rig **slot = &rigs->slots[pc_random_mix(number, 0) % rigs->count];
  if (*slot != NULL && number_of(&(*slot)->setup) != number) {
    close_rig(*slot);
    *slot = NULL;
  }
  if (*slot == NULL) {
    struct pc_program_rig *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
      return pc_fail_memory(error);
    }
    opened->setup = *setup;
    enum pc_result result = open_aside(rigs, opened, error);
    if (result != PC_OK) {
      close_rig(opened);
      return result;
    }
    *slot = opened;
  }
  *rig = *slot;
  return PC_OK;
}

void pc_program_rig_reset(struct pc_program_rig *rig) {
  pc_target_stop(&rig->target);
  pc_device_rollback(rig->device, 0);
  pc_device_clear_contract_violations(rig->device);
  pc_device_begin_reads(rig->device, 0);
  pc_begin_wear(rig->checker);
  memset(rig->model.contents, 0, PC_PROGRAM_KEYS * sizeof *rig->model.contents);
  pc_model_resume(&rig->model, rig->model.contents);
}
