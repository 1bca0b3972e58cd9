#include "planes.h"

#include <stdlib.h>
#include <string.h>

#include "state.h"

static const enum pc_hash_plane hashed_as[PC_PLANE_KINDS] = {
    [PC_PLANE_COUNTS] = PC_HASH_PROGRAM_COUNTS, [PC_PLANE_WEAK] = PC_HASH_WEAK,
    [PC_PLANE_SPOILT] = PC_HASH_SPOILT,         [PC_PLANE_STUCK] = PC_HASH_STUCK,
    [PC_PLANE_SYNDROMES] = PC_HASH_SYNDROMES,
};

/* In bytes of the plane. */
static size_t size_of(const struct pc_device *device, enum pc_plane_kind kind) {
  return (size_t)(device->size / device->planes[kind].grain) * device->planes[kind].entry;
}

static size_t first_of(const struct pc_device *device, enum pc_plane_kind kind, uint32_t address) {
  return (size_t)(address / device->planes[kind].grain) * device->planes[kind].entry;
}

/* The entries for `size` > 0 bytes of cells. */
static size_t size_of_range(const struct pc_device *device, enum pc_plane_kind kind, uint32_t address, uint32_t size) {
  return first_of(device, kind, address + size - 1) + device->planes[kind].entry - first_of(device, kind, address);
}

bool pc_plane_prepare(struct pc_device *device, enum pc_plane_kind kind) {
  struct pc_plane *plane = &device->planes[kind];
  if (plane->bytes != NULL) {
    return true;
  }
  uint8_t *bytes = calloc(pc_whole_lines(size_of(device, kind)), 1);
  plane->sum = bytes == NULL ? NULL : pc_hash_open(size_of(device, kind));
  if (plane->sum == NULL) {
    free(bytes);
    return false;
  }
  plane->bytes = bytes;
  device->has_planes = true;
  return true;
}

struct pc_bytes pc_plane_range(const struct pc_device *device, enum pc_plane_kind kind, uint32_t address,
                               uint32_t size) {
  const struct pc_plane *plane = &device->planes[kind];
  if (plane->bytes == NULL) {
    return (struct pc_bytes){0};
  }
  return (struct pc_bytes){.data = plane->bytes + first_of(device, kind, address),
                           .size = size_of_range(device, kind, address, size)};
}

void pc_planes_touch(struct pc_device *device, uint32_t address, uint32_t size) {
  for (enum pc_plane_kind kind = 0; kind < PC_PLANE_KINDS; kind++) {
    if (device->planes[kind].bytes != NULL) {
      pc_hash_touch(device->planes[kind].sum, first_of(device, kind, address),
                    size_of_range(device, kind, address, size));
    }
  }
}

uint64_t pc_planes_hash(const struct pc_device *device) {
  uint64_t hash = 0;
  for (enum pc_plane_kind kind = 0; kind < PC_PLANE_KINDS; kind++) {
    if (device->planes[kind].bytes != NULL) {
      hash += pc_hash_of(device->planes[kind].sum, hashed_as[kind], device->planes[kind].bytes, true);
    }
  }
  return hash;
}

void pc_plane_restore(struct pc_device *device, enum pc_plane_kind kind, uint32_t address, struct pc_bytes entries) {
  memcpy(device->planes[kind].bytes + first_of(device, kind, address), entries.data, entries.size);
}

void pc_planes_clear(struct pc_device *device) {
  for (enum pc_plane_kind kind = 0; kind < PC_PLANE_KINDS; kind++) {
    if (device->planes[kind].bytes != NULL) {
      memset(device->planes[kind].bytes, 0, size_of(device, kind));
      pc_hash_touch(device->planes[kind].sum, 0, size_of(device, kind));
    }
  }
}

void pc_planes_free(struct pc_device *device) {
  for (enum pc_plane_kind kind = 0; kind < PC_PLANE_KINDS; kind++) {
    free(device->planes[kind].bytes);
    pc_hash_close(device->planes[kind].sum);
  }
}
