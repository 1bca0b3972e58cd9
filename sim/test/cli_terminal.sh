#!/usr/bin/env bash
# On a terminal run draws a progress line on standard error, and wipes it; it never reaches standard output.
# Environment: POWERCUT, the command.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

small_scenario >small.yaml
status=0
export POWERCUT
# The shell inside expands it.
# shellcheck disable=SC2016
script --quiet --return --command '"$POWERCUT" run small.yaml >out' typescript >/dev/null </dev/null || status=$?
is 0 "$status" "exit status on a terminal"
grep -qE '[0-9]+ % of [0-9]+ flash operations, [0-9]+ s' typescript || fail "run draws no progress on a terminal"
grep -q $'\r\x1b\\[K' typescript || fail "the progress line is not wiped"
# After the last wipe nothing is left of it.
is "" "$(sed '$!d' typescript | grep -o ' % of .*' | sed $'s/.*\r\x1b\\[K//' | grep -v '^Script done' || true)" \
  "what is left of the progress line"
grep -q ' % of' out && fail "progress reaches standard output"
grep -q "HELD" out || fail "the summary is missing"

finish
