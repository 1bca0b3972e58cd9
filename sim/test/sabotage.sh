#!/usr/bin/env bash
# The checker can fail: for every invariant a store that breaks it is caught under that name, with a repro that replay
# reproduces, and the same store unspoilt passes.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the folder of the spoilt stores.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
failures=0

fail() {
  printf 'sabotage: %s\n' "$*" >&2
  failures=$((failures + 1))
}

# scenario NAME STORE [OPERATIONS]: writes a scenario of that store.
scenario() {
  cat >"$folder/$1.yaml" <<SCENARIO
name: $1
device:
  profile: {name: small, sector_size: 512, program_unit: 1}
  sectors: 8
store: $2
workload:
  operations: ${3:-150}
  keys: 6
  value_size: {min: 0, max: 40}
  mix: {put: 70, delete: 15, get: 5, maintain: 5, reboot: 5}
power: {faults: [between_ops, prefix, bit_subset], samples: 4, limit: 16}
seed: 7
SCENARIO
}

# run NAME [OPTION...]: explores the scenario; its exit status is the command's.
run() {
  local name=$1
  shift
  "$POWERCUT" run "$folder/$name.yaml" --db "$folder/$name.db" --repros "$folder/$name" --json "$@" >"$folder/$name.json"
}

# operations FILE: of a repro.
operations() {
  grep -cE '^    (put|delete|get|maintain|reboot)' "$1"
}

# caught NAME INVARIANT [OPTION...]: the scenario must end with violations of that invariant, and a repro must show it
# again, in no more than three operations: what is wrong with these stores takes no more to show.
caught() {
  local status=0
  run "$1" "${@:3}" || status=$?
  [[ $status -eq 1 ]] || fail "$1: exit status $status in place of 1"
  local count
  count=$(sqlite3 "$folder/$1.db" "SELECT sum(failures) FROM v_checks WHERE invariant = '$2'")
  if [[ ${count:-0} -eq 0 ]]; then
    fail "$1: not caught under $2"
    sqlite3 "$folder/$1.db" "SELECT invariant, sum(failures) FROM v_checks WHERE failures > 0 GROUP BY 1" >&2
    return
  fi
  sqlite3 "$folder/$1.db" "SELECT repro_found FROM v_findings WHERE invariant = '$2' LIMIT 1" >"$folder/$1-found.yaml"
  sqlite3 "$folder/$1.db" "SELECT repro FROM v_violations WHERE invariant = '$2' LIMIT 1" >"$folder/$1-repro.yaml"
  echo "$1: $2, operations $(operations "$folder/$1-found.yaml") -> $(operations "$folder/$1-repro.yaml")"
  [[ $(operations "$folder/$1-repro.yaml") -le 3 ]] || fail "$1: its repro is not small"
  status=0
  "$POWERCUT" replay "$folder/$1-repro.yaml" >"$folder/$1-replay" 2>"$folder/$1.err" || status=$?
  [[ $status -eq 1 ]] || fail "$1: replay's exit status is $status in place of 1"
  grep -q "$2" "$folder/$1-replay" || fail "$1: replay does not name $2"
}

# spoilt NAME INVARIANT [OPERATIONS]: caught, for a plugin.
spoilt() {
  scenario "$1" "{plugin: $POWERCUT_PLUGINS/$1.so}" "${3:-150}"
  caught "$1" "$2"
}

scenario sound "{plugin: $POWERCUT_PLUGINS/sound.so}"
run sound || fail "the store that isn't spoilt does not pass: $(cat "$folder/sound.json")"

spoilt gives_up mountable
spoilt crashes mountable
spoilt exits mountable
# Each time that it hangs takes seconds to be sure of, and each overrun has a sanitizer print a report.
spoilt hangs mountable 10
spoilt overruns mountable 20
spoilt loops mountable 40
spoilt crashes_at_once mountable
spoilt acknowledges_early durable
spoilt deletes_first atomic
spoilt forgets_delete deleted_stays_deleted
spoilt skips_a_key exact_contents
spoilt writes_at_start stable
spoilt read_only_after_repair writable
spoilt sets_bits device_contract
spoilt one_copy redundant
spoilt inverts_values well_formed
spoilt invents_space well_formed
spoilt tidies_up bounded
spoilt wears_unevenly wear_spread

# A format without a checksum can't tell a torn entry from a whole one.
scenario no_checksum "{engine: norkv, checksum: none}" 60
caught no_checksum atomic

# Nor can it tell what has rotted. (Entries as long as those of an aftermath take several flash operations, between which
# a cut tears them.)
scenario rotten "{engine: norkv, checksum: none}"
run rotten --set 'power.faults=[between_ops]' --set power.aftermath=0 || fail "rotten: does not survive between_ops"
caught rotten detected --set 'power.faults=[bit_rot]'
run sound --set 'power.faults=[bit_rot]' || fail "the store that isn't spoilt does not survive bit_rot"

# needs NAME FAULT LOWER: a plugin that survives the lower classes and is caught by this one, with a repro.
needs() {
  local status=0 repro
  scenario "$1" "{plugin: $POWERCUT_PLUGINS/$1.so}"
  run "$1" --set "power.faults=[$3]" || fail "$1: does not survive $3: $(head -c 1000 "$folder/$1.json")"
  run "$1" --set "power.faults=[$2]" || status=$?
  [[ $status -eq 1 ]] || fail "$1: exit status $status in place of 1 under $2"
  while read -r repro; do
    status=0
    "$POWERCUT" replay "$repro" >"$folder/$1-replay" || status=$?
    [[ $status -eq 1 ]] || fail "$1: replay of $repro: exit status $status in place of 1"
    grep -q 'as was recorded' "$folder/$1-replay" || fail "$1: replay of $repro shows something else"
  done < <(printf '%s\n' "$folder/$1"/*.yaml | head -n 5)
}

# What reads blank need not be erased.
needs trusts_blank metastable 'between_ops, prefix, unit_subset, bit_subset, two_phase_erase'
grep -q 'cells metastable, shown as erased' "$folder/trusts_blank-replay" || fail "replay does not tell of metastable cells"

# Each invariant that there is stands above.
while read -r name _; do
  grep -qE "^(spoilt|caught) [a-z_]+ $name( |\$)" "$0" || fail "no spoilt store breaks $name"
done < <("$POWERCUT" invariants)

if [[ $failures -gt 0 ]]; then
  exit 1
fi
echo "sabotage: every invariant caught its store"
