#!/usr/bin/env bash
# Each compile-time option of norkv/options.h: the engine builds without a warning, works with random operations, cuts
# and restarts beside the model, and refuses what was left out.
# Environment: NORKV_SOURCE, the engine's folder; CC and CFLAGS.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT

cat >"$folder/main.c" <<'END'
#include <stdio.h>
#include <string.h>

#include "checksum.h"
#include "image.h"
#include "model.h"
#include "policy.h"

#define CHECK(condition) ((condition) ? (void)0 : (void)(printf("line %d: %s\n", __LINE__, #condition), failures++))
static int failures;

static const struct norkv_format *first_format(struct store *store) {
  return &store->formats[NORKV_CHECKSUM_IS_VALID(store->formats[0].checksum) ? 0 : 1];
}

static enum norkv_policy first_policy(void) {
  int policy = NORKV_POLICY_GREEDY;
  while (!NORKV_POLICY_IS_VALID((enum norkv_policy)policy)) {
    policy++;
  }
  return (enum norkv_policy)policy;
}

static void set_up(struct store *store, const struct store_shape *shape) {
  store_init(store, shape);
  store->config.formats = first_format(store);
  store->config.policy = first_policy();
}

static const char *work(struct store *store, struct model *model, uint64_t *random) {
  const char *wrong = store_start(store) == NORKV_OK ? NULL : "the first start fails";
  for (int cut = 0; cut < 12 && wrong == NULL; cut++) {
    ram_flash_cut(&store->flash, 1 + ram_random_below(random, 40),
                  (enum ram_tear)ram_random_below(random, RAM_TEAR_COUNT), ram_random(random));
    for (int i = 0; i < 300 && !store->flash.is_off && wrong == NULL; i++) {
      wrong = model_step(model, store, random);
    }
    ram_flash_power_on(&store->flash);
    if (wrong == NULL) {
      wrong = store_start(store) == NORKV_OK ? model_check(model, store) : "a start fails";
    }
    wrong = wrong == NULL && store->flash.violations > 0 ? "the flash port was misused" : wrong;
  }
  return wrong;
}

static void check_random(void) {
  static const uint32_t alignments[] = {1, 8, 24, 64};
  for (uint64_t seed = 1; seed <= 60; seed++) {
    struct store store;
    struct model model;
    uint64_t random = seed;
    uint32_t redundancy = 1 + (uint32_t)(seed / 4 % norkv_minimum(3, NORKV_MAX_REDUNDANCY));
    struct store_shape shape = {768, redundancy + 1 + ram_random_below(&random, 6), alignments[seed % 4],
                                (uint8_t)redundancy, MODEL_MAX_KEYS};
    set_up(&store, &shape);
    model_init(&model, 3 + ram_random_below(&random, 12), 20 + ram_random_below(&random, 400));
    const char *wrong = work(&store, &model, &random);
    if (wrong != NULL) {
      printf("seed %d: %s\n", (int)seed, wrong);
      failures++;
    }
    store_free(&store);
  }
}

static void check_refusals(void) {
  struct store store;
  set_up(&store, &(struct store_shape){512, 20, 1, 1, 8});
  for (int policy = NORKV_POLICY_GREEDY; policy <= NORKV_POLICY_HYBRID; policy++) {
    store.config.policy = (enum norkv_policy)policy;
    CHECK((norkv_memory_size(&store.config) > 0) == NORKV_POLICY_IS_VALID(store.config.policy));
  }
  store.config.policy = first_policy();
  for (uint8_t copies = 1; copies <= 16; copies++) {
    store.config.redundancy = copies;
    CHECK((norkv_memory_size(&store.config) > 0) == (copies <= NORKV_MAX_REDUNDANCY));
  }
  store.config.redundancy = 1;
  struct norkv_format formats[NORKV_MAX_FORMATS + 1];
  for (uint8_t i = 0; i <= NORKV_MAX_FORMATS; i++) {
    formats[i] = (struct norkv_format){i, first_format(&store)->checksum};
    store.config.formats = formats;
    store.config.format_count = (uint8_t)(i + 1);
    CHECK((norkv_memory_size(&store.config) > 0) == (i < NORKV_MAX_FORMATS));
  }
  store.config.format_count = 1;
  for (int kind = NORKV_CHECKSUM_NONE; kind <= NORKV_CHECKSUM_CRC32C; kind++) {
    formats[0].checksum = (enum norkv_checksum)kind;
    CHECK((norkv_memory_size(&store.config) > 0) == NORKV_CHECKSUM_IS_VALID(formats[0].checksum));
  }
  store_free(&store);
}

/* Entries of another alignment are read and moved, or refused without a word on flash. */
static void check_migration(void) {
  struct store store;
  set_up(&store, &(struct store_shape){512, 4, 1, 1, 8});
  CHECK(store_start(&store) == NORKV_OK);
  CHECK(store_put(&store, "key", "value") == NORKV_OK);
  store.config.flash.alignment = 64;
  uint64_t before = store.flash.operations;
  CHECK(store_start(&store) == (NORKV_MIGRATION ? NORKV_OK : NORKV_ERR_GEOMETRY));
  CHECK(store.flash.operations == before);
  store.config.flash.alignment = NORKV_MIGRATION ? 64 : 1;
  CHECK(store_start(&store) == NORKV_OK);
  CHECK(norkv_maintain(&store.kv, NORKV_MAINTAIN_HEAVY) == NORKV_OK);
  CHECK(strcmp(store_get(&store, "key"), "value") == 0);
  store_free(&store);
}

int main(void) {
  check_random();
  if (NORKV_CHECK_CONFIG) {
    check_refusals();
  }
  check_migration();
  return failures == 0 ? 0 : 1;
}
END

# check OPTION...: builds with them and runs.
check() {
  # shellcheck disable=SC2086 # CFLAGS are several words
  "${CC:-cc}" ${CFLAGS:-} -std=c11 -O1 -Wall -Wextra -Wconversion -Wshadow -Werror -DNORKV_CHECK_ASSERTS "${@/#/-D}" \
    "-I$NORKV_SOURCE/include" "-I$NORKV_SOURCE/src" "-I$NORKV_SOURCE/test" "$folder/main.c" "$NORKV_SOURCE"/src/*.c \
    "$NORKV_SOURCE"/test/{model,store,image,ram_flash}.c -o "$folder/main"
  "$folder/main" || {
    printf 'options: the engine does not work with %s\n' "$*" >&2
    exit 1
  }
}

for policy in GREEDY CIRCULAR COST_BENEFIT HYBRID; do
  check "NORKV_ONLY_POLICY=NORKV_POLICY_$policy"
done
check NORKV_MAX_REDUNDANCY=1 NORKV_SMALL_CHECKSUM NORKV_ONLY_CHECKSUM=NORKV_CHECKSUM_CRC16_CCITT
check NORKV_MAX_REDUNDANCY=2 NORKV_MAX_FORMATS=1 NORKV_ONLY_CHECKSUM=NORKV_CHECKSUM_CRC32C
check NORKV_MIGRATION=0 NORKV_MAX_FORMATS=1 NORKV_SMALL_CHECKSUM
check NORKV_MAX_REDUNDANCY=1 NORKV_MAX_FORMATS=1 NORKV_MIGRATION=0 NORKV_SMALL_CHECKSUM \
  NORKV_ONLY_CHECKSUM=NORKV_CHECKSUM_CRC32C NORKV_ONLY_POLICY=NORKV_POLICY_GREEDY NORKV_CHECK_CONFIG=0
