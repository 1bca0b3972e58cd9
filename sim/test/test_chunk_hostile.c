/* The chunk store on images that nobody meant to write: it may lose data, but it comes to an end, answers with a status
   of the interface, and stays inside its memory (guard pages and sanitizers see to that). */
#include "powercut/random.h"
#include "test_chunk_help.h"

#define SECTOR 256u
#define SECTORS 5u
#define IMAGES 30000u

/* Mostly as the format has it, with sizes, flags, checksums and orders that are anything. */
static void write_hostile(struct image *image, struct pc_random *random) {
  image_begin(image, SECTOR, SECTORS);
  for (uint32_t sector = 0; sector < SECTORS; sector++) {
    static const unsigned alignments[] = {1, 1, 1, 2, 3, 16, 100, 128, 0, 200, 0xFFFF};
    static const unsigned versions[] = {2, 3, 4, 4, 4, 4};
    /* Most images have known headers only: others end the start early. */
    uint64_t alignment = pc_random_below(random, pc_random_below(random, 30) == 0 ? 11 : 8);
    uint64_t order = pc_random_below(random, 3) == 0 ? NONE - pc_random_below(random, 3) : pc_random_below(random, 4);
    image_sector(image, sector, versions[pc_random_below(random, 6)], alignments[alignment], order);
    uint32_t end = (sector + 1) * SECTOR;
    while (image->end + 40 < end && pc_random_below(random, 8) != 0) {
      static const char *const names[] = {"a", "b", "cc", "fifteen_bytes__"};
      const char *name = names[pc_random_below(random, 4)];
      switch (pc_random_below(random, 4)) {
        case 0:
          image_u16(image, 0x55AA);
          image_u16(image, (unsigned)pc_random_next(random));
          image_u16(image, (unsigned)pc_random_next(random));
          image_u16(image, (unsigned)pc_random_next(random));
          break;
        case 1:
          image_chunk(image, name, NULL);
          break;
        default:
          image_chunk(image, name, "a value");
      }
    }
  }
  for (uint64_t flips = pc_random_below(random, 6); flips > 0; flips--) {
    image->cells[pc_random_below(random, (uint64_t)SECTOR * SECTORS)] ^= (uint8_t)(1u << pc_random_below(random, 8));
  }
}

static void touch(void *context, struct pc_bytes key) {
  struct bench *bench = context;
  uint8_t value[4096];
  size_t size;
  cr_assert(key.size >= 1 && key.size <= 15);
  enum pc_status status = pc_target_get(&bench->target, key, value, sizeof value, &size);
  cr_assert_eq(status, PC_STATUS_OK, "what a start takes from an image is good");
}

/* The tail of a sector is taken for blank, so that a write may fail where an image lies about it. */
static bool is_write_status(enum pc_status status) {
  return status == PC_STATUS_OK || status == PC_STATUS_FULL || status == PC_STATUS_FLASH_ERROR;
}

Test(chunk_hostile, no_image_leads_it_astray) {
  struct pc_random random = {20241120};
  static struct image image;
  struct bench bench;
  bench_open(&bench, &(struct bench_plan){.profile = {.name = "hostile", .sector_size = SECTOR, .program_unit = 1},
                                          .sectors = SECTORS,
                                          .max_keys = "4"});
  uint32_t started = 0;
  for (uint32_t i = 0; i < IMAGES; i++) {
    write_hostile(&image, &random);
    enum pc_status status = image_start(&bench, &image);
    cr_assert(status == PC_STATUS_FAILED || is_write_status(status), "image %u: %s", i, pc_status_text(status));
    cr_assert(!pc_device_stopped(bench.device), "image %u: it loops", i);
    if (status == PC_STATUS_OK) {
      started++;
      cr_assert_eq(pc_target_iterate(&bench.target, touch, &bench), PC_STATUS_OK);
      for (const char *key = "abcdefgh"; *key != '\0'; key++) {
        const char name[] = {*key, '\0'};
        cr_assert(is_write_status(put(&bench, name, "something else")), "image %u", i);
        status = delete_key(&bench, name);
        cr_assert(is_write_status(status) || status == PC_STATUS_NOT_FOUND, "image %u", i);
        cr_assert(!pc_device_stopped(bench.device), "image %u: it loops", i);
      }
    }
    pc_device_clear_contract_violations(bench.device);
  }
  cr_assert_gt(started, IMAGES / 4, "only %u of %u images start: the rest says little", started, IMAGES);
  bench_close(&bench);
}
