#!/usr/bin/env bash
# norkv_bench and norkv_wear measure every figure, take their options and refuse others. Says nothing of how fast
# anything is.
# Environment: NORKV_BUILD, the build tree.
set -euo pipefail

fail() {
  printf 'bench: %s\n' "$*" >&2
  exit 1
}

bench=$NORKV_BUILD/norkv_bench
table=$("$bench" --quick --runs 2)
figures=$(grep -cE '^(put|get|start) .* (M/s|ms)( +[0-9]+\.[0-9]{3}){3}' <<<"$table") || true
[[ $figures -eq 10 ]] || fail "$figures figures in place of 10: $table"
verdicts=$(grep -cE ' (not )?met$' <<<"$table") || true
[[ $verdicts -eq 4 ]] || fail "$verdicts targets in place of 4: $table"

table=$("$bench" --quick --runs 1 --only start)
! grep -qE '^(put|get) ' <<<"$table" || fail "--only start measures more: $table"

for options in '--runs 0' '--runs 1x' '--runs' '--fast' 'put'; do
  status=0
  # shellcheck disable=SC2086 # two words where there are two
  "$bench" $options >/dev/null 2>&1 || status=$?
  [[ $status -eq 2 ]] || fail "exit status $status of $options"
done

wear=$NORKV_BUILD/norkv_wear
table=$("$wear" --puts 20000)
for policy in greedy circular cost_benefit hybrid; do
  [[ $(grep -cE "^$policy .*( +[0-9]+\.[0-9]{3}){3}\$" <<<"$table") -eq 3 ]] || fail "no three figures of $policy: $table"
done
for options in '--puts 0' '--puts 1x' '--puts' '--fast' 'put'; do
  status=0
  # shellcheck disable=SC2086 # two words where there are two
  "$wear" $options >/dev/null 2>&1 || status=$?
  [[ $status -eq 2 ]] || fail "exit status $status of norkv_wear $options"
done
