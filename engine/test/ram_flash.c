#include "ram_flash.h"

#include <stdlib.h>
#include <string.h>

uint64_t ram_random(uint64_t *state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

uint32_t ram_random_below(uint64_t *state, uint32_t limit) {
  return (uint32_t)(ram_random(state) % limit);
}

static void *allocate(size_t size) {
  void *memory = malloc(size);
  if (memory == NULL) {
    abort();
  }
  return memory;
}

void ram_flash_init(struct ram_flash *flash, uint32_t sector_size, uint32_t sector_count, uint32_t alignment) {
  *flash = (struct ram_flash){.sector_size = sector_size, .sector_count = sector_count, .alignment = alignment};
  flash->bytes = allocate((size_t)sector_size * sector_count);
  memset(flash->bytes, 0xFF, (size_t)sector_size * sector_count);
  flash->erases = allocate(sector_count * sizeof(*flash->erases));
  memset(flash->erases, 0, sector_count * sizeof(*flash->erases));
}

void ram_flash_free(struct ram_flash *flash) {
  free(flash->bytes);
  free(flash->erases);
}

void ram_flash_power_on(struct ram_flash *flash) {
  flash->is_off = false;
  flash->cut_at = 0;
}

void ram_flash_cut(struct ram_flash *flash, uint64_t n, enum ram_tear tear, uint64_t seed) {
  flash->cut_at = flash->operations + n;
  flash->tear = tear;
  flash->random = seed;
}

/* Leaves a part of the change from what is in `cells` to `target` (NULL: all ones). */
static void apply_tear(struct ram_flash *flash, uint8_t *cells, const uint8_t *target, size_t size) {
  enum ram_tear tear = flash->tear;
  if (tear == RAM_TEAR_TWO_PHASE && target == NULL && ram_random_below(&flash->random, 2) == 0) {
    memset(cells + ram_random_below(&flash->random, (uint32_t)size), 0, 0);
    size_t start = ram_random_below(&flash->random, (uint32_t)size);
    memset(cells + start, 0, size - start);
    return;
  }
  if (tear == RAM_TEAR_TWO_PHASE && target == NULL) {
    memset(cells, 0, size);
  }
  size_t prefix = ram_random_below(&flash->random, (uint32_t)size + 1);
  size_t bit = ram_random_below(&flash->random, (uint32_t)size * 8);
  uint32_t density = ram_random_below(&flash->random, 3);
  bool unit = false;
  for (size_t i = 0; i < size; i++) {
    uint8_t changing = (uint8_t)(cells[i] ^ (target == NULL ? 0xFF : target[i]));
    uint64_t random = ram_random(&flash->random);
    uint8_t chosen = (uint8_t)(density == 0 ? random : density == 1 ? random & (random >> 8) : random | (random >> 8));
    unit = i % 16 == 0 ? (random >> 32 & 1) != 0 : unit;
    switch (tear) {
      case RAM_TEAR_NOTHING:
        chosen = 0;
        break;
      case RAM_TEAR_ALL:
        chosen = 0xFF;
        break;
      case RAM_TEAR_PREFIX:
        chosen = i < prefix ? 0xFF : 0;
        break;
      case RAM_TEAR_UNITS:
        chosen = unit ? 0xFF : 0;
        break;
      case RAM_TEAR_ONE_BIT:
        chosen = (uint8_t)(i == bit / 8 ? 1u << bit % 8 : 0u);
        break;
      default:
        break;
    }
    cells[i] ^= changing & chosen;
  }
}

/* Counts a flash operation. Whether it is carried out in full. */
static bool begin(struct ram_flash *flash, uint8_t *cells, const uint8_t *target, size_t size) {
  flash->operations++;
  if (flash->operations != flash->cut_at) {
    return true;
  }
  apply_tear(flash, cells, target, size);
  flash->is_off = true;
  return false;
}

static bool fails_now(uint32_t *countdown) {
  if (*countdown == 0) {
    return false;
  }
  --*countdown;
  return *countdown == 0;
}

static int flash_read(void *context, uint32_t address, void *buffer, size_t size) {
  struct ram_flash *flash = context;
  size_t total = (size_t)flash->sector_size * flash->sector_count;
  if (size > total || address > total - size) {
    flash->violations++;
    return -1;
  }
  if (fails_now(&flash->fail_read_in)) {
    flash->failing_reads = flash->fail_reads_more;
    return -1;
  }
  bool touches_bad = address < flash->bad_address + flash->bad_size && address + size > flash->bad_address;
  if (flash->is_off || flash->failing_reads > 0 || touches_bad) {
    flash->failing_reads -= flash->failing_reads > 0 ? 1u : 0u;
    return -1;
  }
  flash->reads++;
  flash->read_bytes += size;
  memcpy(buffer, flash->bytes + address, size);
  return 0;
}

static int flash_program(void *context, uint32_t address, const void *data, size_t size) {
  struct ram_flash *flash = context;
  const uint8_t *bytes = data;
  size_t total = (size_t)flash->sector_size * flash->sector_count;
  if (size == 0 || size > total || address > total - size || address % flash->alignment != 0 ||
      size % flash->alignment != 0) {
    flash->violations++;
    return -1;
  }
  uint8_t *cells = flash->bytes + address;
  for (size_t i = 0; i < size; i++) {
    if (cells[i] != 0xFF) {
      flash->violations++;
      return -1;
    }
  }
  bool is_broken = flash->broken_programs && address / flash->sector_size == flash->broken_sector;
  if (flash->is_off || flash->fail_all_programs || is_broken) {
    return -1;
  }
  if (fails_now(&flash->fail_program_in)) {
    flash->tear = RAM_TEAR_BITS;
    apply_tear(flash, cells, bytes, size);
    return -1;
  }
  if (!begin(flash, cells, bytes, size)) {
    return -1;
  }
  flash->programmed += size;
  memcpy(cells, bytes, size);
  if (flash->deny_all_programs) {
    return -1;
  }
  if (fails_now(&flash->flip_program_in)) {
    for (size_t i = 0; i < size; i++) {
      if (cells[i] != 0xFF) {
        cells[i] |= (uint8_t)(cells[i] + 1);
        break;
      }
    }
  }
  return 0;
}

static int flash_erase(void *context, uint32_t sector) {
  struct ram_flash *flash = context;
  if (sector >= flash->sector_count) {
    flash->violations++;
    return -1;
  }
  uint8_t *cells = flash->bytes + (size_t)sector * flash->sector_size;
  bool is_broken = flash->broken_erases && sector == flash->broken_sector;
  if (flash->is_off || is_broken || fails_now(&flash->fail_erase_in) ||
      !begin(flash, cells, NULL, flash->sector_size)) {
    return -1;
  }
  if (flash->bad_address / flash->sector_size == sector) {
    flash->bad_size = 0;
  }
  flash->erases[sector]++;
  memset(cells, 0xFF, flash->sector_size);
  return 0;
}

struct norkv_flash ram_flash_port(struct ram_flash *flash) {
  return (struct norkv_flash){
      .context = flash,
      .sector_size = flash->sector_size,
      .sector_count = flash->sector_count,
      .alignment = flash->alignment,
      .read = flash_read,
      .program = flash_program,
      .erase = flash_erase,
  };
}
