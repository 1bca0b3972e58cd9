#!/usr/bin/env bash
# Stores of every make run and pass: with global state, with malloc, with a lock of their own, without iteration. Each is
# norkv inside, so what was checked must be the same as for norkv itself, row by row.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the folder of the stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# checks STORE: explores with it and prints what was checked, and what failed.
checks() {
  small_scenario | sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/$1.so|" >"$1.yaml"
  expect 0 run "$1.yaml" --db "$1.db" --jobs 2
  sqlite3 "$1.db" "SELECT invariant, fault, depth, checks, failures FROM v_checks ORDER BY 1, 2, 3" >"$1.checks"
}

checks sound
[[ $(wc -l <sound.checks) -gt 20 ]] || fail "too little was checked to compare"
for store in keeps_globals allocates locks; do
  checks "$store"
  diff sound.checks "$store.checks" >&2 || fail "$store: not the same checks as for the store that it has inside"
done

# What a store prints goes nowhere: standard output is the command's.
small_scenario | sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/prints.so|" >prints.yaml
expect 0 run prints.yaml --db prints.db --json
is 1 "$(wc -l <out)" "lines of output of a store that prints"
is true "$(json '.recoveries > 0')" "the summary of a store that prints"

# What a store doesn't have is not called, what it doesn't promise is not checked, and all else is.
checks only_what_is_required
is "atomic bounded deleted_stays_deleted device_contract durable exact_contents mountable stable writable" \
  "$(cut -d '|' -f 1 only_what_is_required.checks | sort -u | xargs)" "the invariants that need no promise"

finish
