/* The sizes that a part erases at once: the sector, and blocks of sectors. */
#include <stdio.h>

#include "state.h"

/* Size `index` of a profile, the sector first; it has erase_block_count + 1. */
static struct pc_erase_block size_at(const struct pc_profile *profile, uint32_t index) {
  if (index > 0) {
    return profile->erase_blocks[index - 1];
  }
  return (struct pc_erase_block){.size = profile->sector_size,
                                 .from = profile->sector_from,
                                 .end = profile->sector_end,
                                 .erase_typical_us = profile->erase_typical_us,
                                 .erase_maximum_us = profile->erase_maximum_us};
}

uint32_t pc_profile_largest_erase(const struct pc_profile *profile) {
  return size_at(profile, profile->erase_block_count).size;
}

/* As a store sees it, in a partition of `total` bytes. */
static struct pc_erase_size in_partition(const struct pc_erase_block *block, uint32_t total) {
  return (struct pc_erase_size){
      .size = block->size, .from = block->from, .end = block->end == 0 || block->end > total ? total : block->end};
}

static bool holds_a_block(const struct pc_erase_size *size) {
  uint64_t first = ((uint64_t)size->from + size->size - 1) / size->size * size->size;
  return first + size->size <= size->end;
}

bool pc_profile_erases(const struct pc_profile *profile, uint32_t sectors) {
  bool erases = false;
  for (uint32_t i = 0; i <= profile->erase_block_count; i++) {
    const struct pc_erase_block block = size_at(profile, i);
    const struct pc_erase_size offered = in_partition(&block, sectors * profile->sector_size);
    erases = erases || holds_a_block(&offered);
  }
  return erases;
}

bool pc_erase_is_offered(const struct pc_device *device, uint32_t address, uint32_t size) {
  for (uint32_t i = 0; i <= device->profile.erase_block_count; i++) {
    const struct pc_erase_block block = size_at(&device->profile, i);
    const struct pc_erase_size offered = in_partition(&block, device->size);
    if (offered.size == size) {
      return address >= offered.from && address + size <= offered.end;
    }
  }
  return false;
}

struct pc_flash_erases pc_device_erases(const struct pc_device *device) {
  struct pc_flash_erases erases = {.erase = pc_device_erase};
  for (uint32_t i = 0; i <= device->profile.erase_block_count; i++) {
    const struct pc_erase_block block = size_at(&device->profile, i);
    const struct pc_erase_size offered = in_partition(&block, device->size);
    if (i == 0 || holds_a_block(&offered)) {
      erases.sizes[erases.count++] = offered;
    }
  }
  return erases;
}

static enum pc_result fail_size(const struct pc_profile *profile, uint32_t size, struct pc_error *error) {
  char sizes[96];
  int used = 0;
  for (uint32_t i = 0; i <= profile->erase_block_count; i++) {
    used += snprintf(sizes + used, sizeof sizes - (size_t)used, "%s%lu", i == 0 ? "" : ", ",
                     (unsigned long)size_at(profile, i).size);
  }
  return pc_fail(error, PC_BAD_INPUT, "profile '%s' erases %s bytes at once, not %lu", profile->name, sizes,
                 (unsigned long)size);
}

enum pc_result pc_profile_choose_sector(struct pc_profile *profile, uint32_t size, struct pc_error *error) {
  if (profile->any_sector_size) {
    profile->sector_size = size;
    return PC_OK;
  }
  uint32_t chosen = 0;
  while (chosen <= profile->erase_block_count && size_at(profile, chosen).size != size) {
    chosen++;
  }
  if (chosen > profile->erase_block_count) {
    return fail_size(profile, size, error);
  }
  const struct pc_erase_block sector = size_at(profile, chosen);
  profile->sector_size = sector.size;
  profile->sector_from = sector.from;
  profile->sector_end = sector.end;
  profile->erase_typical_us = sector.erase_typical_us;
  profile->erase_maximum_us = sector.erase_maximum_us;
  profile->erase_block_count -= chosen;
  for (uint32_t i = 0; i < profile->erase_block_count; i++) {
    profile->erase_blocks[i] = profile->erase_blocks[i + chosen];
  }
  return PC_OK;
}
