/*
 * The independent decoder: reads a raw image in the entry format of pw_kvs and says what is on it and what a store that
 * starts on it must read. It shares no code with norkv, so that one mistake can't hide in both.
 */
#ifndef POWERCUT_DECODER_H
#define POWERCUT_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "powercut/bytes.h"
#include "powercut/error.h"
#include "powercut/store.h"

enum pc_entry_state {
  PC_ENTRY_LIVE,       /* a copy of the current value of its key */
  PC_ENTRY_TOMBSTONE,  /* a copy of the current entry of its key, which is deleted */
  PC_ENTRY_SUPERSEDED, /* a newer entry of its key exists, or, before it, one of the same ID with another content */
  PC_ENTRY_DUPLICATE,  /* current, but its sector already holds a copy: not counted as one */
  PC_ENTRY_DAMAGED,    /* bytes that are no valid entry; `size` of them up to the next entry or the end */
};
const char *pc_entry_state_text(enum pc_entry_state state);

struct pc_entry {
  enum pc_entry_state state;
  uint32_t address, size; /* bytes */
  uint32_t magic;
  uint32_t transaction_id;
  struct pc_bytes key, value; /* views of the image; empty where damaged */
};

/* A live key. */
struct pc_live_entry {
  struct pc_bytes key, value;
  uint32_t transaction_id;
  uint32_t copies; /* good copies of its current entry, each in another sector */
};

struct pc_decoded_sector {
  uint32_t used_bytes; /* up to the end of the last entry or damage */
  uint32_t free_bytes; /* the rest from where an entry may begin, if all of the rest is blank and nothing is damaged; */
                       /* else 0 */
  bool blank_gap;      /* the run of entries ends in a blank header, but something is programmed behind it */
  uint32_t damaged;    /* damaged stretches */
};

struct pc_decoded {
  struct pc_entry *entries; /* by address */
  uint32_t entry_count;
  struct pc_live_entry *live; /* by key, bytewise */
  uint32_t live_count;
  struct pc_decoded_sector *sectors;
  uint32_t sector_count;
  uint32_t damaged;                 /* damaged stretches on the image */
  uint32_t missing_copies;          /* copies that live keys lack of the redundancy */
  struct pc_decoder_memory *memory; /* the decoder's own, so that decoding again into it allocates nothing new */
};

/* Checks a layout's ranges: sectors 1 to 65,535 of 16 bytes to 16 MiB, at most 256 MiB in all, sector size a multiple
   of the alignment (1 to 4,096), redundancy 1 to 16, 1 to PC_MAX_FORMATS formats of different magics, none erased. */
enum pc_result pc_layout_check(const struct pc_image_layout *layout, struct pc_error *error);

/* Decodes `image`, whose size must be the layout's; the image must outlive the views. `decoded` must be zeroed before
   its first use, and may be used again, which re-uses its memory. No content of the image is an error: PC_BAD_INPUT is
   for the layout and the size, PC_ENVIRONMENT for memory, and `decoded` is then fit only to be used again or freed.
   Linear in the image and its entries, but for sorting, and for damage that looks like headers: each such header costs
   the extent that it claims. */
enum pc_result pc_decode(struct pc_bytes image, const struct pc_image_layout *layout, struct pc_decoded *decoded,
                         struct pc_error *error);
void pc_decoded_free(struct pc_decoded *decoded); /* leaves it zeroed */

#endif
