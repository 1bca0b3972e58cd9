#!/usr/bin/env bash
# The command line: help, bad usage, and standard output that can't be written.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

commands=(run merge replay inspect campaign devices stores new-store faults invariants)

expect 0 --version
says "powercut "
expect 0 --help
for command in "${commands[@]}"; do
  says "  $command "
  expect 0 "$command" --help
  says "Usage: powercut $command "
  expect 0 --help
done
for command in run replay inspect; do
  expect 0 "$command" --help
  says "Exit status:"
done

expect 2
complains "Usage: powercut"
expect 2 rnu
complains "there is no command 'rnu'; did you mean 'run'?"
expect 2 xylophone
complains "there is no command 'xylophone'"
expect 2 --jsn
complains "--jsn"
for command in "${commands[@]}"; do
  expect 2 "$command" --no-such-option
  complains "powercut $command: unrecognized option '--no-such-option'"
done
expect 2 run
complains "a SCENARIO is missing"
expect 2 run one two
complains "'two' is one too many"
expect 2 replay
complains "a FILE is missing"
expect 2 faults durable
complains "it takes no argument"

# Numbers are numbers.
for seed in 12x x -1 +1 '' ' 1' 0x 18446744073709551616 1.5; do
  expect 2 run scenario.yaml --seed "$seed"
  complains "--seed takes a whole number from 0 to 18446744073709551615, not '$seed'"
done
for jobs in 0 257 -1 two; do
  expect 2 run scenario.yaml --jobs "$jobs"
  complains "--jobs takes a whole number from 1 to 256, not '$jobs'"
done
for assignment in power.depth =2 ''; do
  expect 2 run scenario.yaml --set "$assignment"
  complains "--set takes PATH=VALUE"
done
absent powercut.db

# Output that is lost is a failure of the environment, whatever the command found. The shell must not hold the pipe.
for arguments in --help --version 'run --help' faults 'faults --json' devices stores; do
  status=0
  # shellcheck disable=SC2086
  "$POWERCUT" $arguments >/dev/full 2>err || status=$?
  is 3 "$status" "exit status of powercut $arguments with a full disk"
  grep -q "can't write to standard output" err || fail "powercut $arguments is silent about a full disk"
  status=0
  # shellcheck disable=SC2086
  "$POWERCUT" $arguments >&- 2>err || status=$?
  is 3 "$status" "exit status of powercut $arguments without standard output"
done
status=$({ sleep 0.2; "$POWERCUT" faults 2>err; echo $? >status; } | true; cat status)
is 3 "$status" "exit status when the reader is gone"

finish
