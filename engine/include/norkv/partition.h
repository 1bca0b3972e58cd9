/*
 * A partition: a range of the sectors of a flash device, as a flash port of its own.
 *
 * It may be read-only, may join physical sectors to larger logical ones, and may have a coarser alignment than the
 * device. Partitions may lie on partitions; that they don't overlap is the caller's care. There is no heap and no
 * global state, and a firmware that doesn't call norkv_partition_init gets none of the code.
 *
 * A store on a read-only partition: norkv_start writes nothing to an image without damage, and every key can be read.
 * What would write (put, delete, a maintain that finds work) answers NORKV_ERR_FLASH or, where it finds no room, the
 * error it has for that. Use NORKV_RECOVER_MANUAL: then start writes nothing to a damaged image either, answers
 * NORKV_ERR_DATA_LOSS, and the store is readable. With NORKV_RECOVER_IMMEDIATE start tries to mend and fails.
 */
#ifndef NORKV_PARTITION_H
#define NORKV_PARTITION_H

#include "norkv/norkv.h"

/* What the port of a partition returns beside what the device returned, which is handed on as it is. */
#define NORKV_PARTITION_READ_ONLY_REFUSED (-20001) /* program, erase: the partition is read-only */
#define NORKV_PARTITION_OUT_OF_RANGE (-20002)      /* not inside the partition, or a program that is not aligned */

enum norkv_permission {
  NORKV_READ_WRITE = 0,
  NORKV_READ_ONLY, /* programs and erases never reach the device */
};

struct norkv_partition_config {
  struct norkv_flash device;    /* what it lies on; sector_count may be anything from 1, the size fits 32 bits */
  uint32_t start_sector;        /* first physical sector */
  uint32_t sector_count;        /* physical sectors, a multiple of sectors_per_logical */
  uint32_t sectors_per_logical; /* physical sectors in one sector of the port, from 1 */
  uint32_t alignment;           /* bytes; a multiple of the device's that divides a logical sector; 0: the device's */
  enum norkv_permission permission;
};

/* Private to the engine; here so that callers can hold one. */
struct norkv_partition {
  struct norkv_partition_config config;
  uint32_t address; /* of its first byte on the device */
  uint32_t size;    /* bytes */
};

/*
 * Makes `port` the flash port of a partition. The port points to `partition`, which must stay where it is while the
 * port is used; the configuration is copied.
 *
 * Sector n of the port is the physical sectors start_sector + n * sectors_per_logical and those that follow, address 0
 * the first byte of start_sector. An erase erases each physical sector, the lowest first, and stops at the first that
 * fails: a cut between them leaves a sector whose beginning is erased, which a store mends as any torn erase.
 *
 * NORKV_ERR_INVALID: a pointer is NULL, the device lacks a function, or the permission is none.
 * NORKV_ERR_GEOMETRY: the device's own geometry is none (a size or the alignment is 0, a sector is no multiple of the
 * alignment, the device is larger than 32 bits), the range is not inside it, sector_count is no multiple of
 * sectors_per_logical, the alignment is not as said above, or the port would lie outside the limits of norkv/flash.h.
 * Where it fails, `partition` and `port` are as they were.
 */
enum norkv_error norkv_partition_init(struct norkv_partition *partition, const struct norkv_partition_config *config,
                                      struct norkv_flash *port);

#endif
