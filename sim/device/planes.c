#include "planes.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "state.h"

static const enum pc_hash_plane hashed_as[PC_PLANE_KINDS] = {
    [PC_PLANE_COUNTS] = PC_HASH_PROGRAM_COUNTS,
    [PC_PLANE_WEAK] = PC_HASH_WEAK,
    [PC_PLANE_SPOILT] = PC_HASH_SPOILT,
    [PC_PLANE_STUCK] = PC_HASH_STUCK,
};

static size_t entries_in(const struct pc_device *device, enum pc_plane_kind kind) {
  return device->size / device->planes[kind].grain;
}

static size_t first_entry(const struct pc_device *device, enum pc_plane_kind kind, uint32_t address) {
  return address / device->planes[kind].grain;
}

bool pc_plane_prepare(struct pc_device *device, enum pc_plane_kind kind) {
  struct pc_plane *plane = &device->planes[kind];
  if (plane->bytes == NULL) {
    plane->bytes = calloc(pc_whole_lines(entries_in(device, kind)), 1);
  }
  return plane->bytes != NULL;
}

struct pc_bytes pc_plane_range(const struct pc_device *device, enum pc_plane_kind kind, uint32_t address,
                               uint32_t size) {
  const struct pc_plane *plane = &device->planes[kind];
  if (plane->bytes == NULL) {
    return (struct pc_bytes){0};
  }
  size_t first = first_entry(device, kind, address);
  size_t last = first_entry(device, kind, address + size - 1);
  return (struct pc_bytes){.data = plane->bytes + first, .size = last - first + 1};
}

uint64_t pc_planes_hash(const struct pc_device *device, uint32_t address, uint32_t size) {
  uint64_t hash = 0;
  for (enum pc_plane_kind kind = 0; kind < PC_PLANE_KINDS; kind++) {
    if (device->planes[kind].bytes != NULL) {
      size_t first = first_entry(device, kind, address);
      size_t last = first_entry(device, kind, address + size - 1);
      hash += pc_hash_set_lines(hashed_as[kind], device->planes[kind].bytes, first, last - first + 1);
    }
  }
  return hash;
}

void pc_plane_restore(struct pc_device *device, enum pc_plane_kind kind, uint32_t address, struct pc_bytes entries) {
  memcpy(device->planes[kind].bytes + first_entry(device, kind, address), entries.data, entries.size);
}

void pc_planes_clear(struct pc_device *device) {
  for (enum pc_plane_kind kind = 0; kind < PC_PLANE_KINDS; kind++) {
    if (device->planes[kind].bytes != NULL) {
      memset(device->planes[kind].bytes, 0, entries_in(device, kind));
    }
  }
}

void pc_planes_free(struct pc_device *device) {
  for (enum pc_plane_kind kind = 0; kind < PC_PLANE_KINDS; kind++) {
    free(device->planes[kind].bytes);
  }
}
