#include "powercut/device.h"

#include <stdlib.h>
#include <string.h>

#include "ecc.h"
#include "hash.h"
#include "powercut/random.h"
#include "state.h"

size_t pc_whole_lines(size_t size) {
  return (size + PC_HASH_LINE - 1) / PC_HASH_LINE * PC_HASH_LINE;
}

/* False when memory ran out: what was allocated is then pc_device_destroy's. */
static bool allocate(struct pc_device *device) {
  device->cells = malloc(pc_whole_lines(device->size));
  uint32_t largest = pc_profile_largest_erase(&device->profile);
  device->erased = malloc(largest);
  device->hash = pc_hash_open(device->size);
  device->wear = calloc(device->sectors, sizeof *device->wear);
  device->flipped = device->profile.erases_to_zeros ? malloc(device->size) : NULL;
  if (device->profile.erases_to_zeros && device->flipped == NULL) {
    return false;
  }
  if (device->cells == NULL || device->erased == NULL || device->wear == NULL || device->hash == NULL) {
    return false;
  }
  memset(device->cells, PC_ERASED, pc_whole_lines(device->size));
  memset(device->erased, PC_ERASED, largest);
  const struct pc_profile *profile = &device->profile;
  /* Words that are programmed twice get wrong check bits without a tear. */
  bool twice = profile->ecc_word > 0 && profile->programs_per_unit != 1 && profile->reprogram != PC_REPROGRAM_ZEROS;
  return (!twice || pc_plane_prepare(device, PC_PLANE_SYNDROMES)) &&
         (profile->programs_per_unit == 0 || pc_plane_prepare(device, PC_PLANE_COUNTS));
}

enum pc_result pc_device_create(struct pc_device **device, const struct pc_profile *profile, uint32_t sectors,
                                struct pc_error *error) {
  *device = NULL;
  enum pc_result result = pc_profile_check(profile, sectors, error);
  if (result != PC_OK) {
    return result;
  }
  struct pc_device *created = calloc(1, sizeof *created);
  if (created == NULL) {
    return pc_fail_memory(error);
  }
  created->profile = *profile;
  created->sectors = sectors;
  created->size = sectors * profile->sector_size;
  created->sector = pc_divisor_of(profile->sector_size);
  created->page = pc_divisor_of(profile->page_size);
  created->unit = pc_divisor_of(profile->program_unit);
  for (enum pc_plane_kind kind = 0; kind < PC_PLANE_KINDS; kind++) {
    created->planes[kind] = (struct pc_plane){.grain = 1, .entry = 1};
  }
  created->planes[PC_PLANE_COUNTS].grain = profile->program_unit;
  created->planes[PC_PLANE_SYNDROMES].grain = profile->ecc_word > 0 ? profile->ecc_word : 1;
  created->planes[PC_PLANE_SYNDROMES].entry = PC_SYNDROME_SIZE;
  created->budget = (struct pc_budget){.flash_operations = UINT64_MAX, .read_bytes = UINT64_MAX};
  if (!allocate(created)) {
    pc_device_destroy(created);
    return pc_fail_memory(error);
  }
  *device = created;
  return PC_OK;
}

void pc_device_destroy(struct pc_device *device) {
  if (device == NULL) {
    return;
  }
  pc_journal_free(&device->journal);
  pc_hash_close(device->hash);
  free(device->wear);
  free(device->erased);
  free(device->flipped);
  pc_planes_free(device);
  pc_armed_free(device);
  free(device->scratch);
  free(device->cells);
  free(device);
}

enum pc_result pc_device_load(struct pc_device *device, struct pc_bytes image, struct pc_error *error) {
  if (image.size != device->size) {
    return pc_fail(error, PC_BAD_INPUT, "the image is %zu bytes, the device %lu (%lu sectors of %lu bytes)", image.size,
                   (unsigned long)device->size, (unsigned long)device->sectors,
                   (unsigned long)device->profile.sector_size);
  }
  for (size_t i = 0; i < image.size; i++) {
    device->cells[i] = image.data[i] ^ pc_profile_flip(&device->profile);
  }
  pc_planes_clear(device);
  uint8_t *counts = device->planes[PC_PLANE_COUNTS].bytes;
  size_t unit = device->profile.program_unit;
  for (size_t i = 0; counts != NULL && i < device->size / unit; i++) {
    counts[i] = memcmp(device->cells + i * unit, device->erased, unit) != 0;
  }
  pc_device_forget(device);
  device->weak_cells = 0;
  device->damage = (struct pc_damage){0};
  pc_hash_touch(device->hash, 0, device->size);
  pc_planes_touch(device, 0, device->size);
  return PC_OK;
}

struct pc_bytes pc_device_cells(const struct pc_device *device) {
  return (struct pc_bytes){.data = device->cells, .size = device->size};
}

const struct pc_profile *pc_device_profile(const struct pc_device *device) {
  return &device->profile;
}

uint32_t pc_device_sectors(const struct pc_device *device) {
  return device->sectors;
}

uint64_t pc_device_hash(const struct pc_device *device) {
  uint64_t hash = pc_hash_of(device->hash, PC_HASH_CELLS, device->cells, false) + pc_planes_hash(device);
  if (device->weak_cells > 0) {
    uint64_t reads = pc_random_mix(device->read_seed, device->reads);
    hash = pc_random_mix(pc_random_mix(hash, reads), (uint64_t)device->weakness);
  }
  return device->armed == NULL && device->damage.events == 0 ? hash : pc_armed_hash(device, hash);
}

uint64_t pc_device_wear_hash(const struct pc_device *device) {
  return device->wear_hash;
}

struct pc_sector_wear pc_device_wear(const struct pc_device *device, uint32_t sector) {
  return device->wear[sector];
}

bool pc_device_reads_raw(const struct pc_device *device) {
  return device->weak_cells == 0 && !pc_guard_is_wrong(device, 0, device->size);
}

double pc_device_age(const struct pc_device *device, uint32_t sector) {
  double endurance = device->profile.endurance;
  return endurance > 0 ? device->worn + (double)device->wear[sector].erases / endurance : 0;
}

void pc_device_set_worn(struct pc_device *device, double age) {
  device->worn = age;
}

struct pc_damage pc_device_damage(const struct pc_device *device) {
  return device->damage;
}

bool pc_device_is_sound(const struct pc_device *device) {
  return device->armed == NULL && device->damage.events == 0;
}

uint64_t pc_device_errors(const struct pc_device *device) {
  return device->errors;
}

uint64_t pc_device_read_errors(const struct pc_device *device) {
  return device->read_errors;
}

bool pc_device_prepare_damage(struct pc_device *device) {
  if (device->scratch == NULL) {
    device->scratch = malloc(device->size);
  }
  return device->scratch != NULL && pc_plane_prepare(device, PC_PLANE_SPOILT) &&
         pc_plane_prepare(device, PC_PLANE_STUCK);
}
