#include "powercut/decoder.h"

#define MAX_SECTORS 65535u
#define MIN_SECTOR_SIZE 16u
#define MAX_SECTOR_SIZE (16u << 20)
#define MAX_IMAGE_SIZE (256u << 20)
#define MAX_ALIGNMENT 4096u
#define MAX_REDUNDANCY 16u
#define ERASED_MAGIC 0xFFFFFFFFu

const char *pc_entry_state_text(enum pc_entry_state state) {
  switch (state) {
    case PC_ENTRY_LIVE:
      return "live";
    case PC_ENTRY_TOMBSTONE:
      return "tombstone";
    case PC_ENTRY_SUPERSEDED:
      return "superseded";
    case PC_ENTRY_DUPLICATE:
      return "duplicate";
    case PC_ENTRY_DAMAGED:
      return "damaged";
  }
  return "unknown";
}

static enum pc_result check_range(const char *what, uint32_t value, uint32_t least, uint32_t most,
                                  struct pc_error *error) {
  if (value < least || value > most) {
    return pc_fail(error, PC_BAD_INPUT, "the %s is %u: it must be %u to %u", what, value, least, most);
  }
  return PC_OK;
}

static enum pc_result check_formats(const struct pc_image_layout *layout, struct pc_error *error) {
  enum pc_result err = check_range("number of formats", layout->format_count, 1, PC_MAX_FORMATS, error);
  if (err) {
    return err;
  }
  for (uint32_t i = 0; i < layout->format_count; i++) {
    const struct pc_format *format = &layout->formats[i];
    if (format->magic == ERASED_MAGIC) {
      return pc_fail(error, PC_BAD_INPUT, "format %u has the magic 0xffffffff, which is erased flash", i + 1);
    }
    if ((unsigned)format->checksum > PC_CHECKSUM_CRC32C) {
      return pc_fail(error, PC_BAD_INPUT, "format %u has an unknown checksum (%u)", i + 1, (unsigned)format->checksum);
    }
    for (uint32_t j = 0; j < i; j++) {
      if (layout->formats[j].magic == format->magic) {
        return pc_fail(error, PC_BAD_INPUT, "formats %u and %u have the same magic, 0x%08x", j + 1, i + 1,
                       format->magic);
      }
    }
  }
  return PC_OK;
}

enum pc_result pc_layout_check(const struct pc_image_layout *layout, struct pc_error *error) {
  enum pc_result err = check_range("number of sectors", layout->sector_count, 1, MAX_SECTORS, error);
  if (!err) {
    err = check_range("sector size", layout->sector_size, MIN_SECTOR_SIZE, MAX_SECTOR_SIZE, error);
  }
  if (!err) {
    err = check_range("alignment", layout->alignment, 1, MAX_ALIGNMENT, error);
  }
  if (!err) {
    err = check_range("redundancy", layout->redundancy, 1, MAX_REDUNDANCY, error);
  }
  if (err) {
    return err;
  }
  if ((uint64_t)layout->sector_size * layout->sector_count > MAX_IMAGE_SIZE) {
    return pc_fail(error, PC_BAD_INPUT, "%u sectors of %u bytes are more than 256 MiB", layout->sector_count,
                   layout->sector_size);
  }
  if (layout->sector_size % layout->alignment != 0) {
    return pc_fail(error, PC_BAD_INPUT, "the sector size, %u, is no multiple of the alignment, %u", layout->sector_size,
                   layout->alignment);
  }
  return check_formats(layout, error);
}
