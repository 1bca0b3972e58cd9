/*
 * Planes: what a device keeps of its cells beside their values, each an array with an entry for so many bytes of cells.
 * A plane of zeros is the same as one that isn't there, so that what never happens costs nothing.
 */
#ifndef PC_DEVICE_PLANES_H
#define PC_DEVICE_PLANES_H

#include <stdbool.h>
#include <stdint.h>

#include "hash.h"
#include "powercut/bytes.h"

struct pc_device;

enum pc_plane_kind {
  PC_PLANE_COUNTS, /* programs of each unit since its erase; there if and only if they are limited */
  PC_PLANE_WEAK,   /* metastable cells, a 1 for each */
  PC_PLANE_SPOILT, /* cells that are not what the flash operations made of them, a 1 for each, until they are erased */
  PC_PLANE_STUCK,  /* cells that never change again, a 1 for each */
  PC_PLANE_SYNDROMES, /* of each ECC word: what its check bits differ in from those of its data, PC_SYNDROME_SIZE bytes
                       */
  PC_PLANE_KINDS,
};

struct pc_plane {
  uint8_t *bytes;          /* padded with zeros to whole hash lines; NULL: all zeros */
  uint32_t grain;          /* bytes of cells that an entry is for */
  uint32_t entry;          /* bytes of an entry */
  struct pc_hash_sum *sum; /* NULL as long as bytes are */
};

/* Takes memory for a plane, if it has none: false when there is no more. */
bool pc_plane_prepare(struct pc_device *device, enum pc_plane_kind kind);

/* The entries for `size` > 0 bytes of cells at `address`; empty where the plane isn't there. */
struct pc_bytes pc_plane_range(const struct pc_device *device, enum pc_plane_kind kind, uint32_t address,
                               uint32_t size);

/* These entries of all planes changed, or are about to. */
void pc_planes_touch(struct pc_device *device, uint32_t address, uint32_t size);

/* The sum of the hashes of all planes. */
uint64_t pc_planes_hash(const struct pc_device *device);

/* Puts entries back. */
void pc_plane_restore(struct pc_device *device, enum pc_plane_kind kind, uint32_t address, struct pc_bytes entries);

void pc_planes_clear(struct pc_device *device);
void pc_planes_free(struct pc_device *device);

#endif
