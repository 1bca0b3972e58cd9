#include "chunk_clean.h"

#include "chunk_sector.h"

/* The sector to clean next; the sector count: none is marked and none has anything to give back. */
static uint32_t choose(const struct pc_chunk *chunk) {
  uint32_t marked = chunk->flash.sector_count;
  uint32_t best = chunk->flash.sector_count;
  uint32_t most = 0;
  for (uint32_t i = 0; i < chunk->flash.sector_count; i++) {
    uint64_t order = chunk->sectors[i].order;
    if (order != PC_CHUNK_IN_USE && (marked == chunk->flash.sector_count || order < chunk->sectors[marked].order)) {
      marked = i;
    }
    uint32_t reclaimable = pc_chunk_reclaimable(chunk, i);
    if (reclaimable > most) {
      most = reclaimable;
      best = i;
    }
  }
  return marked != chunk->flash.sector_count ? marked : best;
}

/* Moves the live chunks out of a sector. False in `*moved`: some had to stay for want of room. */
static enum pc_status move_out(struct pc_chunk *chunk, uint32_t sector, bool *moved) {
  *moved = true;
  for (uint32_t i = 0; i < chunk->key_count; i++) {
    struct pc_chunk_key *key = &chunk->keys[i];
    if (key->sector != sector || key->header.erased) {
      continue;
    }
    uint32_t room = pc_chunk_find_room(chunk, key->header.key_size, key->header.value_size, false);
    if (room == chunk->flash.sector_count) {
      *moved = false;
      return PC_STATUS_OK;
    }
    enum pc_status status = pc_chunk_move(chunk, room, key);
    if (status != PC_STATUS_OK) {
      return status;
    }
  }
  return PC_STATUS_OK;
}

/* The live keys have left the sector: those in it are erased. */
static void drop_erased(struct pc_chunk *chunk, uint32_t sector) {
  for (uint32_t i = 0; i < chunk->key_count;) {
    if (chunk->keys[i].sector == sector) {
      pc_chunk_drop(chunk, &chunk->keys[i]);
    } else {
      i++;
    }
  }
}

enum pc_status pc_chunk_clean(struct pc_chunk *chunk, bool *cleaned) {
  *cleaned = false;
  uint32_t sector = choose(chunk);
  if (sector == chunk->flash.sector_count) {
    return PC_STATUS_OK;
  }
  enum pc_status status = pc_chunk_mark(chunk, sector);
  if (status == PC_STATUS_OK) {
    status = move_out(chunk, sector, cleaned);
  }
  if (status != PC_STATUS_OK || !*cleaned) {
    return status;
  }
  drop_erased(chunk, sector);
  return pc_chunk_reset(chunk, sector);
}

enum pc_status pc_chunk_free_sector(struct pc_chunk *chunk) {
  enum pc_status status = PC_STATUS_OK;
  bool cleaned = true;
  while (status == PC_STATUS_OK && cleaned && pc_chunk_empty_sectors(chunk) == 0) {
    status = pc_chunk_clean(chunk, &cleaned);
  }
  return status;
}
