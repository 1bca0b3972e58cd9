#!/usr/bin/env bash
# replay of a fuzzer's inputs: told, turned into the other forms, and refused by name where they are none.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the sources; FUZZ_BIN, the runners.
set -euo pipefail
# shellcheck source=/dev/null
source "$POWERCUT_SOURCE/sim/test/cli_help.bash"

seed=$POWERCUT_SOURCE/corpus/powerloss/seeds/smart_lock_0
expect 0 replay "$seed" --all
says "powercut program 1"
says "recovery 1: the store starts on what is on flash"
says "HELD: every invariant"

# Bytes, text, bytes.
"$POWERCUT" replay "$seed" --to-text >program.txt
"$POWERCUT" replay program.txt --to-input >program.bin
cmp "$seed" program.bin || fail "the text does not read back to the same bytes"
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

# What is no program is said to be none.
: >empty
expect 2 replay empty
complains "empty: empty, no fuzzing program"
printf 'PC\7\0\0\0\0\0' >old
expect 2 replay old
complains "old: a fuzzing program of version 7; this powercut reads version 1"
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
for input in "$open"/*; do
  [[ -e $input ]] || break
  status=0
  "$FUZZ_BIN/fuzz_powerloss_run" "$input" >out 2>err || status=$?
  is 1 "$status" "the runner's status for $input"
  grep -q "^FOUND $input: " out || fail "the runner doesn't name $input"
  "$FUZZ_BIN/fuzz_powerloss_run" --shrink "$input" small >out
  [[ $(stat -c %s small) -le $(stat -c %s "$input") ]] || fail "shrinking made it larger"
done

finish
