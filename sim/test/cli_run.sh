#!/usr/bin/env bash
# run: what it prints, what it keeps, and that it is the same each time.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# same WHAT SQL FILTER: the rows of results.db are what jq makes of the last output.
same() {
  is "$(sqlite3 -json results.db "$2" | jq -cS .)" "$(json -cS "$3")" "$1: the database and the JSON"
}

small_scenario >small.yaml
expect 0 run small.yaml
for text in "tiny x 8" "norkv" "60 operations" "depth 1: between_ops prefix bit_subset" "powercut.db, run 1" \
  "HELD: every invariant, at every cut."; do
  says "$text"
done
for invariant in mountable durable atomic well_formed; do
  grep -qE "^ +$invariant( +[0-9,-]+){4}\$" out || fail "the summary has no line for $invariant"
done
grep -q $'\r\|\x1b' out err && fail "run draws without a terminal"
is "" "$(cat err)" "what run says on standard error"
[[ -s powercut.db ]] || fail "run does not make powercut.db"
absent powercut-repros

# JSON and the views tell the same under the same names.
expect 0 run small.yaml --db results.db --json
is 1 "$(wc -l <out)" "lines of JSON"
columns="run_id, scenario, device, store, seed, operations, flash_operations, cuts, recoveries, deduplicated, violations"
same v_runs "SELECT $columns FROM v_runs" "[{${columns// /}}]"
same v_checks "SELECT invariant, fault, depth, checks, failures FROM v_checks ORDER BY 1, 2, 3" \
  '.checks | sort_by(.invariant, .fault, .depth)'
same v_wear "SELECT sector, erases, programmed_bytes FROM v_wear ORDER BY 1" .wear
is "false [] results.db" "$(json '"\(.interrupted) \(.first_violations) \(.database)"')" "what else is in the JSON"
is true "$(json '(.recoveries_per_second * .seconds - .recoveries) | fabs < 1')" "the rate fits the time"
expect 0 run small.yaml --db results.db --json
is 2 "$(json .run_id)" "the second run in a database"
is "powercut run small.yaml --db results.db --json" "$(sqlite3 results.db 'SELECT command FROM v_provenance WHERE run_id = 2')" \
  "the command that makes the run again"

# The same scenario and seed give the same, wherever it runs and with any number of workers; another seed does not.
jobs=1
for folder_name in once twice; do
  mkdir "$folder_name"
  (cd "$folder_name" && "$POWERCUT" run ../small.yaml --json --db r.db --jobs $jobs) |
    jq -S 'del(.seconds, .recoveries_per_second)' >"$folder_name.json"
  jobs=3
  for view in v_checks v_violations v_wear; do
    sqlite3 "$folder_name/r.db" "SELECT * FROM $view"
  done >"$folder_name.rows"
done
cmp once.json twice.json || fail "the same scenario gives different results"
cmp once.rows twice.rows || fail "the same scenario gives different rows"
expect 0 run small.yaml --db results.db --json --seed 4
is 4 "$(json .seed)" "the seed that was given"
json -S 'del(.seconds, .recoveries_per_second)' >other.json
cmp -s once.json other.json && fail "another seed gives the same results"
expect 0 run small.yaml --db results.db --seed 18446744073709551615
says "18446744073709551615"

# --set takes the place of what the file says.
expect 0 run small.yaml --db results.db --json --set power.depth=2 --set 'power.faults=[prefix]' \
  --set workload.operations=20
is "20 2" "$(json '"\(.operations) \(.checks | map(.depth) | max)"')" "what was set"
is "none prefix" "$(json '.checks | map(.fault) | unique | join(" ")')" "the fault classes that were set"

# Names are printed as they are, but for what would steer the terminal.
sed 's/^name: small/name: "caf\\u00e9 \\u65e5\\U0001f512 \\e[2J\\x9b"/' small.yaml >named.yaml
expect 0 run named.yaml --db results.db
is 'café 日🔒 \x1b[2J\xc2\x9b' "$(head -n 1 out)" "the name that is printed"
expect 0 run named.yaml --db results.db --json
is 'café 日🔒 \x1b[2J\xc2\x9b' "$(json .scenario)" "the name in JSON"

# A violation: exit status 1, a row, a repro file and the line that replays it.
sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/forgets_delete.so|" small.yaml >spoilt.yaml
expect 1 run spoilt.yaml --db night.db
says "VIOLATED:"
says "deleted_stays_deleted"
says "FAILED"
repro=$(sed -n 's/^ *powercut replay \(night-repros.*\)/\1/p' out | sed -n 1p)
[[ $repro =~ ^night-repros/run1-([0-9]+)-[a-z_]+\.yaml$ ]] || fail "the first repro is called '$repro'"
number=${BASH_REMATCH[1]}
expect 1 replay "$repro"
is "$(sqlite3 night.db 'SELECT count(*) FROM v_violations')" "$(find night-repros -type f | wc -l)" "repro files"
is "" "$(find night-repros -name '*.tmp')" "temporary files"
is "$(sqlite3 night.db "SELECT repro FROM v_violations WHERE violation_id = $number")" "$(cat "$repro")" "the first repro"
expect 1 run spoilt.yaml --db night.db --repros elsewhere --json
columns="invariant, fault, depth, operation, flash_operation, key, expected, actual"
first="SELECT min(violation_id) FROM v_violations WHERE run_id = 2 GROUP BY invariant"
is "$(sqlite3 -json night.db "SELECT $columns FROM v_violations WHERE violation_id IN ($first) ORDER BY 1" | jq -cS .)" \
  "$(json -cS ".first_violations | map({${columns// /}}) | sort_by(.invariant)")" "the first violation of each invariant"
[[ -s $(json '.first_violations[0].repro_file') ]] || fail "the repro file that the JSON names is missing"
[[ $(json '.first_violations[0].repro_file') == elsewhere/run2-* ]] || fail "--repros is not used"

# A repro file that can't be written: the finding is kept all the same.
: >blocked
expect 1 run spoilt.yaml --db night.db --repros blocked
complains "a repro is in the database, but not in its file: blocked"
is "$(sqlite3 night.db 'SELECT count(*) FROM v_violations WHERE run_id = 2')" \
  "$(sqlite3 night.db 'SELECT count(*) FROM v_violations WHERE run_id = 3')" "violations that are kept"

# Results that can't be printed: the run is kept, and its status is not that of success.
status=0
"$POWERCUT" run small.yaml --db full.db >/dev/full 2>err || status=$?
is 3 "$status" "exit status with a full disk for the summary"
is finished "$(sqlite3 full.db 'SELECT state FROM runs')" "the run whose summary was lost"
status=0
"$POWERCUT" run small.yaml --db closed.db >&- 2>err || status=$?
is 3 "$status" "exit status without standard output"
is "ok finished" "$(sqlite3 closed.db 'PRAGMA integrity_check; SELECT state FROM runs' | xargs)" \
  "the database of a run without standard output"

expect 0 run small.yaml --db timeless.db --json
is "[null,null]" "$(json -c '[.erasing_share, ([.latency[].worst_us] | add)]')" "times of a part that tells none"
is "[]" "$(json -c '.latency - [.latency[] | select(.worst_us == null or .worst_us == 0)]')" "its worst latencies"

# Times are what the flash operations make them: the part programs byte by byte.
sed 's|{name: tiny, .*}|{name: timed, sector_size: 512, program_us: {typical: 3, maximum: 10}, erase_us: {typical: 700, maximum: 5000}}|' \
  small.yaml >timed.yaml
expect 0 run timed.yaml --db timed.db --json
is "$(sqlite3 -json timed.db "SELECT operation, calls, worst_us FROM v_latency ORDER BY 1" | jq -cS .)" \
  "$(json -cS '.latency | sort_by(.operation)')" "v_latency: the database and the JSON"
is 0 "$(sqlite3 timed.db 'SELECT count(*) FROM v_latency, (SELECT sum(erases) * 700.0 AS erasing,
  sum(erases) * 700.0 + sum(programmed_bytes) * 3 AS all_us FROM v_wear)
  WHERE abs(erasing_share - erasing / all_us) > 1e-9')" "runs whose share of erasing isn't that of their wear"
is true "$(json '[.latency[] | select(.operation == "maintain") | .worst_us >= 5000 and .worst_us % 10 == 0] | all')" \
  "a maintenance that erases takes as long as an erase"
is true "$(json '.recoveries < ([.latency[] | select(.operation == "start") | .calls] | add)')" "recoveries are starts"
cat >once.yaml <<'END'
device: {profile: {name: timed, sector_size: 512, program_us: {maximum: 10}}, sectors: 4}
store: {engine: norkv}
workload:
  inline: |
    put key 001122
power: {faults: [between_ops]}
END
expect 0 run once.yaml --db once.db --json
is 1 "$(sqlite3 once.db "SELECT worst_us = 10 * sum(programmed_bytes) FROM v_wear, v_latency WHERE operation = 'put'")" \
  "the only put takes as long as what it programmed"
is null "$(json .erasing_share)" "a share of times that are not known"
expect 0 run timed.yaml --db timed.db
says "erasing     "
says " ms (the worst, by the part's maximum times)"
expect 0 run small.yaml --db timed.db
says "latency     not known: the profile tells no times"

finish
