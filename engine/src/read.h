/* Reading a key's current entry. */
#ifndef NORKV_READ_H
#define NORKV_READ_H

#include "index.h"

/* Reads the first good copy of a key's current entry, and the slice of its key and value, which ends where the
   value does. `slice` may be NULL. Errors: DATA_LOSS (there is no good copy), FLASH. */
enum norkv_error norkv_read_current(struct norkv *kv, struct norkv_key *key, struct norkv_entry *entry,
                                    struct norkv_slice *slice);

#endif
