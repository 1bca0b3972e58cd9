/* The memory formula that the README gives to those who must reserve the block at compile time. */
#include <criterion/criterion.h>

#include "store.h"

static size_t formula(const struct store_shape *shape) {
  size_t buckets = 4;
  while (buckets < shape->max_keys) {
    buckets *= 2;
  }
  size_t buffer = (size_t)256 + (shape->alignment - 256 % shape->alignment) % shape->alignment;
  return shape->max_keys * ((size_t)12 + (size_t)4 * shape->redundancy) + 2 * buckets +
         (shape->max_keys + (size_t)1) / 2 * 4 + (size_t)16 * shape->sector_count + buffer;
}

Test(memory, is_what_the_documented_formula_says) {
  const struct store_shape shapes[] = {
      {4096, 16, 1, 1, 64},    {4096, 16, 1, 3, 64},  {4096, 256, 16, 2, 1000}, {128, 2, 1, 1, 1},
      {1536, 5, 24, 1, 48},    {8192, 4, 100, 2, 49}, {512, 65535, 8, 16, 3},   {1024, 4, 256, 1, NORKV_MAX_KEYS},
      {8192, 40, 255, 1, 192},
  };
  for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
    struct store store = {0};
    struct norkv_flash flash = ram_flash_port(&store.flash);
    flash.sector_size = shapes[i].sector_size - shapes[i].sector_size % shapes[i].alignment;
    flash.sector_count = shapes[i].sector_count;
    flash.alignment = shapes[i].alignment;
    struct norkv_format format = {STORE_MAGIC, NORKV_CHECKSUM_CRC32C};
    struct norkv_config config = {
        .flash = flash,
        .formats = &format,
        .format_count = 1,
        .redundancy = shapes[i].redundancy,
        .max_keys = shapes[i].max_keys,
    };
    cr_expect_eq(norkv_memory_size(&config), formula(&shapes[i]), "shape %zu: %zu in place of %zu", i,
                 norkv_memory_size(&config), formula(&shapes[i]));
  }
}
