/* Starting: fills the index from what is on flash. */
#ifndef PC_CHUNK_SCAN_H
#define PC_CHUNK_SCAN_H

#include "chunk_index.h"

/* Reads every sector; those without a sector header's token are erased and get one. Nothing on flash is trusted.
   PC_STATUS_FAILED: a sector has a header that this version doesn't read or that this part can't have written, or there
   are more keys than the index holds. */
enum pc_status pc_chunk_scan(struct pc_chunk *chunk);

#endif
