/*
 * Counts the torn entries that pass for whole by their checksum: random entries are programmed on blank flash, torn by
 * class bit_subset, and checked as a store checks them. Of tears that leave a random half of the bits one in 2^16
 * passes a CRC-16, one in 2^32 a CRC-32.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/crc.h"
#include "powercut/fault.h"
#include "powercut/random.h"

enum { CHECKSUM_AT = 4, LEAST = 32, MOST = 160, TEARS_OF_EACH = 20 };

struct counts {
  uint64_t tears, crc16, crc32c;
};

/* Bytes of the checksum's field. */
static uint32_t field_size(bool short_one) {
  return short_one ? 2 : 4;
}

/* The checksum of an entry, whose field is taken as zeros. */
static uint32_t checksum(const uint8_t *entry, size_t size, bool short_one) {
  static const uint8_t zeros[4] = {0};
  size_t rest = CHECKSUM_AT + field_size(short_one);
  if (short_one) {
    uint16_t crc = pc_crc16_ccitt(pc_crc16_ccitt(0xFFFF, entry, CHECKSUM_AT), zeros, field_size(short_one));
    return pc_crc16_ccitt(crc, entry + rest, size - rest);
  }
  return pc_crc32c(pc_crc32c(pc_crc32c(0, entry, CHECKSUM_AT), zeros, sizeof zeros), entry + rest, size - rest);
}

static void put_checksum(uint8_t *entry, size_t size, bool short_one) {
  uint32_t sum = checksum(entry, size, short_one);
  for (uint32_t i = 0; i < field_size(short_one); i++) {
    entry[CHECKSUM_AT + i] = (uint8_t)(sum >> 8 * i);
  }
}

static bool passes(const uint8_t *entry, size_t size, bool short_one) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < field_size(short_one); i++) {
    sum |= (uint32_t)entry[CHECKSUM_AT + i] << 8 * i;
  }
  return sum == checksum(entry, size, short_one);
}

/* An entry that is programmed on blank flash. */
struct entry {
  uint8_t bytes[MOST], blank[MOST];
  uint32_t size;
};

/* Leaves what a tear leaves. `halves`: each bit is there with a chance of one half. */
static void tear(const struct entry *entry, bool halves, uint32_t variant, struct pc_random *random, uint8_t *torn) {
  const struct pc_fault_input input = {
      .operation = {.kind = PC_PROGRAM, .size = entry->size, .before = entry->blank, .after = entry->bytes},
      .program_unit = 1,
      .samples = TEARS_OF_EACH - 4,
      .seed = pc_random_next(random)};
  if (!halves) {
    pc_fault_tear(PC_FAULT_BIT_SUBSET, &input, variant, torn);
    return;
  }
  for (uint32_t i = 0; i < entry->size; i++) {
    torn[i] = entry->bytes[i] | (uint8_t)pc_random_next(random);
  }
}

/* How many of an entry's tears pass for it. */
static uint32_t count_passing(const struct entry *entry, bool halves, bool short_one, struct pc_random *random) {
  uint8_t torn[MOST] = {0};
  uint32_t passing = 0;
  for (uint32_t variant = 0; variant < TEARS_OF_EACH; variant++) {
    tear(entry, halves, variant, random, torn);
    passing += memcmp(torn, entry->bytes, entry->size) != 0 && passes(torn, entry->size, short_one);
  }
  return passing;
}

static void tear_entry(struct pc_random *random, bool halves, struct counts *counts) {
  struct entry entry = {.size = LEAST + 16 * (uint32_t)pc_random_below(random, (MOST - LEAST) / 16 + 1)};
  memset(entry.blank, PC_ERASED, sizeof entry.blank);
  for (uint32_t i = 0; i < entry.size; i++) {
    entry.bytes[i] = (uint8_t)pc_random_next(random);
  }
  put_checksum(entry.bytes, entry.size, true);
  counts->crc16 += count_passing(&entry, halves, true, random);
  put_checksum(entry.bytes, entry.size, false);
  counts->crc32c += count_passing(&entry, halves, false, random);
  counts->tears += TEARS_OF_EACH;
}

static void print_row(const char *tears, const char *sum, uint64_t count, uint64_t passed, double chance) {
  double expected = (double)count * chance;
  (void)printf("%-24s %-8s %12" PRIu64 " %8" PRIu64 " %10.3f %11.2e %11.2e\n", tears, sum, count, passed, expected,
               (double)passed / (double)count, chance);
}

int main(int argc, char **argv) {
  uint64_t tears = 10000000;
  if (argc > 1) {
    char *end;
    tears = strtoull(argv[1], &end, 10);
    if (argc > 2 || *end != '\0' || tears == 0 || tears > UINT64_C(100000000000)) {
      (void)fprintf(stderr, "usage: powercut_crc_bench [TEARS]\n");
      return 2;
    }
  }
  (void)printf("torn entries of %d to %d bytes that pass for whole, by their checksum alone\n\n", LEAST, MOST);
  (void)printf("%-24s %-8s %12s %8s %10s %11s %11s\n", "tears", "checksum", "tears", "passed", "expected", "rate",
               "2^-bits");
  for (int halves = 1; halves >= 0; halves--) {
    struct pc_random random = {.state = 1};
    struct counts counts = {0};
    while (counts.tears < tears) {
      tear_entry(&random, halves == 1, &counts);
    }
    const char *what = halves == 1 ? "each bit by a half" : "as bit_subset draws";
    print_row(what, "CRC-16", counts.tears, counts.crc16, ldexp(1, -16));
    print_row(what, "CRC-32C", counts.tears, counts.crc32c, ldexp(1, -32));
  }
  return 0;
}
