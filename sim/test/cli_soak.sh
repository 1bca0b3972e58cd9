#!/usr/bin/env bash
# What only several cuts bring about, far from each other: a soak finds it, its repro is made small and lists the cuts
# that it takes, and replay tells all of it. Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# soak TIMES CUTS: explores a store that gives up after it has mended so often.
soak() {
  small_scenario | sed "s/power: {/power: {cuts: $2, /; s|engine: norkv|plugin: $POWERCUT_PLUGINS/mends_so_often.so\n  times: $1|" >soak.yaml
  rm -rf soak.db soak-repros
  expect 1 run soak.yaml --db soak.db "${@:3}"
}

# counts FILE: operations and listed cuts of a repro.
counts() {
  echo "$(grep -cE '^    (put|delete|get|maintain|reboot)' "$1") $(grep -c '^      - {operation:' "$1")"
}

# Three cuts and five: as few operations, each cut in the simplest way, one by one or in a row.
for times in 3 5; do
  for cuts in '{soak: 2000}' '{soak: 2000, consecutive: 100}'; do
    soak $times "$cuts"
    repro=soak-repros/run1-1-mountable.yaml
    is "$times $times" "$(counts $repro)" "operations and cuts that show what takes $times cuts of $cuts"
    expect 1 replay $repro
    says "shows   mountable, after $times cuts, in operations 0"
    says "start: the store starts on blank flash"
    says "recovery $times: the store starts on what is on flash"
    says "VIOLATED: mountable, as was recorded"
    is "$times $times" "$(grep -c 'POWER LOST' out) $(grep -c '^operation ' out)" "cuts and operations that are told"
  done
done
says "shows   mountable, after 5 cuts, in operations 0, 1, 2, 3 and 4"

# Each cut is needed, and each operation.
while IFS=: read -r line _; do
  sed "${line}d; s/cut: 5}/cut: 4}/" "$repro" >fewer.yaml
  expect 0 replay fewer.yaml
done < <(grep -nE '^(    put|      - \{)' "$repro")

# The same for any number of workers.
cp "$repro" one.yaml
soak 5 '{soak: 2000, consecutive: 100}' --jobs 3
cmp one.yaml "$repro" || fail "the repro depends on the number of workers"

# As it was found it is the whole life, which replay --shrink makes small as well, also once more.
soak 3 '{soak: 2000}' --no-shrink
repro=soak-repros/run1-1-mountable.yaml
grep -q '^soak: {life: 1, cut: ' $repro || fail "the repro of a soak that isn't shrunk names no life"
expect 1 replay $repro
says "shows   mountable, after cut "
expect 1 replay $repro --images found
[[ -s $(find found -name 'cut*-after.bin' | head -n 1) ]] || fail "no image after the cut of a soak"
expect 2 replay $repro --gdb
complains "make a repro that lists them"
expect 1 replay $repro --shrink -o small.yaml
says " operations -> 3, "
says " cuts -> 3, "
is "3 3" "$(counts small.yaml)" "operations and cuts that replay --shrink leaves"
expect 1 replay small.yaml --shrink -o small.yaml
is "3 3" "$(counts small.yaml)" "operations and cuts of what is shrunk twice"

# The flash around each cut, and the program that was torn first in the image: a byte of it is there.
expect 1 replay small.yaml --images images
is 9 "$(find images -name 'cut[123]-*.bin' | wc -l)" "images of three cuts"
is 1 "$(cmp -l images/cut1-before.bin images/cut1-after.bin | wc -l)" "bytes that the first cut left"
cmp -s images/cut3-after.bin images/cut3-recovered.bin && fail "the last recovery mends nothing"

# A scenario may list its cuts, too.
sed '/^repro:/d; /^invariant:/d; /^cut_path:/,$d' small.yaml >listed.yaml
expect 1 run listed.yaml --db listed.db
says "3 cuts that are listed"
is 3 "$(sqlite3 listed.db 'SELECT cuts FROM v_runs')" "cuts that are listed"
is "life 1 cut 3" "$(sqlite3 listed.db "SELECT substr(cut_path, 1, instr(cut_path, ':') - 1) FROM violations")" "the cut that fails"
sed '/operation: 2,/d' listed.yaml >two.yaml
expect 0 run two.yaml --db listed.db
sed 's/flash_operation: 0/flash_operation: 7/' listed.yaml >beyond.yaml
expect 0 run beyond.yaml --db listed.db
is 0 "$(sqlite3 listed.db 'SELECT cuts FROM v_runs ORDER BY run_id DESC LIMIT 1')" "cuts in flash operations that aren't there"

# bad WORDS EDIT...: of the listed cuts, by sed.
bad() {
  sed "${@:2}" listed.yaml >bad.yaml
  expect 2 run bad.yaml --db bad.db
  complains "$1"
  absent bad.db
}
bad "they must be in order" 's/operation: 0, flash/operation: 9, flash/'
bad "unknown fault class 'prefux'" 's/fault: prefix/fault: prefux/'
bad "power.cuts.soak must list at least one cut" -e '/^      - /d' -e 's/^    soak:/    soak: []/'
bad "it takes no more" 's/^    soak:/    consecutive: 2\n    soak:/'

# In gdb the last of them is stopped at.
have gdb "--gdb on listed cuts" || finish
"$POWERCUT" replay small.yaml --gdb -- -batch -ex 'print "one"' -ex continue -ex backtrace -ex continue >out 2>err || true
is "1 1" "$(grep -c 'just before the cut' out) $(grep -c 'just after the cut' out)" "stops in gdb"
for text in "_program (context" mends_so_often.c "VIOLATED mountable"; do
  grep -qF -- "$text" out || fail "gdb does not come to $text"
done

finish
