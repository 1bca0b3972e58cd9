/*
 * Reads an image sector by sector, in the order of addresses. Each entry is judged against the current entry of its key
 * so far; once all are read, those that lie before their key's current entry are known to be superseded.
 */
#include <string.h>

#include "crc.h"
#include "decode_keys.h"
#include "powercut/decoder.h"

#define HEADER_SIZE 16u
#define STEP 16u /* entries begin at multiples of it */
#define MAX_KEY_LENGTH 63u
#define TOMBSTONE_SIZE 0xFFFFu

struct scan {
  const uint8_t *image;
  const struct pc_image_layout *layout;
  uint32_t entry_alignment; /* bytes */
  struct pc_decoded *decoded;
};

/* A part of the image inside one sector. */
struct span {
  const uint8_t *data;
  uint32_t size;
};

/* A valid entry, as its bytes tell it. */
struct parsed {
  uint32_t magic, transaction_id;
  uint32_t size;
  bool tombstone;
  struct pc_bytes key, value;
};

static uint32_t load16(const uint8_t *data) {
  return (uint32_t)data[0] | (uint32_t)data[1] << 8;
}

static uint32_t load32(const uint8_t *data) {
  return load16(data) | load16(data + 2) << 16;
}

static uint32_t align_up(uint32_t value, uint32_t alignment) {
  uint32_t over = value % alignment;
  return over == 0 ? value : value + (alignment - over);
}

/* Whether all of it is ones. Reads 64 bytes a turn, which compilers turn into vector instructions. */
static bool is_blank(struct span span) {
  const uint8_t *data = span.data;
  uint32_t left = span.size;
  for (; left >= 64; data += 64, left -= 64) {
    uint64_t words[8];
    memcpy(words, data, sizeof words);
    uint64_t all = words[0] & words[1] & words[2] & words[3] & words[4] & words[5] & words[6] & words[7];
    if (all != UINT64_MAX) {
      return false;
    }
  }
  for (; left > 0; data++, left--) {
    if (*data != 0xFF) {
      return false;
    }
  }
  return true;
}

/* Whether the magic is erased, which ends a sector's entries; also where the sector has no room for a whole one. */
static bool ends_sector(struct span rest) {
  return is_blank((struct span){rest.data, rest.size < 4 ? rest.size : 4});
}

static const struct pc_format *find_format(const struct pc_image_layout *layout, uint32_t magic) {
  for (uint32_t i = 0; i < layout->format_count; i++) {
    if (layout->formats[i].magic == magic) {
      return &layout->formats[i];
    }
  }
  return NULL;
}

/* Whether the entry of `size` bytes, a multiple of 16, has the checksum that its format demands. */
static bool has_checksum(const uint8_t *entry, uint32_t size, enum pc_checksum checksum) {
  uint32_t stored = load32(entry + 4);
  if (checksum == PC_CHECKSUM_NONE) {
    return stored == 0;
  }
  uint8_t header[HEADER_SIZE];
  memcpy(header, entry, HEADER_SIZE);
  memset(header + 4, 0, 4);
  if (checksum == PC_CHECKSUM_CRC32C) {
    uint32_t crc = pc_crc32c(0, header, HEADER_SIZE);
    return stored == pc_crc32c(crc, entry + HEADER_SIZE, size - HEADER_SIZE);
  }
  uint16_t crc = pc_crc16_ccitt(0xFFFF, header, HEADER_SIZE);
  return stored == pc_crc16_ccitt(crc, entry + HEADER_SIZE, size - HEADER_SIZE);
}

/* Reads the entry at the start of `rest`, what is left of its sector; false if there is no valid one. */
static bool parse_entry(const struct pc_image_layout *layout, struct span rest, struct parsed *parsed) {
  const uint8_t *data = rest.data;
  if (rest.size < HEADER_SIZE) {
    return false;
  }
  const struct pc_format *format = find_format(layout, load32(data));
  if (format == NULL) {
    return false;
  }
  uint32_t key_length = data[9];
  uint32_t value_size = load16(data + 10);
  bool tombstone = value_size == TOMBSTONE_SIZE;
  if (tombstone) {
    value_size = 0;
  }
  uint32_t size = align_up(HEADER_SIZE + key_length + value_size, (data[8] + 1u) * 16u);
  if (key_length < 1 || key_length > MAX_KEY_LENGTH || size > rest.size ||
      !has_checksum(data, size, format->checksum)) {
    return false;
  }
  *parsed = (struct parsed){.magic = format->magic,
                            .transaction_id = load32(data + 12),
                            .size = size,
                            .tombstone = tombstone,
                            .key = {data + HEADER_SIZE, key_length},
                            .value = {data + HEADER_SIZE + key_length, value_size}};
  return true;
}

/* Whether a is newer than b: IDs roll over, so that a comes up to 2^31 - 1 after b. */
static bool is_newer(uint32_t a, uint32_t b) {
  return a != b && a - b < 0x80000000u;
}

/* The state of a new entry of `key`, whose current entry it may become. */
static enum pc_entry_state judge(const struct pc_decoded *decoded, struct pc_decoder_key *key,
                                 const struct parsed *parsed, uint32_t sector) {
  enum pc_entry_state state = parsed->tombstone ? PC_ENTRY_TOMBSTONE : PC_ENTRY_LIVE;
  const struct pc_entry *current = key->current == PC_NO_KEY ? NULL : &decoded->entries[key->current];
  if (current == NULL || is_newer(parsed->transaction_id, current->transaction_id)) {
    *key = (struct pc_decoder_key){.current = decoded->entry_count, .copies = 1, .last_sector = sector};
    return state;
  }
  if (parsed->transaction_id != current->transaction_id || state != current->state ||
      !pc_bytes_equal(parsed->value, current->value)) {
    return PC_ENTRY_SUPERSEDED;
  }
  if (key->last_sector == sector) {
    return PC_ENTRY_DUPLICATE;
  }
  key->copies++;
  key->last_sector = sector;
  return state;
}

static enum pc_result add_entry(const struct scan *scan, uint32_t sector, uint32_t address, const struct parsed *parsed,
                                struct pc_error *error) {
  struct pc_decoded *decoded = scan->decoded;
  uint32_t key = pc_decoded_key(decoded, parsed->key);
  if (key == PC_NO_KEY) {
    return pc_fail_memory(error);
  }
  enum pc_entry_state state = judge(decoded, &decoded->memory->keys[key], parsed, sector);
  struct pc_entry *entry = pc_decoded_append(decoded, key);
  if (entry == NULL) {
    return pc_fail_memory(error);
  }
  *entry = (struct pc_entry){.state = state,
                             .address = address,
                             .size = parsed->size,
                             .magic = parsed->magic,
                             .transaction_id = parsed->transaction_id,
                             .key = parsed->key,
                             .value = parsed->value};
  return PC_OK;
}

static enum pc_result add_damage(const struct scan *scan, uint32_t sector, uint32_t address, uint32_t size,
                                 struct pc_error *error) {
  struct pc_entry *entry = pc_decoded_append(scan->decoded, PC_NO_KEY);
  if (entry == NULL) {
    return pc_fail_memory(error);
  }
  *entry = (struct pc_entry){.state = PC_ENTRY_DAMAGED, .address = address, .size = size};
  scan->decoded->damaged++;
  scan->decoded->sectors[sector].damaged++;
  return PC_OK;
}

/* The offset of the next entry that can be read, looked for in steps behind damage, blank or not, as pw_kvs does; the
   sector's size if there is none. `*last` is the end of the last step that isn't blank. */
static uint32_t skip_damage(const struct scan *scan, uint32_t sector, uint32_t offset, uint32_t *last,
                            struct parsed *parsed) {
  uint32_t sector_size = scan->layout->sector_size;
  const uint8_t *cells = scan->image + (size_t)sector * sector_size;
  while (offset < sector_size) {
    struct span rest = {cells + offset, sector_size - offset};
    struct span step = {rest.data, rest.size < STEP ? rest.size : STEP};
    if (!ends_sector(rest) && parse_entry(scan->layout, rest, parsed)) {
      return offset;
    }
    offset += step.size;
    *last = is_blank(step) ? *last : offset;
  }
  return sector_size;
}

/* Reads a sector's entries and damage; `*end` is where they end, relative to the sector. */
static enum pc_result scan_entries(const struct scan *scan, uint32_t sector, uint32_t *end, struct pc_error *error) {
  uint32_t sector_size = scan->layout->sector_size;
  uint32_t start = sector * sector_size;
  uint32_t offset = 0;
  for (;;) {
    struct span rest = {scan->image + start + offset, sector_size - offset};
    struct parsed parsed;
    *end = offset;
    if (ends_sector(rest)) {
      return PC_OK;
    }
    if (!parse_entry(scan->layout, rest, &parsed)) {
      uint32_t last = offset;
      uint32_t next = skip_damage(scan, sector, offset, &last, &parsed);
      uint32_t damage_end = next < sector_size ? next : last;
      enum pc_result err = add_damage(scan, sector, start + offset, damage_end - offset, error);
      *end = damage_end;
      if (err || next == sector_size) {
        return err;
      }
      offset = next;
    }
    enum pc_result err = add_entry(scan, sector, start + offset, &parsed, error);
    if (err) {
      return err;
    }
    offset += parsed.size;
  }
}

static enum pc_result scan_sector(const struct scan *scan, uint32_t sector, struct pc_error *error) {
  uint32_t sector_size = scan->layout->sector_size;
  struct pc_decoded_sector *report = &scan->decoded->sectors[sector];
  *report = (struct pc_decoded_sector){0};
  enum pc_result err = scan_entries(scan, sector, &report->used_bytes, error);
  if (err) {
    return err;
  }
  uint32_t used = report->used_bytes;
  report->blank_gap = !is_blank((struct span){scan->image + (size_t)sector * sector_size + used, sector_size - used});
  uint32_t next = align_up(used, scan->entry_alignment);
  if (!report->blank_gap && report->damaged == 0 && next < sector_size) {
    report->free_bytes = sector_size - next;
  }
  return PC_OK;
}

/* Entries before their key's current one were current, or copies of what was, when they were judged. */
static void supersede(struct pc_decoded *decoded) {
  const struct pc_decoder_memory *memory = decoded->memory;
  for (uint32_t i = 0; i < decoded->entry_count; i++) {
    uint32_t key = memory->key_of_entry[i];
    if (key != PC_NO_KEY && i < memory->keys[key].current) {
      decoded->entries[i].state = PC_ENTRY_SUPERSEDED;
    }
  }
}

/* The least common multiple of the alignment and of the 16 bytes that every entry is a multiple of. */
static uint32_t entry_alignment(uint32_t alignment) {
  uint32_t power = alignment & (0u - alignment); /* the power of two in it */
  return alignment * (16u / (power < 16u ? power : 16u));
}

enum pc_result pc_decode(struct pc_bytes image, const struct pc_image_layout *layout, struct pc_decoded *decoded,
                         struct pc_error *error) {
  enum pc_result err = pc_layout_check(layout, error);
  if (err) {
    return err;
  }
  if (image.size != (size_t)layout->sector_size * layout->sector_count) {
    return pc_fail(error, PC_BAD_INPUT, "the image has %zu bytes, but %u sectors of %u bytes are %zu", image.size,
                   layout->sector_count, layout->sector_size, (size_t)layout->sector_size * layout->sector_count);
  }
  err = pc_decoded_begin(decoded, layout->sector_count, error);
  struct scan scan = {image.data, layout, entry_alignment(layout->alignment), decoded};
  for (uint32_t sector = 0; !err && sector < layout->sector_count; sector++) {
    err = scan_sector(&scan, sector, error);
  }
  if (err) {
    return err;
  }
  decoded->sector_count = layout->sector_count;
  supersede(decoded);
  err = pc_decoded_collect_live(decoded, error);
  for (uint32_t i = 0; i < decoded->live_count; i++) {
    uint32_t copies = decoded->live[i].copies;
    decoded->missing_copies += copies < layout->redundancy ? layout->redundancy - copies : 0;
  }
  return err;
}
