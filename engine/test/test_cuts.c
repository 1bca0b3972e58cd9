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
  store.config.policy = (enum norkv_policy)(seed / 9 % 4);
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

/* Runs a fixed workload and cuts it at its n-th flash operation, for every n and every kind of tear; in the recovery,
   at the m-th, for every m. */
Test(cuts, every_flash_operation_of_a_workload_can_be_cut_and_every_one_of_its_recovery) {
  static const struct store_shape shape = {256, 4, 8, 2, MODEL_MAX_KEYS};
  for (uint32_t variant = 0; variant < RAM_TEAR_COUNT * RAM_TEAR_COUNT; variant++) {
    bool is_finished = false;
    for (uint64_t n = 1; !is_finished; n++) {
      bool is_recovered = false;
      for (uint64_t m = 1; !is_recovered; m++) {
        struct store store;
        struct model model;
        uint64_t random = 11;
        store_init(&store, &shape);
        store.config.policy = (enum norkv_policy)(variant % 4);
        model_init(&model, 5, 30);
        const char *wrong = store_start(&store) == NORKV_OK ? NULL : "the first start fails";
        ram_flash_cut(&store.flash, n, (enum ram_tear)(variant % RAM_TEAR_COUNT), n * 1000 + variant);
        for (uint32_t i = 0; i < 30 && !store.flash.is_off && wrong == NULL; i++) {
          wrong = model_step(&model, &store, &random);
        }
        is_finished = !store.flash.is_off;
        ram_flash_power_on(&store.flash);
        ram_flash_cut(&store.flash, m, (enum ram_tear)(variant / RAM_TEAR_COUNT), m * 1000 + variant);
        (void)store_start(&store);
        is_recovered = !store.flash.is_off;
        wrong = wrong == NULL ? recover(&store, &model, 0, &random) : wrong;
        store_free(&store);
        cr_assert(wrong == NULL, "cut %llu, tear %u, then cut %llu, tear %u: %s", (unsigned long long)n,
                  variant % RAM_TEAR_COUNT, (unsigned long long)m, variant / RAM_TEAR_COUNT, wrong);
      }
    }
  }
}

/* Each start is cut at the same flash operation again, 300 times in a row, before one gets through. */
Test(cuts, hundreds_of_consecutive_cuts_in_one_recovery_lose_nothing) {
  for (uint32_t variant = 0; variant < RAM_TEAR_COUNT * 4 * 12; variant++) {
    enum ram_tear tear = (enum ram_tear)(variant % RAM_TEAR_COUNT);
    uint32_t at = 1 + variant / RAM_TEAR_COUNT % 4;
    uint64_t random = variant;
    struct store store;
    struct model model;
    store_init(&store, &(struct store_shape){256, 3 + variant % 2, 8, (uint8_t)(1 + variant % 2), MODEL_MAX_KEYS});
    store.config.policy = (enum norkv_policy)(variant % 5 % 4);
    model_init(&model, 6, 20);
    const char *wrong = store_start(&store) == NORKV_OK ? NULL : "the first start fails";
    for (uint32_t i = 0; i < 60 && wrong == NULL; i++) {
      wrong = model_step(&model, &store, &random);
    }
    ram_flash_cut(&store.flash, 1 + ram_random_below(&random, 8), tear, ram_random(&random));
    while (wrong == NULL && !store.flash.is_off) {
      wrong = model_step(&model, &store, &random);
    }
    uint32_t cuts = 0;
    for (uint32_t i = 0; i < 300; i++) {
      ram_flash_power_on(&store.flash);
      ram_flash_cut(&store.flash, at, tear, ram_random(&random));
      (void)store_start(&store);
      cuts += store.flash.is_off ? 1 : 0;
    }
    wrong = wrong == NULL ? recover(&store, &model, 0, &random) : wrong;
    uint32_t violations = store.flash.violations;
    store_free(&store);
    cr_assert(wrong == NULL && violations == 0, "variant %u, tear %u at flash operation %u, %u cuts: %s", variant, tear,
              at, cuts, wrong);
  }
}
