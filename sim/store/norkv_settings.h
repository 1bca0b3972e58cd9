/* What a scenario says of norkv, as norkv's configuration. */
#ifndef PC_NORKV_SETTINGS_H
#define PC_NORKV_SETTINGS_H

#include "norkv/norkv.h"
#include "powercut/store.h"

/* norkv's checksums are cast to those of a layout and back. */
_Static_assert((int)NORKV_CHECKSUM_NONE == (int)PC_CHECKSUM_NONE &&
                   (int)NORKV_CHECKSUM_CRC16_CCITT == (int)PC_CHECKSUM_CRC16_CCITT &&
                   (int)NORKV_CHECKSUM_CRC32C == (int)PC_CHECKSUM_CRC32C,
               "the same numbers");

#define PC_NORKV_PARAMETER_COUNT 10u
extern const struct pc_parameter_info pc_norkv_parameters[PC_NORKV_PARAMETER_COUNT];

struct pc_norkv_settings {
  uint8_t redundancy;
  uint8_t format_count;
  uint16_t max_keys;
  uint32_t alignment; /* bytes */
  enum norkv_recovery recovery;
  bool mends_late; /* with manual recovery: only when the workload maintains, not when a start reports damage */
  enum norkv_policy policy;
  enum norkv_collection collect_on_write;
  bool partial_is_idle; /* partial maintenance is NORKV_MAINTAIN_IDLE */
  bool verifies_reads, verifies_writes;
  struct norkv_format formats[NORKV_MAX_FORMATS];
};

/* Reads the setup's parameters. PC_STATUS_INVALID says in `message`, one line, what is wrong. */
enum pc_status pc_norkv_read_settings(const struct pc_store_setup *setup, struct pc_norkv_settings *settings,
                                      char *message, size_t message_size);

#endif
