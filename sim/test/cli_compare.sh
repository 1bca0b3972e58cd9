#!/usr/bin/env bash
# powercut compare: the same workload on every combination, over the life of a part.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores; POWERCUT_SOURCE, the project.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# A part that is soon worn.
cat >wear.yaml <<'END'
name: wear
device:
  profile: {name: frail, sector_size: 512, page_size: 64, endurance: 300, program_us: {typical: 10, maximum: 50},
            erase_us: {typical: 700, maximum: 9000}}
  sectors: 8
store: {engine: norkv}
workload:
  static: {keys: 20, value_size: 40}
  operations: 3000
  keys: 12
  value_size: {min: 0, max: 40}
  popularity: {hot: 0.25, share: 0.9}
  mix: {put: 90, delete: 5, get: 3, maintain: 1, reboot: 1}
power: {faults: [between_ops, prefix, bit_subset], samples: 2, limit: 8}
wear: {operations_per_day: 50}
seed: 5
END

policies=store.policy=greedy,circular,cost_benefit,hybrid
expect 0 compare wear.yaml --vary "$policies" --vary store.redundancy=1,2 --db wear.db --until worn
says "store.policy=circular store.redundancy=2"
says "if the device does 50 such operations a day"
says "HELD: each store held what was put"
grep -Eq '^ +[0-9]+( to +[0-9]+)? +[0-9]+  #' out || fail "no histogram"
is "8 8 1" "$(sqlite3 wear.db 'SELECT count(*), sum(worn), count(DISTINCT group_id) FROM v_comparison' -separator ' ')" \
  "runs, worn parts, groups"
is 0 "$(sqlite3 wear.db 'SELECT count(*) FROM v_comparison WHERE erases_max <> 300')" "worn parts beyond their endurance"
is 0 "$(sqlite3 wear.db "SELECT count(*) FROM v_comparison WHERE store LIKE '%circular%' AND
  erases_max - erases_min > 1")" "circular parts that are not even"
is 0 "$(sqlite3 wear.db "SELECT count(*) FROM v_comparison AS c WHERE operations_per_day <> 50 OR
  abs(lifetime_years - operations / 50 / 365.25) > 0.1")" "lives that aren't those of their operations"
is 0 "$(sqlite3 wear.db 'SELECT count(*) FROM v_comparison WHERE memory_size IS NULL OR put_p999_us > put_worst_us
  OR put_worst_us < 9000 OR NOT erasing_share BETWEEN 0.01 AND 1')" "figures that can't be"
# The samples lead to the wear of the end, and never fall.
is 0 "$(sqlite3 wear.db 'SELECT count(*) FROM v_wear AS w JOIN v_wear_samples AS s USING (run_id, sector)
  WHERE s.operation = (SELECT max(operation) FROM v_wear_samples AS l WHERE l.run_id = w.run_id)
  AND s.erases <> w.erases')" "last samples that aren't the wear"
is 0 "$(sqlite3 wear.db 'SELECT count(*) FROM (SELECT erases - lag(erases) OVER (PARTITION BY run_id, sector
  ORDER BY operation) AS more FROM v_wear_samples) WHERE more < 0')" "samples that fall"
is 0 "$(sqlite3 wear.db 'SELECT count(*) FROM v_runs AS r WHERE (SELECT count(DISTINCT operation) FROM v_wear_samples AS s
  WHERE s.run_id = r.run_id) NOT BETWEEN 1 AND 201')" "runs with too many samples"
# Puts are counted once in each histogram, and the worst is the same everywhere.
is 0 "$(sqlite3 wear.db "SELECT count(*) FROM v_latency AS l WHERE operation = 'put' AND (
  calls <> (SELECT sum(puts) FROM v_put_latency AS h WHERE h.run_id = l.run_id) OR
  calls <> (SELECT sum(puts) FROM v_put_flash_operations AS h WHERE h.run_id = l.run_id) OR
  worst_us <> (SELECT max(worst_us) FROM v_put_latency AS h WHERE h.run_id = l.run_id))")" "histograms that don't add up"
# Each on the front is beaten by none, and each other one by one on the front.
beaten="EXISTS (SELECT 1 FROM v_comparison AS b WHERE b.pareto AND b.lifetime_years >= a.lifetime_years AND
  b.put_worst_us <= a.put_worst_us AND b.put_p999_us <= a.put_p999_us AND (b.lifetime_years > a.lifetime_years OR
  b.put_worst_us < a.put_worst_us OR b.put_p999_us < a.put_p999_us))"
is 0 "$(sqlite3 wear.db "SELECT count(*) FROM v_comparison AS a WHERE pareto = $beaten")" "runs on the wrong side of the front"
is "$(sqlite3 wear.db 'SELECT sum(pareto) FROM v_comparison')" "$(grep -c '^  store\.[^:]* \* ' out)" "stars in the table"

# The same from a matrix, for any number of processes, in JSON.
sed '$a matrix: {store.policy: [greedy, circular, cost_benefit, hybrid]}' wear.yaml >matrix.yaml
expect 0 compare matrix.yaml --vary store.redundancy=1,2 --db json.db --until worn --jobs 3 --json
columns="operations, erases_min, erases_max, programmed_bytes, put_p999_us, put_worst_us, pareto, memory_size, cut_every"
is "$(sqlite3 wear.db "SELECT $columns FROM v_comparison")" "$(sqlite3 json.db "SELECT $columns FROM v_comparison")" \
  "figures with three processes"
is "$(sqlite3 wear.db 'SELECT * FROM v_wear_samples')" "$(sqlite3 json.db 'SELECT * FROM v_wear_samples')" "samples"
is "$(sqlite3 json.db "SELECT $columns, lifetime_years, write_amplification, erases_stddev, erasing_share
  FROM v_comparison" -json | jq -cS 'map(map_values(if type == "number" then . * 1000 | round else . end))')" \
  "$(json -cS "[.runs[] | {${columns// /}, lifetime_years, write_amplification, erases_stddev, erasing_share}
  | .pareto |= (if . then 1 else 0 end) | map_values(if type == \"number\" then . * 1000 | round else . end)]")" \
  "figures in JSON"

# The baseline of a run wears as a comparison does, but for the start that ends the latter.
expect 0 run wear.yaml --db run.db --set "power.faults=[between_ops]" --set power.aftermath=0
expect 0 compare wear.yaml --db run.db
is 1 "$(sqlite3 run.db 'SELECT count(*) FROM (SELECT DISTINCT erases_min, erases_max, erases_mean, write_amplification
  FROM v_wear_summary)')" "wear of a run and of a comparison"
is 1 "$(sqlite3 run.db "SELECT count(*) FROM (SELECT DISTINCT group_concat(least || ':' || puts) FROM
  v_put_flash_operations GROUP BY run_id)")" "histograms of puts"

# With cuts: recoveries wear, too, and what is put is still there.
expect 0 compare wear.yaml --vary store.redundancy=1,2 --cuts 20 --operations 4000 --db cuts.db --json
is '[[0,0],[20,200],[0,0],[20,200]]' "$(json -c '[.runs[] | [.cut_every, ([.cuts, 200] | min)]] | map(if .[1] > 100 then
  .[1] = 200 else . end)')" "cuts"
is 2 "$(sqlite3 cuts.db "SELECT count(DISTINCT run_id) FROM v_checks WHERE fault = 'bit_subset' AND failures = 0")" \
  "runs with checks after cuts"
expect 0 compare wear.yaml --vary store.redundancy=1,2 --cuts 20 --operations 4000 --db again.db --jobs 1 --json
is "$(sqlite3 cuts.db 'SELECT * FROM v_checks')" "$(sqlite3 again.db 'SELECT * FROM v_checks')" "checks, again"

# A trace goes round.
printf 'put a 0011\nput b -\nget a\ndelete b\n' >t.trace
sed '/^workload:/,/^power/{/^power/!d}; s/^power/workload: {trace: t.trace}\npower/' wear.yaml >trace.yaml
expect 0 compare trace.yaml --db trace.db --operations 4001
is "4001 1000" "$(sqlite3 trace.db "SELECT operations, calls FROM v_runs JOIN v_latency USING (run_id)
  WHERE operation = 'delete'" -separator ' ')" "operations of a trace"

# A store that loses something fails, and so does one that crashes; the others are told of all the same.
spoilt() {
  sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/$1.so|" wear.yaml >spoilt.yaml
}
spoilt forgets_delete
expect 1 compare spoilt.yaml --cuts 10 --db spoilt.db
says "FAILED: 1 of 2 did not hold what was put."
is 1 "$(sqlite3 spoilt.db "SELECT count(*) FROM v_comparison WHERE failure LIKE 'key % should not be there'
  OR failure LIKE 'the key in flight reads as neither %'")" "what failed"
spoilt crashes
expect 1 compare spoilt.yaml --cuts 10 --db crashes.db --json
is 'mountable' "$(json '[.runs[].failure.invariant | values] | unique[0]')" "what crashed"
spoilt hangs
expect 1 compare spoilt.yaml --cuts 10 --db hangs.db
says "never came back"

# Everything is checked before anything is written.
refuse() {
  local text=$1
  shift
  expect 2 compare "$@" --db refused.db
  complains "$text"
  absent refused.db
}
refuse "--vary store.polcy: norkv has no parameter 'polcy'; did you mean 'policy'?" wear.yaml --vary store.polcy=a
refuse "--vary pwoer.depth: unknown key 'pwoer'; did you mean 'power'?" wear.yaml --vary pwoer.depth=1
refuse "(with store.redundancy=9)" wear.yaml --vary store.redundancy=1,9
refuse "--vary store.policy: it needs at least one value" wear.yaml --vary store.policy=
refuse "--vary takes PATH=VALUE, not 'store.policy'" wear.yaml --vary store.policy
refuse "--vary store.policy: store.policy is varied already" matrix.yaml --vary store.policy=greedy
refuse "--vary store.policy: a --set fixes it" wear.yaml --vary store.policy=greedy --set store.policy=hybrid
refuse "--vary seed: 1001 combinations are more than 1000" wear.yaml --vary "seed=$(seq -s, 0 1000)"
refuse "frail tells no endurance: nothing of it is ever worn" wear.yaml --until worn --set device.profile.endurance=0
refuse "--until takes worn, not 'tired'" wear.yaml --until tired
refuse "--operations takes a whole number from 1" wear.yaml --operations 0
refuse "--cuts takes a whole number from 1" wear.yaml --cuts 0
refuse "a SCENARIO is missing"
refuse "wear.cut_every must be 0 to 4294967295, not 4294967296" wear.yaml --set wear.cut_every=4294967296
refuse "s.yaml: cannot open" s.yaml

# A full disk: for the table, and for the database.
status=0
"$POWERCUT" compare wear.yaml --db full.db >/dev/full 2>err || status=$?
is 3 "$status" "exit status with a full disk for the table"
is finished "$(sqlite3 full.db 'SELECT state FROM runs')" "the run whose table was lost"
status=0
(ulimit -f 90 && trap '' XFSZ && "$POWERCUT" compare wear.yaml --vary "$policies" --db limited.db >out 2>err) || status=$?
is 3 "$status" "exit status with a full disk for the database"
is ok "$(sqlite3 limited.db 'PRAGMA integrity_check')" "the database on a full disk"

# Ctrl-C keeps what was done.
"$POWERCUT" compare wear.yaml --vary store.policy=greedy,hybrid --operations 20000000000 --db kept.db --jobs 2 >out 2>err &
run=$!
for _ in {1..200}; do
  [[ $(pgrep --count --parent "$run") -eq 2 ]] && break
  sleep 0.05
done
sleep 0.5
kill -INT "$run"
status=0
wait "$run" || status=$?
is 3 "$status" "exit status of a comparison that was interrupted"
says "INTERRUPTED"
is "2 1" "$(sqlite3 kept.db "SELECT count(*), min(c.operations) > 0 FROM v_comparison AS c JOIN runs USING (run_id)
  WHERE state = 'interrupted'" -separator ' ')" "what was kept"

finish
