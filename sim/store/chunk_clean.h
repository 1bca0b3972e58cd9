/* Cleaning: gives back the room of chunks that are no longer current. */
#ifndef PC_CHUNK_CLEAN_H
#define PC_CHUNK_CLEAN_H

#include "chunk_index.h"

/* Cleans the sector that was marked first, or else the one that gives back most: moves its live chunks to other
   sectors, the last empty one included, erases it and writes its header. Erased keys that were in it are dropped:
   pointers into the index are no longer valid. False in `*cleaned`: no sector is marked or has anything to give back,
   or its live chunks don't all fit elsewhere; then it stays marked. Called until then, it comes to an end. */
enum pc_status pc_chunk_clean(struct pc_chunk *chunk, bool *cleaned);

/* Cleans until a sector is empty, if that can be had. */
enum pc_status pc_chunk_free_sector(struct pc_chunk *chunk);

#endif
