/*
 * A store under test: the interface that store authors implement, built in or as a shared library.
 *
 * powercut hands a store a flash port and a block of memory, calls it as firmware would, and cuts the power by starting
 * it again, with fresh memory, on what the cut left on flash. A store never sees the cut itself.
 *
 * A shared library exports one symbol, PC_STORE_SYMBOL, of type `const struct pc_store`.
 */
#ifndef POWERCUT_STORE_H
#define POWERCUT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/flash.h"

/* The version of this interface, and the oldest that is still taken: a store that was built for it needs no change. 4
   added pc_store_setup.erases, 5 pc_store_setup.erased_value, 6 pc_store_promises.repairs_with_write, 7
   pc_store_promises.repairs_in_parts; nothing else. */
#define PC_STORE_API 7u
#define PC_OLDEST_STORE_API 3u
#define PC_STORE_SYMBOL "powercut_store"

enum pc_status {
  PC_STATUS_OK = 0,
  PC_STATUS_NOT_FOUND,
  PC_STATUS_FULL,        /* no room: nothing changed */
  PC_STATUS_INVALID,     /* an argument the store does not take: nothing changed */
  PC_STATUS_DATA_LOSS,   /* the store knows that it lost data */
  PC_STATUS_FLASH_ERROR, /* the flash port failed */
  PC_STATUS_FAILED,      /* anything else */
};
const char *pc_status_text(enum pc_status status);

enum pc_maintenance { PC_MAINTAIN_PARTIAL, PC_MAINTAIN_FULL, PC_MAINTAIN_HEAVY };

/* A parameter from the scenario's `store:` section, passed through as text. */
struct pc_parameter {
  const char *name, *value;
};

/* A parameter that a store takes. */
struct pc_parameter_info {
  const char *name;
  const char *fallback; /* the value when it isn't given; NULL: it must be given */
  const char *summary;  /* one line: meaning, unit, range */
};

/* What a store is set up with. Everything stays valid and the same from configure to the last call. Where the workload
   updates the store's parameters, it is stopped, configured anew and started on what is on flash. */
struct pc_store_setup {
  struct pc_flash flash;
  const struct pc_parameter *parameters; /* each of the store's, once, with its value */
  size_t parameter_count;
  uint32_t key_count; /* distinct keys that the workload and the checks use */
  /* What the part erases at once, beside flash.erase: a store that doesn't care never looks at it. Not there (as what
     is beyond the end of the struct) for a store that was built for version 3. */
  struct pc_flash_erases erases;
  /* What an erased byte reads as: 0xFF or, on a part that erases to zeros, 0x00. A store that can't work with that
     refuses the setup; one that was built for an older version is not asked. */
  uint8_t erased_value;
};

enum pc_checksum { PC_CHECKSUM_NONE, PC_CHECKSUM_CRC16_CCITT, PC_CHECKSUM_CRC32C, PC_CHECKSUM_COUNT };
/* "none", "crc16_ccitt" or "crc32c", as norkv's parameters and `inspect --format` name them. */
const char *pc_checksum_name(enum pc_checksum checksum);

struct pc_format {
  uint32_t magic;
  enum pc_checksum checksum;
};
#define PC_MAX_FORMATS 8u

/* A raw image in the entry format of pw_kvs, as the independent decoder reads it. */
struct pc_image_layout {
  uint32_t sector_size, sector_count;
  uint32_t alignment;  /* write alignment, bytes */
  uint32_t redundancy; /* copies of each entry */
  struct pc_format formats[PC_MAX_FORMATS];
  uint32_t format_count;
};

/* The calls whose work a store may state a bound for. */
enum pc_call {
  PC_CALL_START,
  PC_CALL_PUT,
  PC_CALL_REMOVE,
  PC_CALL_MAINTAIN_PARTIAL, /* the levels in the order of enum pc_maintenance */
  PC_CALL_MAINTAIN_FULL,
  PC_CALL_MAINTAIN_HEAVY,
  PC_CALL_COUNT,
};

/* The most that one call does on flash that answers as it should, whatever cuts left there. 0: not promised. */
struct pc_bound {
  uint64_t flash_operations; /* calls of program and erase */
  uint64_t erases;
  uint64_t read_bytes; /* a read of fewer than 16 bytes counts as 16 */
};

/* What a store promises under a setup; powercut holds it to no more than that. */
struct pc_store_promises {
  size_t memory_size;  /* bytes it needs, aligned for max_align_t */
  uint32_t redundancy; /* copies it keeps of each live key; 0: none promised */
  bool repairs_later;  /* copies that a cut lost come back with the next write or maintenance, not when it starts */
  bool has_layout;     /* its image is in the format of `layout`: the decoder checks it */
  struct pc_image_layout layout;
  size_t max_key_size, max_value_size; /* larger ones may be refused with PC_STATUS_INVALID */
  /* What a call does depends on its arguments, the bytes of `memory` and the flash, and on nothing else: no memory of
     its own, no globals that change, no clock. What begins alike is then run once, and what ends alike checked once,
     which is faster: a start may go on from a copy of the memory and the stack, where they were copied. */
  bool self_contained;
  struct pc_bound bounds[PC_CALL_COUNT]; /* of one call each */
  /* The most erases of a sector less the fewest, at any time of a run with the power on; 0: not promised. Counted from
     the last start on a blank partition, of which nothing can be remembered, or, if `wear_spread_by_start`, from the
     last start. */
  uint32_t wear_spread;
  bool wear_spread_by_start;
  /* With repairs_later: the first put or delete after a start has brought the copies back when it answers OK. Not there
     for a store that was built for version 5 or before, which promises no such thing. */
  bool repairs_with_write;
  /* Partial maintenance may leave copies that are missing to the next one; full and heavy maintenance bring all back.
     Not there for a store that was built for version 6 or before, whose every maintenance does. */
  bool repairs_in_parts;
};

/* How full the store is, in the store's own measure. */
struct pc_usage {
  uint64_t live_footprint; /* sum of `footprint` over the live keys, the one that is being replaced included */
  uint32_t live_keys;
};

struct pc_sector_report {
  uint32_t free_bytes; /* at the sector's end, appendable; 0 for a sector that takes no appends */
};

/* Called for each live key while iterating; the key's bytes are valid during the call. */
typedef void (*pc_visit)(void *context, struct pc_bytes key);

struct pc_store {
  uint32_t api; /* PC_STORE_API, as it was when the store was built */
  const char *name;
  const char *summary; /* one line */
  const struct pc_parameter_info *parameters;
  size_t parameter_count;

  /* Checks a setup and says what the store promises under it. On PC_STATUS_INVALID, `message` says why, in one line. */
  enum pc_status (*configure)(const struct pc_store_setup *setup, struct pc_store_promises *promises, char *message,
                              size_t message_size);

  /* Starts on whatever is on flash. `memory` holds promises.memory_size bytes of any content. */
  enum pc_status (*start)(void *memory, const struct pc_store_setup *setup);
  enum pc_status (*put)(void *memory, struct pc_bytes key, struct pc_bytes value);
  /* NULL for a store that deletes nothing: it is taken to answer PC_STATUS_INVALID, and that is fine. */
  enum pc_status (*remove)(void *memory, struct pc_bytes key);
  /* Reads the whole value into `buffer` of `capacity` bytes; `*size` tells its length. */
  enum pc_status (*get)(void *memory, struct pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size);

  /* The rest may be NULL where a store has no such thing; what needs it is then not checked. */
  enum pc_status (*iterate)(void *memory, pc_visit visit, void *context);
  enum pc_status (*maintain)(void *memory, enum pc_maintenance level);
  enum pc_status (*sector_report)(void *memory, uint32_t sector, struct pc_sector_report *report);
  /* The power is off: release what was taken from the host since start. Called once after each start, also one that
     failed, so that start begins with setting whatever this looks at. The flash doesn't answer any more. */
  void (*stop)(void *memory);

  /* The room promise. `footprint` is an entry's size on flash; must_accept tells whether a put of such an entry may not
     be answered with PC_STATUS_FULL at this usage. NULL: FULL is always accepted. */
  uint64_t (*footprint)(const struct pc_store_setup *setup, size_t key_size, size_t value_size);
  bool (*must_accept)(const struct pc_store_setup *setup, const struct pc_usage *usage, size_t key_size,
                      size_t value_size);
};

#endif
