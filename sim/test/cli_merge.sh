#!/usr/bin/env bash
# --shard and merge: the same scenario gives the same rows with any number of workers and in shards.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# rows DATABASE: all that its runs found, but for times and commands.
rows() {
  sqlite3 "$1" "
    SELECT run_id, scenario, device, store, seed, operations, flash_operations, cuts, recoveries, deduplicated,
      violations, put_bytes, typical_us, erasing_us, state, segments, shard, shards, fingerprint FROM runs;
    SELECT * FROM checks ORDER BY 1, 2, 3, 4;
    SELECT * FROM guarantees ORDER BY 1, 2, 3;
    SELECT run_id, invariant, fault, depth, operation, flash_operation, key, expected, actual, repro, shrunk, count,
      segment, cut_path FROM violations ORDER BY violation_id;
    SELECT * FROM wear ORDER BY 1, 2;
    SELECT * FROM latencies ORDER BY 1, 2;
    SELECT * FROM put_histograms ORDER BY 1, 2, 3;
    SELECT * FROM segments ORDER BY 1, 2"
}

# same DATABASE WANTED WHAT
same() {
  rows "$1" >"$1.rows"
  cmp "$1.rows" "$2.rows" || fail "$3: other rows than one run"
}

# One that holds, one that reaches every bound on what is kept of violations, and one whose violations are made small.
# Each attempt at that takes a process, which is slow under sanitizers: that one is short.
small_scenario | sed 's/operations: 60/operations: 400/' >holds.yaml
sed 's/engine: norkv/engine: norkv\n  checksum: none/' holds.yaml >fails.yaml
sed 's/operations: 400/operations: 50/; s/faults: .*\], samples/faults: [prefix], samples/' fails.yaml >shrinks.yaml
sed -i 's/operations: 400/operations: 160/; s/limit: 8/limit: 3, depth: 2/' holds.yaml

declare -A status_of=([holds]=0 [fails]=1 [shrinks]=1)
for name in holds fails shrinks; do
  options=()
  [[ $name != fails ]] || options=(--no-shrink)
  expect "${status_of[$name]}" run $name.yaml --db $name.db --jobs 1 "${options[@]}"
  rows $name.db >$name.db.rows
  for jobs in 2 5; do
    expect "${status_of[$name]}" run $name.yaml --db $name-$jobs.db --jobs $jobs "${options[@]}"
    same $name-$jobs.db $name.db "$name with $jobs workers"
  done
  shards=()
  for shard in 1 2 3; do
    expect "${status_of[$name]}" run $name.yaml --db $name-$shard-3.db --shard $shard/3 "${options[@]}"
    says "shard       $shard of 3"
    shards+=("$name-$shard-3.db")
  done
  expect 0 merge $name-all.db "${shards[2]}" "${shards[0]}" "${shards[1]}"
  says "$name-all.db: 1 run, 1 of them joined of shards, of 3 databases"
  # The numbers of runs are those of the order in which they were given.
  sqlite3 $name-all.db 'PRAGMA foreign_keys = OFF; UPDATE runs SET run_id = 1;
    UPDATE checks SET run_id = 1; UPDATE guarantees SET run_id = 1; UPDATE violations SET run_id = 1;
    UPDATE wear SET run_id = 1; UPDATE latencies SET run_id = 1; UPDATE put_histograms SET run_id = 1;
    UPDATE segments SET run_id = 1'
  same $name-all.db $name.db "$name in 3 shards"
  is ok "$(sqlite3 $name-all.db 'PRAGMA integrity_check; PRAGMA foreign_key_check')" "$name-all.db"
done
[[ $(sqlite3 fails.db "SELECT max(c) FROM (SELECT count(*) AS c FROM violations GROUP BY invariant, fault)") -eq 10 ]] ||
  fail "the failing scenario does not reach the bound of ten violations of a kind"
is "powercut merge holds-all.db holds-3-3.db holds-1-3.db holds-2-3.db" \
  "$(sqlite3 holds-all.db 'SELECT command FROM v_provenance')" "the command that joined the shards"

is 1 "$(sqlite3 shrinks.db 'SELECT count(*) > 0 FROM violations WHERE shrunk IS NOT NULL')" "what is made small"

# More shards than segments: some have nothing but the baseline run.
small_scenario >short.yaml
expect 0 run short.yaml --db short.db
rows short.db >short.db.rows
for shard in 1 2 3 4 5 6; do
  expect 0 run short.yaml --db short-$shard.db --shard $shard/6
done
expect 0 merge short-all.db short-{1,2,3,4,5,6}.db
same short-all.db short.db "a short run in 6 shards"

# A shard can be killed and gone on with, too, and the shards of two runs lie in one database.
for shard in 1 2; do
  expect 0 run holds.yaml --db mixed-$shard.db --shard $shard/2
  expect 1 run fails.yaml --db mixed-$shard.db --shard $shard/2 --no-shrink
done
expect 0 merge mixed.db mixed-1.db mixed-2.db
says "mixed.db: 2 runs, 2 of them joined of shards, of 2 databases"
is "$(sqlite3 holds.db 'SELECT cuts, recoveries, violations FROM v_runs')
$(sqlite3 fails.db 'SELECT cuts, recoveries, violations FROM v_runs')" \
  "$(sqlite3 mixed.db 'SELECT cuts, recoveries, violations FROM v_runs ORDER BY run_id')" "two runs in two shards each"

# Whole runs, campaigns and crashes are copied with new numbers.
sqlite3 holds-2.db "INSERT INTO campaigns (campaign_id, fuzzer, harness) VALUES (7, 'libfuzzer', 'store');
  INSERT INTO crashes (campaign_id, signature, input) VALUES (7, 'here', x'00')"
cp holds-2.db copy.db
expect 0 merge many.db holds-2.db fails-2.db copy.db
says "many.db: 3 runs, 2 campaigns, of 3 databases"
is "$(sqlite3 holds.db 'SELECT cuts FROM v_runs') $(sqlite3 fails.db 'SELECT cuts FROM v_runs') \
$(sqlite3 holds.db 'SELECT cuts FROM v_runs')" "$(sqlite3 many.db 'SELECT cuts FROM v_runs ORDER BY run_id' | xargs)" "the runs"
is "$(sqlite3 fails.db 'SELECT count(*) FROM violations')" \
  "$(sqlite3 many.db 'SELECT count(*) FROM violations WHERE run_id = 2')" "the violations of the second run"
is "7|here 14|here" "$(sqlite3 many.db 'SELECT campaign_id, signature FROM v_crashes ORDER BY 1' | xargs)" "the crashes"
is ok "$(sqlite3 many.db 'PRAGMA integrity_check; PRAGMA foreign_key_check')" "many.db"

# What can't be merged is told, and leaves nothing.
# refuses MESSAGE INPUT...
refuses() {
  local message=$1
  shift
  expect 2 merge out.db "$@"
  complains "$message"
  [[ -z $(find . -maxdepth 1 -name 'out.db*') ]] || fail "merge $*: left $(find . -maxdepth 1 -name 'out.db*')"
}
refuses "shard 3/3 of 'small', of which holds-1-3.db has another, is missing" holds-1-3.db holds-2-3.db
refuses "shard 1/3 of 'small'" holds-2-3.db
expect 0 run holds.yaml --db other-2-3.db --shard 2/3 --seed 4
refuses "shard 2/3 of 'small', of which holds-1-3.db has another, is missing; that in other-2-3.db is of another scenario" \
  holds-1-3.db other-2-3.db holds-3-3.db
cp holds-1-3.db again.db
refuses "shard 1/3 of 'small' is there twice, here and in again.db" again.db holds-1-3.db holds-2-3.db holds-3-3.db
refuses "holds.db: is given twice" holds.db ./holds.db
refuses "none.db: No such file" holds.db none.db
: >empty.db
refuses "empty.db: the file is empty" holds.db empty.db
printf 'text\n%.0s' {1..300} >text.db
refuses "text.db: not an SQLite database" holds.db text.db
sqlite3 foreign.db 'CREATE TABLE t (x)'
refuses "foreign.db: an SQLite database, but not one of powercut" foreign.db holds.db
cp holds.db newer.db
sqlite3 newer.db 'PRAGMA user_version = 999'
refuses "newer.db: its schema is version 999" holds.db newer.db
cp holds-1-3.db half.db
sqlite3 half.db "UPDATE runs SET state = 'interrupted'"
refuses "half.db: shard 1/3 of 'small' is not finished" half.db holds-2-3.db holds-3-3.db
expect 2 merge holds.db fails.db
complains "holds.db: is there already"
same holds.db holds.db "a database that was to be written over"
expect 2 merge
complains "an OUT.db is missing"
expect 2 merge out.db
complains "an IN.db is missing"
expect 3 merge no-folder/out.db holds.db
complains "no-folder/out.db"

# What is started in parts tells each which one it is.
# auto SHARD VARIABLE=VALUE...
auto() {
  local wanted=$1
  shift
  env "$@" "$POWERCUT" run short.yaml --db auto.db --shard auto >out 2>err || fail "--shard auto with $*"
  grep -q "shard  *$wanted:" out || fail "--shard auto with $*: $(grep shard out) in place of $wanted"
}
auto "2 of 4" SLURM_ARRAY_TASK_ID=11 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=10
auto "3 of 4" SLURM_ARRAY_TASK_ID=14 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_STEP=2
auto "1 of 3" JOB_COMPLETION_INDEX=0 JOB_COMPLETIONS=3
auto "5 of 5" TEST_SHARD_INDEX=4 TEST_TOTAL_SHARDS=5
expect 2 run short.yaml --shard auto
complains "none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX and TEST_SHARD_INDEX is set"
JOB_COMPLETION_INDEX=0 expect 2 run short.yaml --shard auto
complains "JOB_COMPLETIONS is not set"
TEST_SHARD_INDEX=5 TEST_TOTAL_SHARDS=5 expect 2 run short.yaml --shard auto
complains "TEST_SHARD_INDEX is '5', not a whole number from 0 to 4"
for shard in 0/3 4/3 1 /3 1/ 1/0 x/3 1/x -1/3 1/65537 ''; do
  expect 2 run short.yaml --shard "$shard"
  complains "--shard takes I/N, with N from 1 to 65536 and I from 1 to N, or auto, not '$shard'"
done

finish
