/* A power supply that fails: it stands between the store and its flash, and resets the processor behind the word of
   your choice, be it in the middle of an entry. */
#ifndef POWER_H
#define POWER_H

#include "norkv/flash.h"

struct power {
  struct norkv_flash flash; /* what is supplied */
  uint32_t words_left;      /* words that can still be programmed; an erase counts as one. 0: power never fails */
};

/* A port that programs `flash` word by word for as long as there is power. `power` must outlive it. */
struct norkv_flash power_port(struct power *power, const struct norkv_flash *flash);

#endif
