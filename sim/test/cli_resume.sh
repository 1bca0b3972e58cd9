#!/usr/bin/env bash
# A run that is killed or hung up keeps what was done; --resume does the rest and ends with the same rows.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

seed=${RANDOM}
printf 'seed %s\n' "$seed"
RANDOM=$seed

# rows DATABASE: all that a run found, but for times and the run's number.
rows() {
  sqlite3 "$1" "
    SELECT scenario, device, store, seed, operations, flash_operations, cuts, recoveries, deduplicated, violations,
      put_bytes, typical_us, erasing_us, state, segments FROM runs;
    SELECT invariant, fault, depth, checks, failures FROM checks ORDER BY 1, 2, 3;
    SELECT invariant, fault, depth, operation, flash_operation, key, expected, actual, repro, count, segment, cut_path
      FROM violations ORDER BY violation_id;
    SELECT sector, erases, programmed_bytes FROM wear ORDER BY 1;
    SELECT operation, calls, worst_us FROM latencies ORDER BY 1;
    SELECT segment, cuts, recoveries, aftermaths, deduplicated, violations, starts, worst_start_us FROM segments
      ORDER BY 1"
}

# summary: the last output of --json, but for times and names of files.
summary() {
  json -S 'del(.seconds, .recoveries_per_second, .database, .shared) | del(.first_violations[].repro_file)'
}

# killed SECONDS ARGUMENT...: a run that is killed after that time; `status` is how it ended.
killed() {
  local seconds=$1
  shift
  status=$( (
    timeout -s KILL "$seconds" "$POWERCUT" run "$@" >out 2>err
    printf '%s' $?
  ) 2>/dev/null)
}

# begin SCENARIO DATABASE: starts a run in the background, and waits until some of it is committed, at most 30 s.
begin() {
  "$POWERCUT" run "$1" --db "$2" --jobs 1 >out 2>err &
  run=$!
  for _ in {1..600}; do
    if [[ $(sqlite3 "$2" 'SELECT explored > 0 FROM v_progress' 2>/dev/null) == 1 ]]; then
      return
    fi
    sleep 0.05
  done
  fail "waited too long for a run of $1 to commit"
}

# stop SIGNAL WHAT STATUS: ends the run in the background.
stop() {
  local status=0
  kill -s "$1" "$run"
  wait "$run" 2>/dev/null || status=$?
  is "$3" "$status" "exit status of $2"
}

# One that holds, and one that fails often enough for the bound of ten violations of a kind. A few seconds each, but for
# making violations small: each attempt takes a process, which is slow under sanitizers. One with few kinds does that;
# it is long, so that an interrupt finds it exploring still: what it found is committed twice a second.
small_scenario | sed 's/operations: 60/operations: 2500/; s/sectors: 8/sectors: 16/; s/samples: 2, limit: 8/samples: 12, limit: 64/' >holds.yaml
sed 's/engine: norkv/engine: norkv\n  checksum: none/' holds.yaml >fails.yaml
sed 's/operations: 2500/operations: 8000/; s/faults: .*\], samples: 12/faults: [bit_subset], samples: 12/' fails.yaml >shrinks.yaml

declare -A status_of=([holds]=0 [fails]=1 [shrinks]=1) took=()
for name in holds fails shrinks; do
  options=()
  [[ $name != fails ]] || options=(--no-shrink)
  started=$(date +%s%N)
  expect "${status_of[$name]}" run $name.yaml --db $name.db --json "${options[@]}"
  took[$name]=$((($(date +%s%N) - started) / 1000000))
  summary >$name.summary
  rows $name.db >$name.rows
done
[[ $(grep -c '^atomic|prefix|1|' fails.rows) -gt 9 ]] || fail "the failing scenario has few violations of a kind"

# Killed at random moments until it gets to its end, with another number of workers each time.
kept=0
for name in holds fails; do
  for round in 1 2; do
    database=$name-$round.db
    resume=()
    for ((kill = 0; kill < 6; kill++)); do
      after=$((took[$name] * (10 + RANDOM % 90) / 100)) # milliseconds
      killed "$(printf '%d.%03d' $((after / 1000)) $((after % 1000)))" $name.yaml --db $database --no-shrink "${resume[@]}" --jobs $((RANDOM % 3 + 1))
      if [[ $status -ne 137 ]]; then
        break
      fi
      # A kill before the run was entered leaves nothing to go on with. The killed one may still be about to go.
      if [[ $(sqlite3 -cmd '.timeout 10000' $database 'SELECT count(*) FROM runs' 2>/dev/null) == 1 ]]; then
        resume=(--resume)
        is ok "$(sqlite3 $database 'PRAGMA integrity_check')" "$database, killed"
        progress=$(sqlite3 $database 'SELECT explored FROM v_progress')
        if [[ $progress -gt 0 ]]; then
          kept=$((kept + 1))
          is 1 "$(sqlite3 $database "SELECT cuts > 0 AND recoveries > 0 AND (SELECT sum(checks) FROM v_checks
            WHERE depth > 0) > 0 FROM v_runs")" "what is kept of $database"
        fi
      fi
    done
    if [[ $status -eq 137 ]]; then
      expect "${status_of[$name]}" run $name.yaml --db $database --resume --no-shrink
    fi
    is 1 "$(sqlite3 $database 'SELECT count(*) FROM v_runs')" "runs in $database"
    rows $database >resumed.rows
    cmp resumed.rows $name.rows || fail "$database: other rows than a run in one go"
  done
done
[[ $kept -gt 0 ]] || fail "no kill left anything to go on with: the test says nothing"

# The summary of a run that was gone on with is that of the whole, with the first violations found before.
begin shrinks.yaml again.db
stop INT "an interrupted run" 1
is interrupted "$(sqlite3 again.db 'SELECT state FROM v_progress')" "state of an interrupted run"
expect 1 run shrinks.yaml --db again.db --resume --json
summary >again.summary
cmp again.summary shrinks.summary || fail "the summary after --resume is another"
while read -r file; do
  [[ -s $file ]] || fail "there is no repro $file"
done < <(json '.first_violations[].repro_file')

# Nothing to go on with: says why, and writes nothing.
cp holds.db before.db
expect 2 run holds.yaml --db holds.db --resume
complains "holds.db: nothing to resume: run 1 of this scenario is finished"
expect 2 run fails.yaml --db holds.db --resume
complains "holds.db: nothing to resume: it has no unfinished run of this scenario"
expect 2 run holds.yaml --db none.db --resume
complains "none.db"
absent none.db none-repros
cmp before.db holds.db || fail "--resume writes although there is nothing to resume"
begin holds.yaml half.db
stop KILL "a killed run" 137
for change in seed=4 workload.keys=6 power.samples=13 store.checksum=crc16_ccitt device.sectors=15; do
  expect 2 run holds.yaml --db half.db --resume --set $change
  complains "half.db: nothing to resume: run 1 has this name and is not finished, but its scenario, workload,"
done
expect 2 run holds.yaml --db half.db --resume --shard 1/2
complains "half.db: nothing to resume: run 1 of this scenario is of another --shard"

# A plugin is told by its content, not by its name.
cp "$POWERCUT_PLUGINS/forgets_delete.so" store.so
sed 's|engine: norkv|plugin: ./store.so|' holds.yaml >plugin.yaml
begin plugin.yaml plugin.db
stop KILL "a killed run" 137
printf ' ' >>store.so
expect 2 run plugin.yaml --db plugin.db --resume
complains "its scenario, workload, device, store, seed or powercut was different"

# A closed terminal ends it as Ctrl-C does; nohup has it go on.
begin holds.yaml hung.db
stop HUP "a run that was hung up" 3
is interrupted "$(sqlite3 hung.db 'SELECT state FROM v_progress')" "state of a run that was hung up"
expect 0 run holds.yaml --db hung.db --resume
rows hung.db >resumed.rows
cmp resumed.rows holds.rows || fail "other rows after a hang-up"
trap '' HUP
begin holds.yaml nohup.db
trap - HUP
stop HUP "a run that was hung up under nohup" 0

finish
