/* What a scenario says of the chunk store. */
#ifndef PC_CHUNK_SETTINGS_H
#define PC_CHUNK_SETTINGS_H

#include "powercut/store.h"

#define PC_CHUNK_PARAMETER_COUNT 3u
extern const struct pc_parameter_info pc_chunk_parameters[PC_CHUNK_PARAMETER_COUNT];

struct pc_chunk_settings {
  uint32_t max_keys;
  uint16_t alignment; /* bytes */
};

/* Reads the setup's parameters and checks that the partition is one that the store takes. PC_STATUS_INVALID says in
   `message`, one line, what is wrong. */
enum pc_status pc_chunk_read_settings(const struct pc_store_setup *setup, struct pc_chunk_settings *settings,
                                      char *message, size_t message_size);

#endif
