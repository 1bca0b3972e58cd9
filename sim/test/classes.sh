#!/usr/bin/env bash
# Every fault class finds its own sabotage: for each there is a store, naive in one way, that survives all lower classes
# and is caught by this one, with a repro that replay reproduces; and a careful store of the same make survives them all.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the folder of the stores.
set -euo pipefail
self=$(readlink -f -- "${BASH_SOURCE[0]}")
# shellcheck source=/dev/null
source "$(dirname -- "$self")/cli_help.bash"

# A part that gives every class a reason: ECC words, blocks that a cut may damage, and past its endurance.
cat >s.yaml <<'END'
name: classes
device:
  profile:
    name: small
    sector_size: 1024
    program_unit: 8
    programs_per_unit: 2
    reprogram: zeros
    endurance: 100
    ecc_word: 8
    collateral: 64
  sectors: 4
  worn: 1.2
store: {plugin: ./none.so}
workload:
  operations: 28
  keys: 5
  key_size: 4
  value_size: {min: 16, max: 56}
  mix: {put: 75, delete: 12, get: 6, reboot: 4}
power: {faults: [between_ops], samples: 4, limit: 8, aftermath: 0}
seed: 3
END

deeper=(--set power.depth=2 --set workload.operations=25 --set power.samples=1 --set power.limit=2)

# outcome STATUS STORE CLASSES [OPTION...]: explores with these classes; the exit status must be that.
outcome() {
  rm -rf s.db repros
  expect "$1" run s.yaml --set "store.plugin=$POWERCUT_PLUGINS/$2.so" --set "power.faults=[$3]" --db s.db \
    --repros repros --no-shrink "${@:4}"
}

# finds CLASS STORE LOWER [OPTION...]: the store survives the lower classes, and this one catches it.
finds() {
  local repro count=0
  [[ -z $3 ]] || outcome 0 "$2" "$3"
  outcome 1 "$2" "$1" "${@:4}"
  is 0 "$(sqlite3 s.db "SELECT coalesce(sum(failures), 0) FROM v_checks WHERE fault = 'none'")" "$2: failures without a cut"
  while read -r repro; do
    expect 1 replay "$repro"
    says "as was recorded"
    count=$((count + 1))
  done < <(find repros -name '*.yaml' | sort | head -n 2)
  [[ $count -gt 0 ]] || fail "$2: no repro"
}

finds between_ops deletes_first ''
finds prefix naive_t1 'between_ops'
finds unit_subset naive_t2 'between_ops, prefix'
finds bit_subset naive_t3 'between_ops, prefix, unit_subset'
finds two_phase_erase naive_t4 'between_ops, prefix, unit_subset, bit_subset'
whole='between_ops, prefix, unit_subset, bit_subset, two_phase_erase'
finds 'between_ops, prefix, bit_subset' naive_t5 "$whole" "${deeper[@]}"
for store in naive_t6 naive_t7 naive_t8 naive_t9; do
  outcome 0 "$store" 'between_ops, prefix, bit_subset' "${deeper[@]}"
done
finds metastable naive_t6 "$whole"
finds ecc naive_t7 "$whole, metastable"
finds collateral naive_t8 "$whole, metastable, ecc"
finds worn naive_t9 "$whole, metastable, ecc, collateral"
outcome 0 naive_careful "$whole, metastable, ecc, collateral, worn, bit_rot"
outcome 0 naive_careful 'between_ops, prefix, bit_subset' "${deeper[@]}"

# The same on a part with smaller sectors, where the stores erase blocks of four at once: a cut tears the whole block.
sed -i 's/sector_size: 1024/sector_size: 256\n    erase_blocks: [{size: 512}, {size: 1024}]/; s/sectors: 4/sectors: 16/' s.yaml
outcome 0 naive_careful "$whole, metastable, ecc, collateral, worn, bit_rot"
finds two_phase_erase naive_t4 ''
says ", 1024 bytes, sector "
finds metastable naive_t6 ''
finds ecc naive_t7 ''
finds worn naive_t9 ''

# And on one that erases to zeros: the same is seen of each store, check by check.
checks() { sqlite3 s.db "SELECT invariant, fault, depth, checks, failures FROM v_checks ORDER BY 1, 2, 3"; }
for store in naive_careful naive_t6; do
  status=$([[ $store == naive_careful ]] && echo 0 || echo 1)
  each=(--set "store.plugin=$POWERCUT_PLUGINS/$store.so" --set workload.operations=10 --db s.db --repros repros
    --set "power.faults=[$whole, metastable, ecc, collateral, worn, bit_rot]")
  rm -rf s.db repros
  expect "$status" run s.yaml "${each[@]}"
  checks >ones
  sed 's/sector_size: 256/erased_value: 0x00\n    &/' s.yaml >zeros.yaml
  rm -rf s.db repros
  expect "$status" run zeros.yaml "${each[@]}"
  checks >zeros
  cmp ones zeros || fail "$store: what is checked differs where erased is 0x00"
done
expect 1 replay "$(find repros -name '*.yaml' | sort | head -n 1)"
says "as was recorded"
grep -qE '^ *- 0x[0-9a-f]+  00 00' out || fail "replay shows the part's zeros otherwise than they are read"
expect 1 replay "$(find repros -name '*.yaml' | sort | head -n 1)" --images images
[[ $(tr -d '\0' <images/cut1-before.bin | wc -c) -lt 2048 ]] || fail "images are not as they are read"
for engine in norkv chunk; do
  expect 2 run zeros.yaml --set "store={engine: $engine}"
  complains "$engine takes parts that erase to 0xff (here: 0x00)"
done
expect 2 run zeros.yaml --set "store={plugin: $POWERCUT_PLUGINS/version_3.so}"
complains "is built for version 3 of the store interface, which knows only parts that erase to 0xff"

# Each class that there is stands above.
while read -r _ name _; do
  grep -qE "^(finds|outcome 0 naive_careful) .*\b$name\b" "$self" || fail "no store is there for $name"
done < <("$POWERCUT" faults)

finish
