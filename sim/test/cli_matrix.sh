#!/usr/bin/env bash
# Scenarios with a matrix: every combination is run as one group, with a guarantee table.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

small_scenario >small.yaml
{
  cat small.yaml
  cat <<'END'
matrix:
  store.redundancy: [1, 2]
  store.checksum: [crc32c, none]
  power.depth: [1, 2]
END
} >matrix.yaml

expect 1 run matrix.yaml --db night.db --no-shrink
says "store.redundancy=2 store.checksum=none power.depth=2"
says "VIOLATED: in 4 of 8 combinations"
grep -Eq '^ *redundancy=1 checksum=crc32c +1 +holds [0-9]' out || fail "no row for what holds"
grep -Eq '^ *redundancy=2 checksum=none +2 +.*LOST [0-9]' out || fail "no row for what is lost"
replay=$(sed -n 's/.*(powercut \(replay .*\))/\1/p' out | sed -n 1p)
# shellcheck disable=SC2086
expect 1 $replay
is "8 1 1" "$(sqlite3 night.db 'SELECT count(*), min(group_id), max(group_id) FROM v_provenance' -separator ' ')" \
  "runs of the group"
is "power.depth=2 store.checksum=crc32c store.redundancy=1" \
  "$(sqlite3 night.db "SELECT path || '=' || value FROM v_run_settings WHERE run_id = 2 ORDER BY path" | xargs)" \
  "settings of the second run"
is 1 "$(sqlite3 night.db "SELECT count(DISTINCT command) FROM v_provenance WHERE command LIKE 'powercut run %'")" \
  "the command of all runs"
is "holds lost" "$(sqlite3 night.db "SELECT DISTINCT g.verdict FROM v_guarantees AS g JOIN v_run_settings AS s
  USING (run_id) WHERE s.path = 'store.checksum' AND g.depth = 1 ORDER BY s.value" | sort -u | xargs)" "verdicts"
is 0 "$(sqlite3 night.db "SELECT count(*) FROM v_guarantees WHERE verdict <> CASE WHEN lost > 0 THEN 'lost'
  WHEN detected > 0 THEN 'detected' ELSE 'holds' END")" "verdicts that aren't those of their counts"
# Each recovery is a round, and so is what followed some of them.
is 0 "$(sqlite3 night.db "SELECT count(*) FROM v_runs WHERE recoveries >
  (SELECT sum(held + detected + lost) FROM v_guarantees AS g WHERE g.run_id = v_runs.run_id)")" "recoveries not told of"

# A combination gives what its scenario gives alone.
expect 0 run small.yaml --set store.redundancy=2 --set power.depth=2 --db alone.db --json
columns="operations, flash_operations, cuts, recoveries, deduplicated, violations"
is "$(sqlite3 alone.db "SELECT $columns FROM v_runs")" "$(sqlite3 night.db "SELECT $columns FROM v_runs WHERE run_id = 6")" \
  "the same combination alone"

# The same on any number of workers.
expect 1 run matrix.yaml --db other.db --jobs 3 --no-shrink
for view in v_checks v_guarantees v_wear; do
  is "$(sqlite3 night.db "SELECT * FROM $view")" "$(sqlite3 other.db "SELECT * FROM $view")" "$view with three workers"
done

expect 1 run matrix.yaml --db json.db --json --no-shrink
is '[8,[1,2,3,4,5,6,7,8],1,"2","lost"]' "$(json -c '[length, [.[].run_id], ([.[].group_id] | unique[0]),
  .[7].settings["store.redundancy"], (.[7].guarantees[] | select(.fault == "prefix" and .depth == 2) | .verdict)]')" \
  "the JSON of a group"
is "$(sqlite3 -json json.db 'SELECT fault, depth, verdict, held, detected, lost FROM v_guarantees WHERE run_id = 4' |
  jq -cS 'sort_by(.fault, .depth)')" "$(json -cS '.[3].guarantees | sort_by(.fault, .depth)')" "guarantees in JSON"

# A --set fixes what the matrix varies; what is left is one combination, printed like any run.
expect 0 run matrix.yaml --db set.db --set store.checksum=crc16_ccitt --set power.depth=1
says "HELD: every invariant, in all of 2 combinations."
is "store.redundancy" "$(sqlite3 set.db 'SELECT DISTINCT path FROM v_run_settings')" "what is left to vary"
expect 0 run matrix.yaml --db one.db --set store.checksum=crc16_ccitt --set power.depth=1 --set store.redundancy=2
says "checks"
is NULL "$(sqlite3 one.db 'SELECT group_id FROM runs' -nullvalue NULL)" "the group of one run"

# What a store itself reports is told from what is lost silently.
sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/gives_up.so|" small.yaml >gives_up.yaml
printf 'matrix: {power.limit: [4, 8]}\n' >>gives_up.yaml
expect 1 run gives_up.yaml --db told.db --no-shrink
says "detected"
is "0 1" "$(sqlite3 told.db 'SELECT sum(lost), sum(detected) > 0 FROM v_guarantees' -separator ' ')" "what it reported"

# Everything is checked before anything is written.
refuse() {
  expect 2 run "$1.yaml" --db refused.db
  complains "$2"
  absent refused.db refused-repros
}
sed 's/redundancy: \[1, 2\]/redundancy: [1, 9]/' matrix.yaml >bad.yaml
refuse bad "(with store.redundancy=9 store.checksum=crc32c power.depth=1)"
sed 's/power.depth: .*/power.dept: [1]/' matrix.yaml >bad.yaml
refuse bad "bad.yaml:17: unknown key 'dept' in power; did you mean 'depth'?"
sed 's/store.checksum: .*/store.chcksum: [1]/' matrix.yaml >bad.yaml
refuse bad "bad.yaml:16: norkv has no parameter 'chcksum'"
sed 's/power.depth: .*/power.depth: []/' matrix.yaml >bad.yaml
refuse bad "bad.yaml:17: matrix.power.depth must have at least one value"
sed "s/power.depth: .*/seed: [$(seq -s, 1 300)]/" matrix.yaml >bad.yaml
refuse bad "bad.yaml:17: 1200 combinations are more than 1000"

status=0
"$POWERCUT" run matrix.yaml --db full.db --no-shrink >/dev/full 2>err || status=$?
is 3 "$status" "exit status with a full disk for the table"
is 8 "$(sqlite3 full.db "SELECT count(*) FROM runs WHERE state = 'finished'")" "runs whose table was lost"

# Ctrl-C ends the group; what was done is kept.
sed 's/operations: 60/operations: 3000/; s/power: {/power: {depth: 2, /; s/power.depth: .*/power.limit: [64, 65]/' \
  matrix.yaml >long.yaml
"$POWERCUT" run long.yaml --db kept.db >out 2>err &
run=$!
for _ in {1..200}; do
  [[ -s kept.db && $(sqlite3 kept.db 'SELECT count(*) FROM v_runs' 2>/dev/null) == 1 ]] && break
  sleep 0.05
done
sleep 0.3
kill -INT "$run"
status=0
wait "$run" || status=$?
is 3 "$status" "exit status of an interrupted group"
says "INTERRUPTED: 1 of 8 combinations were begun"
is "1 interrupted" "$(sqlite3 kept.db 'SELECT count(*), state FROM runs' -separator ' ')" "the run that is kept"

finish
