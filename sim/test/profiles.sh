#!/usr/bin/env bash
# norkv on every built-in device profile, and on the rules that none of them has: cut everywhere, in every way that does
# not depend on the part, no invariant breaks. Values are large for the sector, so that a few operations erase.
# Environment: POWERCUT, the command.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
failures=0

fail() {
  printf 'profiles: %s\n' "$*" >&2
  failures=$((failures + 1))
}

# holds NAME PROFILE SECTOR-SIZE: explores a workload on the profile, a name or a mapping.
holds() {
  # A value of many kilobytes is programmed in many flash operations: few of them are enough.
  local operations=50 keys=5 sizes="{min: $(($3 / 16)), max: $(($3 / 5))}" sectors=4 samples=2
  if [[ $3 -gt 16384 ]]; then
    operations=7 keys=2 sizes="{min: $(($3 / 3)), max: $(($3 * 2 / 5))}" sectors=3 samples=0
  fi
  cat >"$folder/$1.yaml" <<SCENARIO
device: {profile: $2, sectors: $sectors}
store: {engine: norkv}
workload:
  operations: $operations
  keys: $keys
  value_size: $sizes
  mix: {put: 80, delete: 8, get: 4, maintain: 4, reboot: 4}
power:
  faults: [between_ops, prefix, unit_subset, bit_subset, two_phase_erase]
  samples: $samples
  limit: 2
  aftermath: 256
seed: 5
SCENARIO
  if ! "$POWERCUT" run "$folder/$1.yaml" --db "$folder/$1.db" --repros "$folder" --json >"$folder/$1.json"; then
    fail "$1: $(head -c 2000 "$folder/$1.json")"
    return
  fi
  local erases
  erases=$(sqlite3 "$folder/$1.db" 'SELECT sum(erases) FROM v_wear')
  [[ $erases -ge 1 ]] || fail "$1: a workload that never erases shows little"
}

while read -r name _; do
  holds "$name" "$name" "$("$POWERCUT" devices "$name" --json | jq .sector_size)"
done < <("$POWERCUT" devices)

holds wraps '{name: wraps, sector_size: 512, page_size: 64, page_overflow: wrap}' 512
holds once '{name: once, sector_size: 512, program_unit: 8, programs_per_unit: 1}' 512
holds different '{name: different, sector_size: 512, program_unit: 4, programs_per_unit: 2, reprogram: different}' 512
holds rows '{name: rows, sector_size: 512, program_unit: 4, programs_per_unit: 1, row_size: 64, programs_per_row: 16}' 512
holds reads '{name: reads, sector_size: 512, program_unit: 4, read_unit: 32}' 512

if [[ $failures -gt 0 ]]; then
  exit 1
fi
echo "profiles: norkv holds on every one"
