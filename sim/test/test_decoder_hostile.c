/* The decoder on images that nobody meant to write, and against a slower decoder that knows what was written. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "powercut/random.h"
#include "test_decoder_images.h"

#define SEED 20240607u

static bool is_current(enum pc_entry_state state) {
  return state == PC_ENTRY_LIVE || state == PC_ENTRY_TOMBSTONE;
}

static bool is_inside(struct pc_bytes part, struct pc_bytes whole) {
  return part.size == 0 || (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

/* What one sector reports, against its entries [first, end). */
static void check_sector(const struct test_image *image, const struct pc_decoded *decoded, uint32_t sector,
                         const uint32_t bounds[2]) {
  const struct pc_decoded_sector *report = &decoded->sectors[sector];
  uint32_t size = image->layout.sector_size;
  uint32_t place = sector * size;
  uint32_t damaged = 0;
  for (uint32_t i = bounds[0]; i < bounds[1]; i++) {
    const struct pc_entry *entry = &decoded->entries[i];
    cr_assert_eq(entry->address, place, "entry %u does not follow the one before it", i);
    cr_assert_gt(entry->size, 0);
    cr_assert_leq(entry->size, (sector + 1) * size - place, "entry %u leaves its sector", i);
    place += entry->size;
    struct pc_bytes extent = {image->cells + entry->address, entry->size};
    cr_assert(is_inside(entry->key, extent) && is_inside(entry->value, extent), "entry %u", i);
    cr_assert_eq(entry->state == PC_ENTRY_DAMAGED, entry->key.size == 0);
    damaged += entry->state == PC_ENTRY_DAMAGED;
  }
  cr_assert_eq(report->used_bytes, place - sector * size);
  cr_assert_eq(report->damaged, damaged);
  cr_assert_leq(report->free_bytes, size - report->used_bytes);
  bool blank = true;
  for (uint32_t i = report->used_bytes; i < size; i++) {
    blank = blank && image->cells[(size_t)sector * size + i] == 0xFF;
  }
  cr_assert_eq(report->blank_gap, !blank);
  cr_assert(report->free_bytes == 0 || (blank && damaged == 0));
}

/* What holds on any image. */
static void check_invariants(const struct test_image *image, const struct pc_decoded *decoded) {
  cr_assert_eq(decoded->sector_count, image->layout.sector_count);
  uint32_t first = 0;
  uint32_t damaged = 0;
  for (uint32_t sector = 0; sector < decoded->sector_count; sector++) {
    uint32_t end = first;
    while (end < decoded->entry_count && decoded->entries[end].address / image->layout.sector_size == sector) {
      end++;
    }
    check_sector(image, decoded, sector, (const uint32_t[]){first, end});
    first = end;
    damaged += decoded->sectors[sector].damaged;
  }
  cr_assert_eq(first, decoded->entry_count);
  cr_assert_eq(decoded->damaged, damaged);
  uint32_t live_copies = 0;
  for (uint32_t i = 0; i < decoded->entry_count; i++) {
    live_copies += decoded->entries[i].state == PC_ENTRY_LIVE;
  }
  uint32_t missing = 0;
  for (uint32_t i = 0; i < decoded->live_count; i++) {
    uint32_t copies = decoded->live[i].copies;
    cr_assert_geq(copies, 1);
    live_copies -= copies;
    missing += copies < image->layout.redundancy ? image->layout.redundancy - copies : 0;
  }
  cr_assert_eq(live_copies, 0, "the live entries are not the copies of the live keys");
  cr_assert_eq(decoded->missing_copies, missing);
}

static void decode_and_check(const struct test_image *image, struct pc_decoded *decoded) {
  struct pc_error error;
  cr_assert_eq(pc_decode(image->bytes, &image->layout, decoded, &error), PC_OK);
  check_invariants(image, decoded);
}

static void mutate_golden(const struct test_image *image, const void *manifest_case, void *context) {
  (void)manifest_case;
  struct pc_decoded decoded = {0};
  struct pc_random *random = context;
  uint8_t *original = malloc(image->bytes.size);
  cr_assert_not_null(original);
  memcpy(original, image->cells, image->bytes.size);
  for (int round = 0; round < 60; round++) {
    uint64_t changes = 1 + pc_random_below(random, 40);
    for (uint64_t i = 0; i < changes; i++) {
      size_t at = (size_t)pc_random_below(random, image->bytes.size);
      size_t length = 1 + (size_t)pc_random_below(random, 20);
      length = length < image->bytes.size - at ? length : image->bytes.size - at;
      switch (pc_random_below(random, 4)) {
        case 0:
          image->cells[at] ^= (uint8_t)(1u << pc_random_below(random, 8));
          break;
        case 1:
          memset(image->cells + at, 0xFF, length);
          break;
        case 2: /* the sizes and alignment of a header */
          image->cells[at / 16 * 16 + 8 + pc_random_below(random, 4)] = (uint8_t)pc_random_next(random);
          break;
        default: /* an entry's start where none was */
          memmove(image->cells + at, original + pc_random_below(random, image->bytes.size / 16) * 16, length % 16);
          break;
      }
    }
    decode_and_check(image, &decoded);
    if (round % 10 == 9) {
      memcpy(image->cells, original, image->bytes.size);
    }
  }
  free(original);
  pc_decoded_free(&decoded);
}

Test(decoder_hostile, survives_golden_images_with_random_changes) {
  struct pc_random random = {.state = SEED};
  golden_each(mutate_golden, &random);
}

Test(decoder_hostile, survives_random_bytes_full_of_headers) {
  struct pc_random random = {.state = SEED};
  struct pc_decoded decoded = {0};
  for (int round = 0; round < 300; round++) {
    struct pc_image_layout layout =
        simple_layout(16 + (uint32_t)pc_random_below(&random, 600), 1 + (uint32_t)pc_random_below(&random, 9),
                      (enum pc_checksum)pc_random_below(&random, 3));
    layout.alignment = 1;
    layout.redundancy = 1 + (uint32_t)pc_random_below(&random, 3);
    struct test_image image = image_create(&layout);
    for (size_t i = 0; i < image.bytes.size; i++) {
      image.cells[i] = (uint8_t)pc_random_next(&random);
    }
    for (size_t at = 0; at + 16 <= image.bytes.size; at += 16) {
      static const uint8_t header[] = {0xEF, 0xBE, 0x0D, 0x60, 0, 0, 0, 0, 0, 1, 1, 0};
      size_t whole = (size_t)pc_random_below(&random, 4) * 4;
      memcpy(image.cells + at, header, whole);
    }
    decode_and_check(&image, &decoded);
    image_free(&image);
  }
  pc_decoded_free(&decoded);
}

/* The reference: a list of what was written, and states by the words of the format, in quadratic time. */

#define MOST_ENTRIES 512u

struct written {
  struct test_entry entry; /* of damage, the key is empty */
  uint32_t address, size, sector;
};

struct reference {
  struct written written[MOST_ENTRIES];
  uint32_t count;
};

static bool same_key(const struct written *a, const struct written *b) {
  return a->entry.key.size > 0 && pc_bytes_equal(a->entry.key, b->entry.key);
}

static bool same_content(const struct written *a, const struct written *b) {
  return a->entry.tombstone == b->entry.tombstone && pc_bytes_equal(a->entry.value, b->entry.value);
}

static enum pc_entry_state expected_state(const struct reference *reference, uint32_t index) {
  const struct written *judged = &reference->written[index];
  if (judged->entry.key.size == 0) {
    return PC_ENTRY_DAMAGED;
  }
  const struct written *first = NULL;
  bool duplicate = false;
  for (uint32_t i = 0; i < reference->count; i++) {
    const struct written *other = &reference->written[i];
    if (!same_key(judged, other)) {
      continue;
    }
    int32_t ahead = (int32_t)(other->entry.id - judged->entry.id);
    if (ahead > 0) {
      return PC_ENTRY_SUPERSEDED;
    }
    if (ahead == 0) {
      first = first == NULL ? other : first;
      duplicate = duplicate || (i < index && other->sector == judged->sector && same_content(other, judged));
    }
  }
  cr_assert_not_null(first);
  if (!same_content(first, judged)) {
    return PC_ENTRY_SUPERSEDED;
  }
  if (duplicate) {
    return PC_ENTRY_DUPLICATE;
  }
  return judged->entry.tombstone ? PC_ENTRY_TOMBSTONE : PC_ENTRY_LIVE;
}

static struct test_entry draw_entry(struct pc_random *random, const struct pc_image_layout *layout) {
  static const char *const keys[] = {"a", "b", "D4", "dFU6S", "1U2", "ahj9d", "a key that is longer than the others"};
  static const char *const values[] = {"", "v", "w", "a value that takes some more steps of sixteen bytes"};
  uint32_t ids = pc_random_below(random, 2) == 0 ? 16 : 1; /* often the same one, for copies of every kind */
  struct test_entry entry = {.id = 0xFFFFFFF8u + (uint32_t)pc_random_below(random, ids) + 16 / ids};
  entry.magic = layout->formats[pc_random_below(random, layout->format_count)].magic;
  entry.units = (uint8_t)(pc_random_below(random, 4) == 0 ? pc_random_below(random, 5) : 0);
  entry.tombstone = pc_random_below(random, 6) == 0;
  entry.key = text_bytes(keys[pc_random_below(random, 7)]);
  if (!entry.tombstone) {
    entry.value = text_bytes(values[pc_random_below(random, 4)]);
  }
  return entry;
}

/* Fills a sector with entries, damaged ones among them, and sometimes a stale entry behind a gap. */
static void write_sector(struct test_image *image, struct reference *reference, uint32_t sector,
                         struct pc_random *random) {
  uint32_t place = sector * image->layout.sector_size;
  uint32_t end = place + image->layout.sector_size;
  bool after_damage = false;
  while (end - place >= 256 && pc_random_below(random, 12) != 0) {
    struct test_entry entry = draw_entry(random, &image->layout);
    uint32_t size = image_put(image, place, &entry);
    bool damaged = pc_random_below(random, 8) == 0;
    if (damaged) {
      uint32_t first = place + (pc_random_below(random, 2) == 0 ? 0 : 12);
      image->cells[first + pc_random_below(random, 4)] ^= (uint8_t)(1u << pc_random_below(random, 8));
      entry.key.size = 0;
    }
    if (damaged && after_damage) {
      reference->written[reference->count - 1].size += size;
    } else {
      cr_assert_lt(reference->count, MOST_ENTRIES);
      reference->written[reference->count++] = (struct written){entry, place, size, sector};
    }
    after_damage = damaged;
    place += size;
  }
  if (end - place >= 288 && pc_random_below(random, 3) == 0) {
    struct test_entry stale = draw_entry(random, &image->layout);
    uint32_t size = image_put(image, place + 16, &stale);
    if (after_damage) { /* behind damage a gap doesn't end the sector */
      reference->written[reference->count - 1].size += 16;
      cr_assert_lt(reference->count, MOST_ENTRIES);
      reference->written[reference->count++] = (struct written){stale, place + 16, size, sector};
    }
  }
}

static void compare_with_reference(const struct pc_decoded *decoded, const struct reference *reference, int round) {
  cr_assert_eq(decoded->entry_count, reference->count, "round %d: %u entries, not %u", round, decoded->entry_count,
               reference->count);
  uint32_t live_keys = 0;
  for (uint32_t i = 0; i < reference->count; i++) {
    const struct pc_entry *entry = &decoded->entries[i];
    const struct written *written = &reference->written[i];
    enum pc_entry_state state = expected_state(reference, i);
    cr_assert_eq(entry->state, state, "round %d, entry %u: %s, not %s", round, i, pc_entry_state_text(entry->state),
                 pc_entry_state_text(state));
    cr_assert_eq(entry->address, written->address);
    cr_assert_eq(entry->size, written->size);
    if (state != PC_ENTRY_DAMAGED) {
      cr_assert(pc_bytes_equal(entry->key, written->entry.key));
      cr_assert(pc_bytes_equal(entry->value, written->entry.value));
      cr_assert_eq(entry->transaction_id, written->entry.id);
      cr_assert_eq(entry->magic, written->entry.magic);
    }
    bool seen = false;
    for (uint32_t j = 0; j < i; j++) {
      seen = seen || (is_current(decoded->entries[j].state) && same_key(&reference->written[j], written));
    }
    live_keys += state == PC_ENTRY_LIVE && !seen;
  }
  cr_assert_eq(decoded->live_count, live_keys);
}

Test(decoder_hostile, agrees_with_a_naive_decoder_that_knows_what_was_written) {
  struct pc_random random = {.state = SEED};
  struct pc_decoded decoded = {0};
  for (int round = 0; round < 400; round++) {
    struct pc_image_layout layout = {.sector_size = 1024,
                                     .sector_count = 1 + (uint32_t)pc_random_below(&random, 8),
                                     .alignment = 16,
                                     .redundancy = 1 + (uint32_t)pc_random_below(&random, 3),
                                     .formats = {{MAGIC, PC_CHECKSUM_CRC32C}, {OTHER_MAGIC, PC_CHECKSUM_CRC16_CCITT}},
                                     .format_count = 2};
    struct test_image image = image_create(&layout);
    struct reference reference = {.count = 0};
    for (uint32_t sector = 0; sector < layout.sector_count; sector++) {
      write_sector(&image, &reference, sector, &random);
    }
    decode_and_check(&image, &decoded);
    compare_with_reference(&decoded, &reference, round);
    image_free(&image);
  }
  pc_decoded_free(&decoded);
}

/* So many random keys that hashes of 32 bits collide. */
Test(decoder_hostile, keeps_a_quarter_million_keys_apart) {
  enum { KEYS = 1 << 18 };
  struct pc_image_layout layout = simple_layout(KEYS * 32, 2, PC_CHECKSUM_NONE);
  layout.redundancy = 2;
  struct test_image image = image_create(&layout);
  for (uint32_t copy = 0; copy < 2; copy++) {
    struct pc_random random = {.state = SEED};
    for (uint32_t i = 0; i < KEYS; i++) {
      uint64_t bytes = pc_random_next(&random);
      struct test_entry entry = {.id = i, .key = {(const uint8_t *)&bytes, sizeof bytes}};
      (void)image_put(&image, (copy * KEYS + i) * 32, &entry);
    }
  }
  struct pc_decoded decoded = {0};
  decode_and_check(&image, &decoded);
  cr_expect_eq(decoded.live_count, KEYS);
  cr_expect_eq(decoded.missing_copies, 0);
  for (uint32_t i = 1; i < decoded.live_count; i++) {
    cr_assert_lt(memcmp(decoded.live[i - 1].key.data, decoded.live[i].key.data, 8), 0, "key %u", i);
  }
  pc_decoded_free(&decoded);
  image_free(&image);
}

#ifndef __SANITIZE_ADDRESS__
/* Address space in use, bytes. */
static rlim_t address_space(void) {
  FILE *file = fopen("/proc/self/statm", "r");
  cr_assert_not_null(file);
  char line[128];
  cr_assert_not_null(fgets(line, sizeof line, file));
  (void)fclose(file);
  return strtoull(line, NULL, 10) * 4096;
}

Test(decoder_hostile, reports_each_failed_allocation_and_can_be_used_again) {
  enum { KEYS = 1 << 16 };
  struct pc_image_layout layout = simple_layout(KEYS * 32 / 8, 8, PC_CHECKSUM_NONE);
  struct test_image image = image_create(&layout);
  for (uint32_t i = 0; i < KEYS; i++) {
    uint8_t key[] = {(uint8_t)i, (uint8_t)(i >> 8), 1};
    (void)image_put(&image, i * 32, &(struct test_entry){.id = i, .key = {key, sizeof key}});
  }
  struct rlimit before;
  cr_assert_eq(getrlimit(RLIMIT_AS, &before), 0);
  rlim_t used = address_space();
  struct pc_decoded decoded = {0};
  struct pc_error error = {""};
  enum pc_result err = PC_ENVIRONMENT;
  unsigned failures = 0;
  for (rlim_t room = 0; err != PC_OK && room < (64u << 20); room += 1u << 18) {
    struct rlimit limit = {used + room, before.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    err = pc_decode(image.bytes, &layout, &decoded, &error);
    cr_assert_eq(setrlimit(RLIMIT_AS, &before), 0);
    if (err != PC_OK) {
      cr_assert_eq(err, PC_ENVIRONMENT);
      cr_assert_str_eq(error.message, "out of memory");
      failures++;
    }
  }
  cr_assert_eq(err, PC_OK);
  cr_expect_gt(failures, 10);
  cr_expect_eq(decoded.live_count, KEYS);
  check_invariants(&image, &decoded);
  pc_decoded_free(&decoded);
  image_free(&image);
}
#endif
