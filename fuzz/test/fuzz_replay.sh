#!/usr/bin/env bash
# replay of a fuzzer's inputs: told, turned into the other forms, and refused by name where they are none.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the sources; FUZZ_BIN, the runners.
set -euo pipefail
# shellcheck source=/dev/null
source "$POWERCUT_SOURCE/sim/test/cli_help.bash"

seed=$POWERCUT_SOURCE/corpus/powerloss/seeds/smart_lock_0
expect 0 replay "$seed" --all
says "powercut program 2"
says "recovery 1: the store starts on what is on flash"
says "HELD: every invariant"

# Bytes, text, bytes; an input of an older version becomes one of this.
"$POWERCUT" replay "$seed" --to-text >program.txt
"$POWERCUT" replay program.txt --to-input >program.bin
"$POWERCUT" replay program.bin --to-text | cmp - program.txt || fail "the bytes do not read back to the same text"
is 2 "$(od -An -tu1 -j2 -N1 program.bin | tr -d ' ')" "the version that is written"
{ printf 'PC\1\20\0\340\0\0' && tail -c +9 "$seed"; } >one
expect 0 replay one
says "geometry 0 "
says "worn 0"
says "fragile no"

# Every class that a part may have; a program ends where norkv promises no more.
cat >classes <<'END'
powercut program 2
geometry 4
redundancy 2
checksum crc32c
recovery immediate
alignment 0
policy greedy
few_keys no
worn 1
fragile yes
seed 1
put 1 20 9
cut collateral 0 1
put 1 21 9
cut ecc 0 0
put 1 22 9
put 2 22 9
cut worn 0 2
put 3 22 9
put 4 22 9
cut bit_rot 1 0
END
expect 0 replay classes --all
says "POWER LOST in it: collateral"
says "POWER LOST in it: ecc"
"$POWERCUT" replay classes --to-scenario >classes.yaml
grep -q 'ecc_word: 8' classes.yaml || fail "the scenario's part has no ECC words"
grep -q 'worn: 1' classes.yaml || fail "the scenario's part is not worn"
expect 0 run classes.yaml --db classes.db --set 'power.faults=[between_ops]'
printf 'powercut program 2\nput 0 0 0\ncut metastable 0 0\nput 3 1 1\n' >metastable
expect 0 replay metastable
says "ENDED: "
expect 0 replay program.txt
says "HELD"

# A scenario of it runs.
"$POWERCUT" replay "$seed" --to-scenario >scenario.yaml
expect 0 run scenario.yaml --set 'power.faults=[between_ops]' --db results.db

# A violation: one cut is a repro that shows the same.
open=$POWERCUT_SOURCE/corpus/powerloss/open
for input in "$open"/*; do
  [[ -e $input ]] || break
  expect 1 replay "$input"
  says "VIOLATED: "
done

# On the store of a plugin, which is what a scenario of it names.
plugin=$FUZZ_BIN/plugins/deletes_first.so
program=$POWERCUT_SOURCE/corpus/powerloss/seeds/thermostat_75
expect 0 replay "$program"
expect 1 replay "$program" --plugin "$plugin"
says "VIOLATED: atomic"
expect 0 replay "$program" --plugin "$plugin" --to-scenario
says "plugin: \"$plugin\""
expect 2 replay "$program" --plugin missing.so
complains "can't load the store: ./missing.so"

# Of options that would do nothing it says so.
expect 2 replay "$program" --shrink --output small.yaml
complains "--shrink, --images and --gdb are for repros"
expect 2 replay "$POWERCUT_SOURCE/README.md" --plugin "$plugin"
complains "--plugin is for fuzzing programs"
expect 2 replay "$program" --to-text --to-input
complains "only one of --to-scenario, --to-text and --to-input"

# What is no program is said to be none.
: >empty
expect 2 replay empty
complains "empty: empty, no fuzzing program"
printf 'PC\7\0\0\0\0\0' >old
expect 2 replay old
complains "old: a fuzzing program of version 7; this powercut reads versions 1 to 2"
head -c 5000 /dev/zero >foreign
expect 2 replay foreign
complains "foreign: neither a repro nor a fuzzing program"
{ printf 'PC\1' && head -c 5000 /dev/zero; } >huge
expect 2 replay huge
complains "huge: 5003 bytes; a fuzzing program has at most 1032"
printf 'powercut program 1\nput 99 1 1\n' >wrong.txt
expect 2 replay wrong.txt
complains "wrong.txt:2: too large"

# The runner says the same, and names what it found.
status=0
"$FUZZ_BIN/fuzz_powerloss_run" empty old foreign "$seed" >out 2>err || status=$?
is 2 "$status" "the runner's status for inputs that are none"
grep -q "foreign: the file is larger than 1032 bytes" err || fail "the runner doesn't name the huge file"
is "powerloss: 4 inputs, 3 of them refused" "$(cat out)" "what the runner says"
# What says nothing is not said to have held.
mkdir none
status=0
"$FUZZ_BIN/fuzz_powerloss_run" none >out 2>err || status=$?
is 2 "$status" "the runner's status for a folder without files"
status=0
"$FUZZ_BIN/fuzz_powerloss_run" --shrink one >out 2>err || status=$?
is 2 "$status" "the runner's status for shrinking to nowhere"
grep -q '^Usage: ' err || fail "the runner does not say how it is called"
for input in "$open"/*; do
  [[ -e $input ]] || break
  status=0
  "$FUZZ_BIN/fuzz_powerloss_run" --shrink "$input" none/such/file >out 2>err || status=$?
  is 3 "$status" "the runner's status where the output can't be written"
  is "" "$(cat out)" "what it says then"
  status=0
  "$FUZZ_BIN/fuzz_powerloss_run" "$input" >out 2>err || status=$?
  is 1 "$status" "the runner's status for $input"
  grep -q "^FOUND $input: " out || fail "the runner doesn't name $input"
  "$FUZZ_BIN/fuzz_powerloss_run" --shrink "$input" small >out
  [[ $(stat -c %s small) -le $(stat -c %s "$input") ]] || fail "shrinking made it larger"
done

finish
