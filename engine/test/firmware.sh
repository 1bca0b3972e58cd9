#!/usr/bin/env bash
# The example firmware runs on an emulated Cortex-M0: its store comes back from each of its power cuts.
# Environment: NORKV_SOURCE, the engine's folder.
set -euo pipefail

fail() {
  printf 'firmware: %s\n' "$*" >&2
  exit 1
}

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cmake -S "$NORKV_SOURCE/examples/nrf51" -B "$folder" -G Ninja -D CMAKE_COMPILE_WARNING_AS_ERROR=ON \
  --toolchain "$NORKV_SOURCE/cmake/arm-none-eabi.cmake" >"$folder/log" 2>&1 || fail "$(cat "$folder/log")"
cmake --build "$folder" >"$folder/log" 2>&1 || fail "$(cat "$folder/log")"

status=0
timeout 300 qemu-system-arm -M microbit -display none -monitor none -serial none \
  -semihosting-config enable=on,target=native -kernel "$folder/firmware.elf" >"$folder/out" 2>&1 || status=$?
[[ $status -eq 0 ]] || fail "exit status $status: $(cat "$folder/out")"
grep -qE '^survived 200 power cuts in [0-9]{4,} puts; [1-9][0-9]* interrupted puts had been finished$' "$folder/out" ||
  fail "it says: $(cat "$folder/out")"
