#!/usr/bin/env bash
# norkv holds under every wear policy, with each redundancy and each limit on what a put may collect, and with idle
# maintenance.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
scenario=$POWERCUT_SOURCE/sim/scenarios/small.yaml

# holds SETTING...: every invariant, at every cut; and the promised ones are checked.
holds() {
  local options=()
  for setting in "$@"; do
    options+=(--set "$setting")
  done
  "$POWERCUT" run "$scenario" --db "$folder/runs.db" "${options[@]}" >"$folder/out" || {
    printf 'policies: %s: %s\n' "$*" "$(cat "$folder/out")" >&2
    exit 1
  }
}

for policy in greedy circular cost_benefit hybrid; do
  for redundancy in 1 2 3; do
    holds "store.policy=$policy" "store.redundancy=$redundancy" workload.operations=200
  done
  for collect in one off; do
    holds "store.policy=$policy" "store.collect_on_write=$collect" workload.operations=200
  done
  holds "store.policy=$policy" store.partial_maintenance=idle workload.mix.maintain=20 workload.operations=200
done

count() {
  sqlite3 "$folder/runs.db" "SELECT count(*) FROM v_checks WHERE $1"
}
[[ $(count "invariant = 'bounded' AND depth = 0 AND checks > 0") -eq 24 ]] || {
  echo "policies: bounded is not checked in each run" >&2
  exit 1
}
[[ $(count "invariant = 'wear_spread' AND depth = 0 AND checks > 0") -eq 12 ]] || {
  echo "policies: wear_spread is not checked where it is promised, and only there" >&2
  exit 1
}
