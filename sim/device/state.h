/* The state of a device, for the files of this room. */
#ifndef PC_DEVICE_STATE_H
#define PC_DEVICE_STATE_H

#include "divide.h"
#include "journal.h"
#include "powercut/device.h"

struct pc_device {
  struct pc_profile profile;
  struct pc_divisor sector, page, unit; /* sizes of the profile */
  uint32_t sectors;
  uint32_t size;            /* bytes in all */
  uint8_t *cells;           /* padded with ones to whole hash lines */
  struct pc_hash_sum *hash; /* of the cells; brought up to date when it is asked for */
  struct pc_plane planes[PC_PLANE_KINDS];
  bool has_planes;  /* one of them is there */
  uint8_t *erased;  /* ones, as many as one erase covers at most */
  uint8_t *flipped; /* as many bytes as the device has, for what is programmed; NULL: nothing is inverted */
  struct pc_sector_wear *wear;
  uint64_t wear_hash; /* of the erases: the sum of what each sector adds, less what it adds as long as it has none */
  double worn;        /* the age of each sector when the device was made */
  struct pc_flash_work work;
  uint64_t weak_cells;
  enum pc_weakness weakness;
  uint64_t read_seed, reads; /* of the sequence of reads that met weak cells */
  struct pc_armed *armed;    /* faults; NULL: there are none */
  struct pc_damage damage;
  uint64_t errors, read_errors; /* calls that were answered PC_FLASH_FAILED */
  uint8_t *scratch; /* as many bytes as the device has, for what an operation leaves that doesn't do what it should;
                       NULL until something can be wrong with the cells */
  struct pc_journal journal;
  struct pc_budget budget;
  bool stopped;
  struct pc_watched {
    uint32_t begin, end;
    uint32_t first_sector, last_sector; /* their sectors, from the first one's begin to the last one's end */
    bool met;
  } watched;
  uint64_t trace, traced; /* of so many reads */
  pc_port_observer observer;
  void *observer_context;
  size_t violations;
  struct pc_contract_violation first_violation;
};

/* Puts `asked->after` in place, with all that goes with it: journal, planes, wear, hash, the faults that wait for
   such an operation. Its `before` is ignored: the cells are what was before. size > 0. */
void pc_device_apply(struct pc_device *device, const struct pc_flash_operation *asked);

/* Takes memory for cells that something is wrong with: the planes for them, and the scratch. False when there is none.
 */
bool pc_device_prepare_damage(struct pc_device *device);

/* Damage. Has the operation leave cells that are stuck as they are. */
void pc_damage_hold_stuck(struct pc_device *device, struct pc_flash_operation *operation);
/* What an operation, whose bytes are not yet in the cells, leaves of it; the planes are there. */
void pc_damage_apply(struct pc_device *device, const struct pc_flash_operation *operation);
/* Whether an operation, whose bytes are not yet in the cells, is an erase that was done, if not of every cell. */
bool pc_damage_mends(const struct pc_device *device, const struct pc_flash_operation *operation);
/* Sticks bits of a byte at a value. Not journalled. */
void pc_damage_stick(struct pc_device *device, uint32_t address, uint8_t bits, uint8_t value);

/* ECC words. What an operation, whose bytes are not yet in the cells, leaves of their check bits; the plane is there.
 */
void pc_guard_apply(struct pc_device *device, const struct pc_flash_operation *operation);
/* Whether check bits of the words in a range are not those of their data. */
bool pc_guard_is_wrong(const struct pc_device *device, uint32_t address, uint32_t size);
/* Corrects what was read; false if a word in the range can't be. */
bool pc_guard_read(struct pc_device *device, uint32_t address, uint8_t *data, uint32_t size);

/* Metastable cells. What an operation, whose bytes are not yet in the cells, leaves of them; the plane is there. */
void pc_weak_apply(struct pc_device *device, const struct pc_flash_operation *operation);
void pc_weak_restore(struct pc_device *device, uint32_t address, struct pc_bytes before, enum pc_weakness weakness);
/* Changes what was read of the cells into what weak ones answer. */
void pc_weak_read(struct pc_device *device, uint32_t address, uint8_t *data, size_t size);

/* Faults that are armed. The port's flash operation, which the rules allow, as they let it go. */
int pc_armed_operate(struct pc_device *device, const struct pc_flash_operation *operation);
/* Whether a read, which counts, ends in an error. */
bool pc_armed_fails_read(struct pc_device *device, uint32_t address, size_t size);
/* Wear with the power on (PC_ARMED_WEAR_OUT): its seed, and the cells that the erase which is done leaves unstable or
   stuck, a 1 for each; zeros between erases. */
struct pc_wearing {
  uint64_t seed;
  uint8_t *weak, *stuck; /* as many bytes as one erase covers at most */
};
/* What wears in the sector of `address`, or NULL. */
const struct pc_wearing *pc_armed_wearing(const struct pc_device *device, uint32_t address);
/* Has an erase leave what wear leaves, as if that had been asked for; the planes for it are there. NULL: it leaves
   nothing; else what pc_wear_out_end takes. */
const struct pc_wearing *pc_wear_out(struct pc_device *device, struct pc_flash_operation *operation);
/* The erase, of so many bytes, is done. */
void pc_wear_out_end(const struct pc_wearing *wearing, uint32_t size);

/* A flash operation was done, or undone. */
void pc_armed_count(struct pc_device *device, const struct pc_flash_operation *operation, bool undo);
uint64_t pc_armed_hash(const struct pc_device *device, uint64_t hash);
void pc_armed_free(struct pc_device *device);

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
/* Where the part wraps: the program, so far in one part, goes to where its bytes end up. */
void pc_device_wrap_program(const struct pc_device *device, struct pc_program_parts *parts);

/* The rules of the part. Each answers whether it would do this, and records a violation if not. */
bool pc_rules_allow_read(struct pc_device *device, uint32_t address, size_t size);
/* PC_FLASH_OK, and where the program goes in `*parts`; PC_FLASH_REFUSED, or PC_FLASH_FAILED: the part finds a unit not
   erased that the store can't know of, as only its check bits tell. */
int pc_rules_judge_program(struct pc_device *device, uint32_t address, const uint8_t *data, size_t size,
                           struct pc_program_parts *parts);
/* How a read answers that met a word that can't be corrected. */
int pc_rules_judge_ecc(struct pc_device *device, uint32_t address, size_t size);
bool pc_rules_allow_erase(struct pc_device *device, uint32_t address, uint32_t size);

/* Erase sizes. Whether the part erases so many bytes at once there; both are inside the device, and aligned. */
bool pc_erase_is_offered(const struct pc_device *device, uint32_t address, uint32_t size);
/* The port's call. */
int pc_device_erase(void *context, uint32_t address, uint32_t size);

#endif
