/*
 * From a part's Serial Flash Discoverable Parameters to a profile. Names and numbers of fields are those of JESD216F:
 * the SFDP header, the parameter header and the basic flash parameter table, whose 32-bit words (DWORDs), least
 * significant byte first, are counted from 1. Older revisions have shorter tables with the same words.
 */
#include <inttypes.h>
#include <string.h>

#include "powercut/config.h"

enum {
  HEADER_SIZE = 8,      /* of the SFDP header, and of each parameter header */
  BASIC_TABLE = 0xFF00, /* its parameter ID */
  LEAST_WORDS = 9,      /* of a basic table of the first revision */
  ERASE_TYPES = 4,
  LEAST_SECTOR = 16, /* bytes; what a profile takes */
  MOST_SECTOR = 1 << 20,
  USUAL_PAGE = 256,  /* bytes; what drivers take a page to be where the table doesn't tell */
  MOST_DENSITY = 40, /* as a power of two of bits: 128 GiB, far above any part */
};

/* What is being read, for the messages. */
struct dump {
  const char *name;
  struct pc_bytes bytes;
  struct pc_error *error;
};

struct basic_table {
  const uint8_t *bytes;
  uint32_t words;
  uint8_t major, minor;
};

struct erase_type {
  uint32_t size;                   /* bytes; 0: there is no such type */
  uint32_t typical_ms, maximum_ms; /* 0: not told */
};

struct facts {
  uint64_t density; /* bytes */
  struct erase_type types[ERASE_TYPES];
  struct erase_type sector; /* the smallest that a profile takes */
  uint32_t page_size;
  bool page_told;
  uint32_t program_typical_us, program_maximum_us; /* of a page; 0: not told */
};

static uint32_t field(uint32_t word, unsigned low, unsigned width) {
  return word >> low & ((UINT32_C(1) << width) - 1);
}

static uint32_t little_endian(const uint8_t *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Word `number` of the table, which has it. */
static uint32_t word(const struct basic_table *table, uint32_t number) {
  return little_endian(table->bytes + (size_t)(number - 1) * 4);
}

static enum pc_result fail_short(const struct dump *dump, const char *what, uint64_t needed) {
  return pc_fail(dump->error, PC_BAD_INPUT, "%s: it ends at byte %zu, within the %s, which goes to byte %" PRIu64,
                 dump->name, dump->bytes.size, what, needed);
}

static enum pc_result check_header(const struct dump *dump) {
  const uint8_t *header = dump->bytes.data;
  if (dump->bytes.size < HEADER_SIZE) {
    return fail_short(dump, "SFDP header", HEADER_SIZE);
  }
  if (memcmp(header, "SFDP", 4) != 0) {
    return pc_fail(dump->error, PC_BAD_INPUT,
                   "%s: not an SFDP dump: it begins with %02x %02x %02x %02x, not with 53 46 44 50 ('SFDP')",
                   dump->name, header[0], header[1], header[2], header[3]);
  }
  if (header[5] != 1) {
    return pc_fail(dump->error, PC_BAD_INPUT, "%s: SFDP revision %u.%u is not known: only 1.x is", dump->name,
                   header[5], header[4]);
  }
  return PC_OK;
}

/* The table of a parameter header; without bytes where it is refused. */
static struct basic_table open_table(const struct dump *dump, const uint8_t *header) {
  uint32_t address = little_endian(header + 4) & 0xFFFFFF;
  struct basic_table table = {.words = header[3], .major = header[2], .minor = header[1]};
  if (table.major != 1) {
    (void)pc_fail(dump->error, PC_BAD_INPUT,
                  "%s: revision %u.%u of the basic flash parameter table is not known: only 1.x is", dump->name,
                  table.major, table.minor);
  } else if (table.words < LEAST_WORDS) {
    (void)pc_fail(dump->error, PC_BAD_INPUT,
                  "%s: a basic flash parameter table of %" PRIu32 " words has no erase types: %d is the least",
                  dump->name, table.words, LEAST_WORDS);
  } else if (dump->bytes.size < address || dump->bytes.size - address < (size_t)table.words * 4) {
    (void)fail_short(dump, "basic flash parameter table", (uint64_t)address + (uint64_t)table.words * 4);
  } else {
    table.bytes = dump->bytes.data + address;
  }
  return table;
}

/* The basic table is the first; a part may list it once more, in a later revision, behind. Without bytes where there is
   none. */
static struct basic_table find_table(const struct dump *dump) {
  const struct basic_table none = {0};
  if (check_header(dump) != PC_OK) {
    return none;
  }
  size_t headers = (size_t)dump->bytes.data[6] + 1;
  if (dump->bytes.size < (headers + 1) * HEADER_SIZE) {
    (void)fail_short(dump, "parameter headers", (headers + 1) * HEADER_SIZE);
    return none;
  }
  const uint8_t *found = NULL;
  for (size_t i = 1; i <= headers; i++) {
    const uint8_t *header = dump->bytes.data + i * HEADER_SIZE;
    bool basic = (header[0] | (uint32_t)header[7] << 8) == BASIC_TABLE;
    if (basic && (found == NULL || header[1] > found[1])) {
      found = header;
    }
  }
  if (found == NULL) {
    (void)pc_fail(dump->error, PC_BAD_INPUT,
                  "%s: none of its %zu parameter headers is of a basic flash parameter table", dump->name, headers);
    return none;
  }
  return open_table(dump, found);
}

static enum pc_result read_density(const struct dump *dump, const struct basic_table *table, uint64_t *bytes) {
  uint32_t density = word(table, 2);
  uint64_t bits = (uint64_t)density + 1;
  if (density >> 31 != 0) {
    uint32_t power = field(density, 0, 31);
    bits = power > MOST_DENSITY ? 0 : UINT64_C(1) << power;
  }
  if (bits % 8 != 0 || bits == 0) {
    return pc_fail(dump->error, PC_BAD_INPUT, "%s: a density (DWORD 2) of 0x%08" PRIx32 " is no size of a part",
                   dump->name, density);
  }
  *bytes = bits / 8;
  return PC_OK;
}

/* DWORD 10: bits 3:0 the maximum as a multiple of the typical time, then 7 bits for each type. */
static void read_erase_times(const struct basic_table *table, struct erase_type *types) {
  static const uint32_t units_ms[] = {1, 16, 128, 1000};
  if (table->words < 10) {
    return;
  }
  uint32_t times = word(table, 10);
  for (unsigned i = 0; i < ERASE_TYPES; i++) {
    uint32_t count = field(times, 4 + 7 * i, 5) + 1;
    types[i].typical_ms = count * units_ms[field(times, 9 + 7 * i, 2)];
    types[i].maximum_ms = types[i].typical_ms * 2 * (field(times, 0, 4) + 1);
  }
}

/* DWORDs 8 and 9: for each type the size as a power of two of bytes, 0 for none, and its instruction. */
static enum pc_result read_erase_types(const struct dump *dump, const struct basic_table *table, struct facts *facts) {
  read_erase_times(table, facts->types);
  for (unsigned i = 0; i < ERASE_TYPES; i++) {
    struct erase_type *type = &facts->types[i];
    uint32_t power = field(word(table, 8 + i / 2), i % 2 * 16, 8);
    if (power == 0) {
      continue;
    }
    if (power > 31 || UINT64_C(1) << power > facts->density) {
      return pc_fail(dump->error, PC_BAD_INPUT, "%s: erase type %u is of 2^%" PRIu32 " bytes, in a part of %" PRIu64,
                     dump->name, i + 1, power, facts->density);
    }
    type->size = UINT32_C(1) << power;
    bool fits = type->size >= LEAST_SECTOR && type->size <= MOST_SECTOR;
    if (fits && (facts->sector.size == 0 || type->size < facts->sector.size)) {
      facts->sector = *type;
    }
  }
  if (facts->sector.size == 0) {
    return pc_fail(dump->error, PC_BAD_INPUT, "%s: it has no erase type of %d bytes to 1 MiB", dump->name,
                   LEAST_SECTOR);
  }
  return PC_OK;
}

/* DWORD 11: bits 3:0 the maximum as a multiple of the typical time, 7:4 the page size as a power of two, 13:8 the time
   of a page program. Before it there was only DWORD 1, bit 2: one byte at a time, or at least 64. */
static void read_programs(const struct basic_table *table, struct facts *facts) {
  facts->page_told = table->words >= 11;
  if (!facts->page_told) {
    facts->page_size = field(word(table, 1), 2, 1) != 0 ? USUAL_PAGE : 1;
    return;
  }
  uint32_t programs = word(table, 11);
  facts->page_size = UINT32_C(1) << field(programs, 4, 4);
  facts->program_typical_us = (field(programs, 8, 5) + 1) * (field(programs, 13, 1) != 0 ? 64 : 8);
  facts->program_maximum_us = facts->program_typical_us * 2 * (field(programs, 0, 4) + 1);
}

/* Whether a type is one of the profile's erase_blocks: none is as large, and it isn't larger than a profile takes. */
static bool is_block(const struct facts *facts, unsigned index) {
  const struct erase_type *type = &facts->types[index];
  bool first = true;
  for (unsigned i = 0; i < index; i++) {
    first = first && facts->types[i].size != type->size;
  }
  return first && type->size > facts->sector.size && type->size <= MOST_SECTOR;
}

static void write_times(const struct erase_type *type, struct pc_buffer *text) {
  pc_buffer_print(text, "erase_us: {typical: %" PRIu64 ", maximum: %" PRIu64 "}", (uint64_t)type->typical_ms * 1000,
                  (uint64_t)type->maximum_ms * 1000);
}

/* By rising size, as all are powers of two. */
static void write_erase_blocks(const struct facts *facts, struct pc_buffer *text) {
  const char *title = "erase_blocks:  # DWORDs 8 to 10: what it erases at once beside a sector\n";
  for (uint64_t size = facts->sector.size; size <= MOST_SECTOR; size *= 2) {
    for (unsigned i = 0; i < ERASE_TYPES; i++) {
      if (facts->types[i].size == size && is_block(facts, i)) {
        pc_buffer_print(text, "%s  - {size: %" PRIu64 ", ", title, size);
        write_times(&facts->types[i], text);
        pc_buffer_print(text, "}\n");
        title = "";
      }
    }
  }
}

static void write_erase_types(const struct facts *facts, struct pc_buffer *text) {
  for (unsigned i = 0; i < ERASE_TYPES; i++) {
    const struct erase_type *type = &facts->types[i];
    if (type->size > 0) {
      const char *use = type->size == facts->sector.size ? ", the sector here"
                        : is_block(facts, i)             ? ", a block here"
                                                         : ", not used here";
      pc_buffer_print(text, "#   %" PRIu32 " bytes%s", type->size, use);
      if (type->typical_ms > 0) {
        pc_buffer_print(text, ": %" PRIu32 " ms typical, %" PRIu32 " ms at most", type->typical_ms, type->maximum_ms);
      }
      pc_buffer_print(text, "\n");
    }
  }
}

static void write_profile(const struct basic_table *table, const struct facts *facts, struct pc_buffer *text) {
  pc_buffer_print(text,
                  "# From the part's basic flash parameter table (JESD216), revision %u.%u, of %" PRIu32 " words.\n",
                  table->major, table->minor, table->words);
  pc_buffer_print(text, "# The part has %" PRIu64 " bytes. It erases:\n", facts->density);
  write_erase_types(facts, text);
  pc_buffer_print(text, "name: imported\nsummary: imported from SFDP\n");
  pc_buffer_print(text, "sector_size: %" PRIu32 "  # DWORDs 8 and 9: the smallest erase type\n", facts->sector.size);
  pc_buffer_print(text, "program_unit: 1  # SFDP doesn't tell: serial NOR flash programs any number of bytes\n");
  pc_buffer_print(text, "page_size: %" PRIu32 "  # %s\n", facts->page_size,
                  facts->page_told ? "DWORD 11" : "the table ends before DWORD 11: guessed by DWORD 1, bit 2");
  pc_buffer_print(text, "programs_per_unit: 0  # SFDP doesn't tell: see the datasheet\n");
  pc_buffer_print(text, "endurance: 0  # SFDP doesn't tell: see the datasheet\n");
  pc_buffer_print(text, "program_us: {typical: %" PRIu32 ", maximum: %" PRIu32 "}  # of a page: %s\n",
                  facts->program_typical_us, facts->program_maximum_us,
                  facts->program_typical_us > 0 ? "DWORD 11" : "not told, as the table ends before DWORD 11");
  write_times(&facts->sector, text);
  pc_buffer_print(text, "  # of a sector: %s\n",
                  facts->sector.typical_ms > 0 ? "DWORD 10" : "not told, as the table ends before DWORD 10");
  write_erase_blocks(facts, text);
}

enum pc_result pc_sfdp_import(const char *name, struct pc_bytes dump, struct pc_buffer *text, struct pc_error *error) {
  const struct dump reading = {.name = name, .bytes = dump, .error = error};
  const struct basic_table table = find_table(&reading);
  if (table.bytes == NULL) {
    return PC_BAD_INPUT;
  }
  struct facts facts = {0};
  enum pc_result result = read_density(&reading, &table, &facts.density);
  if (result == PC_OK) {
    result = read_erase_types(&reading, &table, &facts);
  }
  if (result != PC_OK) {
    return result;
  }
  read_programs(&table, &facts);
  write_profile(&table, &facts, text);
  return text->failed ? pc_fail_memory(error) : PC_OK;
}
