#!/usr/bin/env bash
# NORKV_ONLY_POLICY leaves one wear policy: the engine builds without a warning, starts with it and refuses the others.
# Environment: NORKV_SOURCE, the engine's folder; CC and CFLAGS.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT

cat >"$folder/main.c" <<'END'
#include <norkv/norkv.h>
#include <string.h>

static uint8_t flash[4][512];

static int flash_read(void *context, uint32_t address, void *buffer, size_t size) {
  (void)context;
  memcpy(buffer, flash[0] + address, size);
  return 0;
}

static int flash_program(void *context, uint32_t address, const void *data, size_t size) {
  (void)context;
  memcpy(flash[0] + address, data, size);
  return 0;
}

static int flash_erase(void *context, uint32_t sector) {
  (void)context;
  memset(flash[sector], 0xFF, sizeof(flash[sector]));
  return 0;
}

int main(void) {
  static const struct norkv_format format = {0x600DBEEF, NORKV_CHECKSUM_CRC32C};
  static uint32_t memory[256];
  struct norkv store;
  struct norkv_config config = {
      .flash = {.sector_size = 512, .sector_count = 4, .alignment = 1,
                .read = flash_read, .program = flash_program, .erase = flash_erase},
      .formats = &format, .format_count = 1, .redundancy = 1, .max_keys = 16,
      .memory = memory, .memory_size = sizeof(memory),
  };
  memset(flash, 0xFF, sizeof(flash));
  for (int policy = NORKV_POLICY_GREEDY; policy <= NORKV_POLICY_HYBRID; policy++) {
    config.policy = (enum norkv_policy)policy;
    if (norkv_start(&store, &config) != (policy == NORKV_ONLY_POLICY ? NORKV_OK : NORKV_ERR_INVALID)) {
      return 1;
    }
  }
  config.policy = NORKV_ONLY_POLICY;
  if (norkv_start(&store, &config) != NORKV_OK) {
    return 1;
  }
  for (int i = 0; i < 500; i++) {
    int key = i % 5;
    if (norkv_put(&store, &key, sizeof(key), &i, sizeof(i)) != NORKV_OK) {
      return 1;
    }
  }
  struct norkv_statistics statistics;
  return norkv_get_statistics(&store, &statistics) == NORKV_OK && statistics.erases > 0 ? 0 : 1;
}
END

for policy in GREEDY CIRCULAR COST_BENEFIT HYBRID; do
  # shellcheck disable=SC2086 # CFLAGS are several words
  "${CC:-cc}" ${CFLAGS:-} -std=c11 -O1 -Wall -Wextra -Wconversion -Wshadow -Werror -DNORKV_SMALL_CHECKSUM \
    "-DNORKV_ONLY_POLICY=NORKV_POLICY_$policy" "-I$NORKV_SOURCE/include" "-I$NORKV_SOURCE/src" "$folder/main.c" \
    "$NORKV_SOURCE"/src/*.c -o "$folder/main"
  "$folder/main" || {
    printf 'only_policy: %s does not work alone\n' "$policy" >&2
    exit 1
  }
done
