/* Power is lost at flash operations, with every kind of tear, also in the recovery from the cut before. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "image.h"
#include "model.h"

static const struct store_shape shapes[] = {
    {512, 4, 1, 1, MODEL_MAX_KEYS},  {512, 6, 8, 2, MODEL_MAX_KEYS},   {480, 5, 24, 1, MODEL_MAX_KEYS},
    {512, 7, 16, 3, MODEL_MAX_KEYS}, {1024, 5, 64, 2, MODEL_MAX_KEYS}, {2048, 4, 256, 1, MODEL_MAX_KEYS},
    {256, 3, 4, 1, MODEL_MAX_KEYS},  {256, 2, 1, 1, MODEL_MAX_KEYS},   {512, 4, 1, 3, MODEL_MAX_KEYS},
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* Starts until a start is not cut, at most `depth` are, and checks what is left. */
static const char *recover(struct store *store, struct model *model, uint32_t depth, uint64_t *random) {
  static char text[200];
  for (;;) {
    ram_flash_power_on(&store->flash);
    if (depth > 0) {
      depth--;
      ram_flash_cut(&store->flash, 1 + ram_random_below(random, 6),
                    (enum ram_tear)ram_random_below(random, RAM_TEAR_COUNT), ram_random(random));
    }
    enum norkv_error err = store_start(store);
    if (!store->flash.is_off) {
      ram_flash_power_on(&store->flash);
      if (err != NORKV_OK) {
        return "a start fails";
      }
      break;
    }
    if (err != NORKV_ERR_FLASH) {
      return "a start without power returns something else than FLASH";
    }
  }
  const char *wrong = model_check(model, store);
  if (wrong != NULL) {
    return wrong;
  }
  if (!store->kv.needs_recovery && !image_is_redundant(store, text, sizeof(text))) {
    return text;
  }
  bool is_due = store->kv.needs_recovery && store->config.recovery == NORKV_RECOVER_IMMEDIATE;
  if (is_due && model_is_promised(model, store, 16 + NORKV_MAX_KEY + model->value_limit)) {
    return "recovery is not complete";
  }
  uint64_t before = store->flash.operations;
  if (store_start(store) != NORKV_OK || store->flash.operations != before) {
    return "the start after a recovery writes";
  }
  return model_check(model, store);
}

/* Works with cuts at random distances until `cuts` have happened. */
static void run(uint64_t seed, const struct store_shape *shape, uint32_t cuts, uint32_t depth) {
  struct store store;
  struct model model;
  uint64_t random = seed;
  store_init(&store, shape);
  store.config.recovery = seed % 3 == 0 ? NORKV_RECOVER_LAZY : NORKV_RECOVER_IMMEDIATE;
  model_init(&model, 3 + ram_random_below(&random, 12), 20 + ram_random_below(&random, shape->sector_size / 8));
  const char *wrong = store_start(&store) == NORKV_OK ? NULL : "the first start fails";
  uint32_t steps = 0;
  for (uint32_t cut = 0; cut < cuts && wrong == NULL; cut++) {
    ram_flash_cut(&store.flash, 1 + ram_random_below(&random, 40),
                  (enum ram_tear)ram_random_below(&random, RAM_TEAR_COUNT), ram_random(&random));
    for (uint32_t i = 0; i < 400 && !store.flash.is_off && wrong == NULL; i++, steps++) {
      wrong = model_step(&model, &store, &random);
    }
    if (wrong == NULL) {
      wrong = recover(&store, &model, ram_random_below(&random, depth + 1), &random);
    }
    wrong = wrong == NULL && store.flash.violations > 0 ? "the flash port was misused" : wrong;
  }
  store_free(&store);
  cr_assert(wrong == NULL, "seed %llu, step %u, %u sectors of %u, alignment %u, redundancy %u: %s",
            (unsigned long long)seed, steps, shape->sector_count, shape->sector_size, shape->alignment,
            shape->redundancy, wrong);
}

Test(cuts, every_acknowledged_write_survives_cuts_nested_three_deep) {
  for (uint64_t seed = 1; seed <= SHAPES * 25; seed++) {
    run(seed, &shapes[seed % SHAPES], 30, 3);
  }
}
