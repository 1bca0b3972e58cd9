/* Random operations against the model. Each failure names its seed and its shape. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "image.h"
#include "model.h"

static const struct store_shape shapes[] = {
    {.sector_size = 512, .alignment = 1},   {.sector_size = 512, .alignment = 8},
    {.sector_size = 512, .alignment = 16},  {.sector_size = 1200, .alignment = 24},
    {.sector_size = 1024, .alignment = 64}, {.sector_size = 4096, .alignment = 256},
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))
#define POLICIES 4u
#define REDUNDANCIES 3u
#define COMBINATIONS (SHAPES * POLICIES * REDUNDANCIES)

static void run(uint64_t seed, const struct store_shape *shape, enum norkv_policy policy, uint32_t operations) {
  struct store store;
  struct model model;
  uint64_t random = seed;
  store_init(&store, shape);
  uint32_t limit = shape->sector_size / 8 < 600 ? shape->sector_size / 8 : 600;
  model_init(&model, MODEL_MAX_KEYS, ram_random_below(&random, 20) == 0 ? shape->sector_size - 200 : limit);
  store.config.formats = &store.formats[ram_random_below(&random, 2)];
  store.config.policy = policy;
  store.config.skip_verify_on_read = ram_random_below(&random, 4) == 0;
  store.config.skip_verify_on_write = ram_random_below(&random, 4) == 0;
  const char *wrong = store_start(&store) == NORKV_OK ? NULL : "the first start fails";
  for (uint32_t i = 0; i < operations && wrong == NULL; i++) {
    wrong = model_step(&model, &store, &random);
    if (wrong == NULL && ram_random_below(&random, 60) == 0) {
      char text[200];
      uint64_t before = store.flash.operations;
      wrong = store_start(&store) != NORKV_OK                   ? "a start fails"
              : store.flash.operations != before                ? "a start after a whole operation writes"
              : !image_is_redundant(&store, text, sizeof(text)) ? text
                                                                : model_check(&model, &store);
    }
    wrong = wrong == NULL && store.flash.violations > 0 ? "the flash port was misused" : wrong;
  }
  wrong = wrong == NULL ? model_check(&model, &store) : wrong;
  store_free(&store);
  cr_assert(wrong == NULL, "seed %llu, policy %d, %u sectors of %u, alignment %u, redundancy %u: %s",
            (unsigned long long)seed, (int)policy, shape->sector_count, shape->sector_size, shape->alignment,
            shape->redundancy, wrong);
}

/* Operations in all: as many as the environment's NORKV_OPERATIONS says, for example 10000000, or a few. */
static uint64_t operations_wanted(void) {
  const char *wanted = getenv("NORKV_OPERATIONS");
  return wanted == NULL ? 90000 : strtoull(wanted, NULL, 10);
}

/* Each policy with each redundancy and each alignment, on stores of different sizes. */
Test(random, operations_and_remounts_agree_with_the_model, .timeout = 3600) {
  uint64_t wanted = operations_wanted();
  uint64_t rounds = wanted / (COMBINATIONS * 20000) + 1;
  uint32_t operations = (uint32_t)(wanted / (COMBINATIONS * rounds) + 1);
  for (uint64_t seed = 1; seed <= rounds * COMBINATIONS; seed++) {
    struct store_shape shape = shapes[seed % SHAPES];
    uint64_t random = seed;
    shape.redundancy = (uint8_t)(1 + seed / SHAPES % REDUNDANCIES);
    shape.sector_count = shape.redundancy + 1 + ram_random_below(&random, 7);
    shape.max_keys = MODEL_MAX_KEYS;
    run(seed, &shape, (enum norkv_policy)(seed / SHAPES / REDUNDANCIES % POLICIES), operations);
  }
}
