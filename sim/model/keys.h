/* Finds a workload's keys by their bytes. */
#ifndef PC_MODEL_KEYS_H
#define PC_MODEL_KEYS_H

#include <stdint.h>

#include "powercut/error.h"
#include "powercut/workload.h"

#define PC_NO_KEY UINT32_MAX

struct pc_keys {
  const struct pc_workload *workload;
  uint32_t *slots; /* key indices, PC_NO_KEY where empty; at most half are taken, so that every search ends */
  size_t mask;
};

enum pc_result pc_keys_open(struct pc_keys *keys, const struct pc_workload *workload, struct pc_error *error);
void pc_keys_close(struct pc_keys *keys);
/* The index of `key` in the workload's keys, or PC_NO_KEY. */
uint32_t pc_keys_find(const struct pc_keys *keys, struct pc_bytes key);

#endif
