#include "norkv/partition.h"

static bool is_inside(const struct norkv_partition *partition, uint32_t address, size_t size) {
  return size <= partition->size && address <= partition->size - size;
}

static int partition_read(void *context, uint32_t address, void *buffer, size_t size) {
  const struct norkv_partition *partition = context;
  if (!is_inside(partition, address, size)) {
    return NORKV_PARTITION_OUT_OF_RANGE;
  }
  const struct norkv_flash *device = &partition->config.device;
  return device->read(device->context, partition->address + address, buffer, size);
}

static int partition_program(void *context, uint32_t address, const void *data, size_t size) {
  const struct norkv_partition *partition = context;
  if (partition->config.permission != NORKV_READ_WRITE) {
    return NORKV_PARTITION_READ_ONLY_REFUSED;
  }
  uint32_t alignment = partition->config.alignment;
  if (!is_inside(partition, address, size) || address % alignment != 0 || size % alignment != 0) {
    return NORKV_PARTITION_OUT_OF_RANGE;
  }
  const struct norkv_flash *device = &partition->config.device;
  return device->program(device->context, partition->address + address, data, size);
}

static int partition_erase(void *context, uint32_t sector) {
  const struct norkv_partition *partition = context;
  const struct norkv_partition_config *config = &partition->config;
  if (config->permission != NORKV_READ_WRITE) {
    return NORKV_PARTITION_READ_ONLY_REFUSED;
  }
  if (sector >= config->sector_count / config->sectors_per_logical) {
    return NORKV_PARTITION_OUT_OF_RANGE;
  }
  /* Lowest first: what is left of a cut erase is then the newer entries, so that none comes back to life that a later
     one in the same sector supersedes. */
  uint32_t first = config->start_sector + sector * config->sectors_per_logical;
  int err = 0;
  for (uint32_t i = 0; i < config->sectors_per_logical && err == 0; i++) {
    err = config->device.erase(config->device.context, first + i);
  }
  return err;
}

static bool is_device(const struct norkv_flash *device) {
  return device->sector_count > 0 && device->sector_size > 0 && device->alignment > 0 &&
         device->sector_size % device->alignment == 0 && device->sector_size <= UINT32_MAX / device->sector_count;
}

/* `config` has its alignment filled in. Nothing overflows: a range inside the device is no larger than it. */
static bool is_geometry(const struct norkv_partition_config *config) {
  const struct norkv_flash *device = &config->device;
  if (!is_device(device) || config->start_sector >= device->sector_count ||
      config->sector_count > device->sector_count - config->start_sector) {
    return false;
  }
  uint32_t joined = config->sectors_per_logical;
  if (joined == 0 || config->sector_count % joined != 0) {
    return false;
  }
  uint32_t count = config->sector_count / joined;
  if (count < NORKV_MIN_SECTORS || count > NORKV_MAX_SECTORS) {
    return false;
  }
  uint32_t sector_size = device->sector_size * joined;
  return sector_size >= NORKV_MIN_SECTOR_SIZE && config->alignment <= NORKV_MAX_ALIGNMENT &&
         config->alignment % device->alignment == 0 && sector_size % config->alignment == 0;
}

enum norkv_error norkv_partition_init(struct norkv_partition *partition, const struct norkv_partition_config *config,
                                      struct norkv_flash *port) {
  if (partition == NULL || config == NULL || port == NULL || config->device.read == NULL ||
      config->device.program == NULL || config->device.erase == NULL ||
      (config->permission != NORKV_READ_WRITE && config->permission != NORKV_READ_ONLY)) {
    return NORKV_ERR_INVALID;
  }
  struct norkv_partition_config filled = *config;
  if (filled.alignment == 0) {
    filled.alignment = filled.device.alignment;
  }
  if (!is_geometry(&filled)) {
    return NORKV_ERR_GEOMETRY;
  }
  partition->config = filled;
  partition->address = filled.start_sector * filled.device.sector_size;
  partition->size = filled.sector_count * filled.device.sector_size;
  *port = (struct norkv_flash){
      .context = partition,
      .sector_size = filled.device.sector_size * filled.sectors_per_logical,
      .sector_count = filled.sector_count / filled.sectors_per_logical,
      .alignment = filled.alignment,
      .read = partition_read,
      .program = partition_program,
      .erase = partition_erase,
  };
  return NORKV_OK;
}
