#!/usr/bin/env bash
# The engine builds without warnings for each Cortex-M, has no variables, no recursion and a stack that is known.
# Environment: NORKV_SOURCE, the engine's folder.
set -euo pipefail

fail() {
  printf 'size: %s\n' "$*" >&2
  exit 1
}

table=$("$NORKV_SOURCE/../scripts/size" --stack)
for processor in cortex-m0plus cortex-m4; do
  grep -qE "^full +$processor +[0-9]{4,5} +[0-9]{4,5} +[0-9]+ +[0-9]{4} +[0-9]{3,4}\b" <<<"$table" || fail "no $processor: $table"
  grep -qE "^full, $processor: norkv_[a-z_]+\([0-9]+\) .*norkv_" <<<"$table" || fail "no chain of calls: $table"
done
