/* The state of a device, for the files of this room. */
#ifndef PC_DEVICE_STATE_H
#define PC_DEVICE_STATE_H

#include "journal.h"
#include "powercut/device.h"

struct pc_device {
  struct pc_profile profile;
  uint32_t sectors;
  uint32_t size;  /* bytes in all */
  uint8_t *cells; /* padded with ones to whole hash lines */
  uint8_t
      *counts; /* programs of each unit since its erase, padded to whole hash lines; NULL where they are unlimited */
  uint8_t *erased; /* a sector of ones */
  struct pc_sector_wear *wear;
  struct pc_flash_work work;
  uint8_t *weak; /* metastable cells, padded with zeros to whole hash lines; NULL until there was one */
  uint64_t weak_cells;
  enum pc_weakness weakness;
  uint64_t read_seed, reads; /* of the sequence of reads that met weak cells */
  uint64_t hash;             /* of the cells, program counts and weak cells */
  struct pc_journal journal;
  struct pc_budget budget;
  bool stopped;
  size_t violations;
  struct pc_contract_violation first_violation;
};

/* Puts `operation->after` in place, with all that goes with it: journal, program counts, wear, hash. Its `before` is
   ignored: the cells are what was before. size > 0. */
void pc_device_apply(struct pc_device *device, const struct pc_flash_operation *operation);

/* Metastable cells. Takes memory for them, before the first: false when there is none. */
bool pc_weak_prepare(struct pc_device *device);
/* What an operation, whose bytes are not yet in the cells, leaves of them. Prepared. */
void pc_weak_apply(struct pc_device *device, const struct pc_flash_operation *operation);
void pc_weak_restore(struct pc_device *device, uint32_t address, struct pc_bytes before, enum pc_weakness weakness);
/* Changes what was read of the cells into what weak ones answer. */
void pc_weak_read(struct pc_device *device, uint32_t address, uint8_t *data, size_t size);

/* A size rounded up to whole hash lines. */
size_t pc_whole_lines(size_t size);

/* Where the bytes of a program go: to one place, or to two where it wraps at its page's end. */
struct pc_program_part {
  uint32_t address;
  uint32_t size;
  const uint8_t *data;
};
struct pc_program_parts {
  struct pc_program_part part[2];
  size_t count; /* 0 for a program of no bytes */
};
/* The program lies inside the device. */
struct pc_program_parts pc_device_program_parts(const struct pc_device *device, uint32_t address, const uint8_t *data,
                                                size_t size);

/* The rules of the part. Each answers whether it would do this, and records a violation if not. */
bool pc_rules_allow_read(struct pc_device *device, uint32_t address, size_t size);
bool pc_rules_allow_program(struct pc_device *device, uint32_t address, const uint8_t *data, size_t size);
bool pc_rules_allow_erase(struct pc_device *device, uint32_t address);

#endif
