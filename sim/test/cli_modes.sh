#!/usr/bin/env bash
# Where the power is cut: at some flash operations, at cuts that are drawn evenly, at moments in time.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
# Where it is not what is tested, no violation is made small: each attempt takes a process, which is slow under sanitizers.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# holds CONDITION WHAT: a condition of jq on the last output.
# shellcheck disable=SC2154
holds() {
  [[ $(json "$1") == true ]] || fail "powercut $last: $2: $1 is not so: $(json -c '{cuts, recoveries, draws}')"
}

# The same results on 1, 2 and 5 workers, in three shards, and after a stop.
# everywhere SCENARIO STATUS
everywhere() {
  local shard rows="SELECT operations, cuts, recoveries, deduplicated, violations, population, drawn, failed FROM runs;
    SELECT invariant, fault, depth, checks, failures FROM checks ORDER BY 1, 2, 3;
    SELECT invariant, fault, operation, cut_path, repro, count FROM violations ORDER BY violation_id"
  rm -f w*.db
  expect "$2" run "$1" --db w.db --jobs 1 --no-shrink
  for jobs in 2 5; do
    expect "$2" run "$1" --db w$jobs.db --jobs $jobs --no-shrink
    is "$(sqlite3 w.db "$rows")" "$(sqlite3 w$jobs.db "$rows")" "$1 on $jobs workers"
  done
  for shard in 1 2 3; do
    "$POWERCUT" run "$1" --db w-$shard.db --shard $shard/3 --no-shrink >/dev/null || [[ $? -eq 1 ]] || fail "$1: shard $shard"
  done
  expect 0 merge w-all.db w-{1,2,3}.db
  is "$(sqlite3 w.db "$rows")" "$(sqlite3 w-all.db "$rows")" "$1 in three shards"
}

# with CUTS [SED...]: a scenario with such cuts.
with() {
  small_scenario | sed "s/power: {/power: {cuts: $1, /; ${2:-}"
}
failing='s/engine: norkv/engine: norkv\n  checksum: none/'
timed='s/program_unit: 1}/program_unit: 1, program_us: {typical: 100, maximum: 200}, erase_us: {typical: 50000, maximum: 90000}}/'

# All of the first cuts: as many as there are.
small_scenario >small.yaml
expect 0 run small.yaml --db all.db --json
cuts=$(json .cuts) flash=$(json .flash_operations)
with '{sample: 1000000}' >sample.yaml
expect 0 run sample.yaml --db all.db --json
is "$cuts $cuts $cuts" "$(json '"\(.cuts) \(.draws.population) \(.draws.drawn)"')" "a sample of all cuts"

# A sample that is drawn evenly: its confidence interval holds the rate of all, nearly always.
with '{sample: 1000000}' "$failing" >failing.yaml
expect 1 run failing.yaml --db all.db --no-shrink --json
rate=$(json .draws.failure_rate)
inside=0
for seed in {1..20}; do
  expect 1 run failing.yaml --db all.db --no-shrink --json --set 'power.cuts={sample: 300}' --seed "$seed"
  is "300 300" "$(json '"\(.cuts) \(.draws.drawn)"')" "a sample of 300"
  inside=$((inside + $(json "if .draws.rate_low <= $rate and $rate <= .draws.rate_high then 1 else 0 end")))
done
[[ $inside -ge 16 ]] || fail "the rate of all failing cuts is within the bounds of only $inside of 20 samples"
is 1 "$(sqlite3 all.db 'SELECT count(*) = 21 AND min(rate_low <= failure_rate AND failure_rate <= rate_high) FROM v_draws
  WHERE failed > 0')" "v_draws"
expect 1 run failing.yaml --db all.db --no-shrink --set 'power.cuts={sample: 300}'
says "300 cut paths drawn by the seed, depth 1"
says "of the $(printf "%'d" "$cuts" 2>/dev/null | sed 's/,//g; :a; s/\B[0-9]\{3\}\>/,&/; ta') first cuts"
says "95 % confidence"
with '{sample: 200}' "$failing; s/power: {/power: {depth: 3, /" >deep.yaml
everywhere deep.yaml 1
is 1 "$(sqlite3 w.db "SELECT count(*) > 0 FROM checks WHERE depth = 3")" "a sample reaches depth 3"
# What a deep sample finds replays, and what it was made into.
small='s/sample: 200/sample: 60/; s/operations: 60/operations: 30/; s/faults: .*\], samples/faults: [prefix], samples/'
sed "$small" deep.yaml >few.yaml
expect 1 run few.yaml --db few.db
is 1 "$(sqlite3 few.db 'SELECT count(shrunk) > 0 FROM violations')" "what a deep sample finds is made small"
while read -r repro; do
  status=0
  "$POWERCUT" replay "$repro" >out 2>err || status=$?
  [[ $status -eq 1 ]] || fail "$repro does not replay: exit status $status"
done < <(find w-repros few-repros -name '*.yaml' | sort | awk '/few/ || ++count <= 8')

# Flash operations that are named.
with '{at: [0, 7, 9]}' >at.yaml
expect 0 run at.yaml --db at.db --json
holds ".cuts > 3 and .cuts < $cuts / 2" "cuts at three flash operations"
sum=0
for place in 0 7 9; do
  expect 0 run at.yaml --db at.db --json --set "power.cuts={at: [$place]}"
  sum=$((sum + $(json .cuts)))
done
is "$sum" "$(sqlite3 at.db 'SELECT cuts FROM v_runs WHERE run_id = 1')" "cuts at each and at all of three"
expect 0 run at.yaml --db at.db --json --set "power.cuts={at: [$flash]}"
is 1 "$(json .cuts)" "cuts after the last flash operation"
expect 2 run at.yaml --db at.db --set "power.cuts={at: [$((flash + 1))]}"
complains "can't cut at flash operation $((flash + 1)): the workload has $flash, and $flash is after the last"
is 5 "$(sqlite3 at.db 'SELECT count(*) FROM v_runs')" "runs, but for the one that was bad input"
with '{at: [0, 7, 9]}' "$failing; s/power: {/power: {depth: 2, /" >at-failing.yaml
everywhere at-failing.yaml 1
expect 1 run at-failing.yaml --db at-shrunk.db --set power.depth=1 --set 'power.cuts={at: [0, 7]}'
is 1 "$(sqlite3 at-shrunk.db 'SELECT count(shrunk) > 0 FROM violations')" "what fails at named flash operations is made small"

# Moments: only erases are hit where only they take time, and only programs the other way round.
with '{by_time: 5000}' "$failing; $timed" >time.yaml
everywhere time.yaml 1
expect 1 run time.yaml --db time.db --json --no-shrink
is "5000 5000" "$(json '"\(.cuts) \(.draws.drawn)"')" "moments"
holds '.draws.failed > 0 and .draws.rate_low < .draws.failure_rate and .draws.failure_rate < .draws.rate_high' "the rate"
sed 's/program_us: {[^}]*}/program_us: {typical: 0.000001, maximum: 1}/' time.yaml >erases.yaml
"$POWERCUT" run erases.yaml --db erases.db --no-shrink >/dev/null || true
is 1 "$(sqlite3 erases.db "SELECT max(checks) <= (SELECT sum(erases) FROM wear) FROM checks WHERE fault = 'between_ops'")" \
  "only erases are hit"
sed 's/erase_us: {[^}]*}/erase_us: {typical: 0.000001, maximum: 1}/; s/faults: \[/faults: [two_phase_erase, /' \
  time.yaml >programs.yaml
"$POWERCUT" run programs.yaml --db programs.db --no-shrink >/dev/null || true
is 0 "$(sqlite3 programs.db "SELECT count(*) FROM checks WHERE fault = 'two_phase_erase'")" "only programs are hit"
expect 1 run time.yaml --db time.db --no-shrink
says "5,000 moments while the flash is busy"
says "of the power losses in the field that hit a busy flash"
with '{by_time: 5000}' "$timed" >held.yaml
expect 0 run held.yaml --db time.db
says "failing     0 % (95 % confidence: 0 % to 0.0768 %)"
says "HELD: every invariant, at every cut that was tried."
with '{by_time: 5}' >untimed.yaml
expect 2 run untimed.yaml
complains "power.cuts.by_time needs the part's times: profile 'tiny' has no program_us or erase_us"
expect 2 run time.yaml --set power.depth=2
complains "power.cuts.by_time takes a power.depth of 1, not 2"

# A soak: cuts by the thousand, from each of which the store goes on.
with '{soak: 2500}' >soak.yaml
expect 0 run soak.yaml --db soak.db --json
is 2500 "$(json .cuts)" "cuts of a soak"
holds '.soaked > 2500 and .violations == 0' "a soak"
is 1 "$(sqlite3 soak.db 'SELECT cuts = 2500 AND operations > 2500 FROM v_soaks')" "v_soaks"
expect 0 run soak.yaml --db soak.db --set 'power.cuts={soak: 2000, consecutive: 300}'
says "2,000 cuts at random moments, 300 in a row"
says "operations in lives of 1000 cuts, each from blank flash on"
# With two copies, what was cut may be there after all: the store goes on from that.
expect 0 run soak.yaml --db soak.db --set store.redundancy=2
# How evenly it wears, it states with the power on only.
for policy in circular hybrid; do
  expect 0 run soak.yaml --db soak.db --set store.policy=$policy
done
with '{soak: 4500, consecutive: 2}' "$failing" >soak-failing.yaml
everywhere soak-failing.yaml 1
# It goes on from where it was stopped, after a life or before one.
with '{soak: 80000}' >long.yaml
"$POWERCUT" run long.yaml --db stopped.db --no-shrink --jobs 1 >out 2>err &
run=$!
for _ in {1..600}; do
  [[ $(sqlite3 stopped.db 'SELECT explored > 0 FROM v_progress' 2>/dev/null) == 1 ]] && break
  sleep 0.05
done
kill -s INT "$run" || fail "a soak of 80,000 cuts was over at once"
wait "$run" 2>/dev/null || true
"$POWERCUT" run long.yaml --db stopped.db --resume --no-shrink >out 2>err || true
expect 0 run long.yaml --db straight.db --no-shrink
soaked="SELECT cuts, recoveries, violations, soaked, state FROM runs; SELECT invariant, cut_path FROM violations"
is "$(sqlite3 straight.db "$soaked")" "$(sqlite3 stopped.db "$soaked")" "a soak that was stopped"
# Each life ends at its first violation, and what it found replays. The same of stores that bring their process down.
is 1 "$(sqlite3 w.db "SELECT count(DISTINCT substr(cut_path, 1, instr(cut_path, ':') - 1)) =
  count(DISTINCT substr(cut_path, 1, instr(cut_path, ' cut ') - 1)) FROM violations")" "one cut of each life fails"
for store in exits hangs; do
  with '{soak: 700}' "s|engine: norkv|plugin: $POWERCUT_PLUGINS/$store.so|" >$store.yaml
  status=0
  "$POWERCUT" run $store.yaml --db $store.db --jobs 2 >out 2>err || status=$?
  is 1 "$status" "exit status of a soak of $store"
  is 1 "$(sqlite3 $store.db "SELECT count(*) > 0 FROM violations WHERE invariant = 'mountable'")" "a soak finds that $store"
done
while read -r repro; do
  status=0
  "$POWERCUT" replay "$repro" >out 2>err || status=$?
  is "1 1" "$status $(grep -c 'as was recorded' out)" "how $repro replays"
done < <(find w-repros exits-repros -name '*.yaml' | sort)
expect 2 run soak.yaml --set 'faults=[{kind: bit_rot, operation: 20, every: 10}]'
complains "power.cuts.soak takes none"
expect 2 run soak.yaml --set power.depth=2
complains "power.cuts.soak takes a power.depth of 1, not 2"

finish
