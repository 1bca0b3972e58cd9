#!/usr/bin/env bash
# Faults without a cut, from the scenario to the replay: each kind does what it says, norkv copes or what it can't is
# found, repros carry the faults, and any number of workers says the same.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the folder of the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# scenario FAULT: writes f.yaml with that fault.
scenario() {
  cat >f.yaml <<END
name: f
device: {profile: {name: small, sector_size: 512, program_unit: 1}, sectors: 8}
store: ${STORE:-{engine: norkv\}}
workload:
  operations: 150
  keys: 6
  value_size: {min: 0, max: 40}
  mix: {put: 70, delete: 15, get: 10, maintain: 5, reboot: 5}
power: {faults: [between_ops, prefix, bit_subset], samples: 4, limit: 8}
faults: [$1]
seed: 7
END
}

# What norkv copes with: the store answers errors, keeps what it acknowledged, and tells what it lost.
for fault in \
  '{kind: program_error, sector: 3, after: 3, count: 2, leaves: nothing}' \
  '{kind: program_error, after: 20, count: 2, leaves: half}' \
  '{kind: program_error, after: 50, count: 3, leaves: all}' \
  '{kind: erase_error, after: 1, count: 2, leaves: half}' \
  '{kind: erase_ignored, sector: 2, count: 1}' \
  '{kind: read_error, address: 600, size: 8, operation: 20}' \
  '{kind: stuck_bit, address: 700, bit: 3, value: 0}' \
  '{kind: bit_rot, operation: 10, every: 5}' \
  '{kind: bit_rot, operation: 40, address: 520, bit: 7}'; do
  for redundancy in 1 2; do
    scenario "$fault"
    rm -f f.db
    expect 0 run f.yaml --set "store.redundancy=$redundancy" --db f.db
  done
done
says "HELD"

# Rot is detected where a checksum guards, and only there; the repro carries the fault, and shows the same.
STORE='{engine: norkv, checksum: none}' scenario '{kind: bit_rot, operation: 3, every: 2}'
rm -rf f.db f-repros
expect 1 run f.yaml --set 'power.faults=[between_ops]' --db f.db --jobs 1
is "detected" "$(sqlite3 f.db "SELECT DISTINCT invariant FROM v_violations WHERE invariant = 'detected'")" "violated"
repro=$(find f-repros -name '*-detected.yaml' | sort | sed -n 1p)
grep -qF "{kind: bit_rot, operation: 3, every: 2}" "$repro" || fail "the repro lacks the fault"
expect 1 replay "$repro"
says "as was recorded"
sqlite3 f.db 'SELECT invariant, fault, depth, checks, failures FROM v_checks' >one
rm -f f.db
expect 1 run f.yaml --set 'power.faults=[between_ops]' --db f.db --jobs 3
sqlite3 f.db 'SELECT invariant, fault, depth, checks, failures FROM v_checks' >three
diff one three >&2 || fail "three workers say something else than one"

# Every repro of a run with errors replays, with the same counters in the walk and in the replay.
STORE="{plugin: $POWERCUT_PLUGINS/acknowledges_early.so}" \
  scenario '{kind: program_error, after: 20, count: 3, leaves: half}, {kind: erase_error, after: 1, leaves: all}'
rm -rf f.db f-repros
expect 1 run f.yaml --db f.db
count=0
while read -r repro; do
  expect 1 replay "$repro"
  says "as was recorded"
  count=$((count + 1))
done < <(find f-repros -name '*.yaml' | sort | sed -n 1,12p)
[[ $count -gt 2 ]] || fail "too few repros to say something: $count"

# A part wears out with the power on. norkv copes where the part tells; where it doesn't, a second copy makes up for it, and
# a store that looks at nothing loses what it said it has.
scenario '{kind: wear_out}'
worn=(--set 'device.profile={name: old, sector_size: 512, endurance: 50, verifies: true}' --set device.worn=1.1
  --set 'power.faults=[between_ops, prefix]')
rm -rf f.db f-repros
expect 0 run f.yaml "${worn[@]}" --db f.db
worn[1]=${worn[1]/, verifies: true/}
expect 0 run f.yaml "${worn[@]}" --set store.redundancy=2 --db f.db
early=(--set "store={plugin: $POWERCUT_PLUGINS/acknowledges_early.so}" --no-shrink)
for jobs in 1 3; do
  rm -rf f.db f-repros
  expect 1 run f.yaml "${worn[@]}" "${early[@]}" --db f.db --jobs "$jobs"
  sqlite3 f.db 'SELECT invariant, fault, depth, checks, failures FROM v_checks' >"$jobs"
done
diff 1 3 >&2 || fail "three workers say something else of wear than one"
count=0
while read -r repro; do
  grep -qF "{kind: wear_out, operation: 0, address: 0x0, size: 4096}" "$repro" || fail "the repro lacks the wear"
  expect 1 replay "$repro"
  says "as was recorded"
  count=$((count + 1))
done < <(find f-repros -name '*.yaml' | sort | sed -n 1,4p)
[[ $count -gt 0 ]] || fail "no repro of wear"

# Mistakes are refused with their line.
wrong() {
  scenario "$1"
  expect 2 run f.yaml --db g.db
  complains "$2"
  [[ ! -e g.db ]] || fail "a database was written"
}
wrong '{kind: lightning}' "f.yaml:10: faults[0].kind must be a kind of fault, not 'lightning'; known are program_error"
wrong '{kind: wear_out}' "f.yaml:10: a wear_out needs a profile with an endurance"
wrong '{kind: wear_out, after: 1}' "f.yaml:10: a wear_out has no after"
wrong '{sector: 1}' "f.yaml:10: 'kind' is missing in faults[0]"
wrong '{kind: bit_rot, address: 3}' "f.yaml:10: a bit_rot needs an address and a bit"
wrong '{kind: stuck_bit, address: 3, bit: 1}' "f.yaml:10: a stuck_bit needs a value, 0 or 1"
wrong '{kind: read_error, leaves: all}' "f.yaml:10: a read_error has no leaves"
wrong '{kind: bit_rot, sector: 1}' "f.yaml:10: a bit_rot has no sector"
wrong '{kind: erase_error, sector: 8}' "f.yaml:10: sector 8: the device has only 8"
wrong '{kind: erase_error, sector: 1, address: 1}' "f.yaml:10: a erase_error has a sector or an address, not both"
wrong '{kind: erase_error, size: 1}' "f.yaml:10: a erase_error with a size needs an address"
wrong '{kind: read_error, address: 4096}' "f.yaml:10: 1 bytes at 0x1000 are not inside the device"
wrong '{kind: read_error, every: 2}' "f.yaml:10: a read_error has no every"
wrong "$(printf '{kind: read_error},%.0s' {1..65})" "f.yaml:10: more than 64 faults"

finish
