#!/usr/bin/env bash
# The ready queries: each runs on a database with real runs, says what it is for, and stands in the README.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"
queries=$POWERCUT_SOURCE/reports/queries

# rows NAME [SETTING...]: the rows of a query, as text.
rows() {
  local name=$1 setting
  shift
  for setting in "$@"; do
    printf '.parameter set %s\n' "$setting"
  done | cat - "$queries/$name.sql" | sqlite3 -bail all.db
}

small_scenario | sed -e 's|{name: tiny, .*}|{name: timed, sector_size: 512, endurance: 1000, program_us: {typical: 3, maximum: 10}, erase_us: {typical: 700, maximum: 5000}}|' >small.yaml
sed '$a matrix: {store.redundancy: [1, 2]}' small.yaml >matrix.yaml
cat >policy.yaml <<'POLICY'
scenarios: [small.yaml]
rules: [{rule: recoveries, at_least: 1}, {rule: recoveries, at_least: 100000000}]
POLICY
expect 1 run small.yaml --db all.db --set store.checksum=none
expect 1 gate policy.yaml --db all.db
expect 0 run matrix.yaml --db all.db
"$POWERCUT" run small.yaml --db all.db --set 'power.faults=[prefix]' --set workload.operations=3 \
  --set 'workload.mix={put: 1}' --seed 9 >/dev/null
expect 0 compare small.yaml --db all.db --vary store.policy=greedy,circular --operations 3000
sqlite3 all.db "INSERT INTO campaigns (fuzzer, harness, seconds, executions, edges, corpus) VALUES ('f', 'h', 2, 10, 5, 3);
  INSERT INTO campaign_progress VALUES (1, 1, 5, 4, 2), (1, 2, 10, 5, 3);
  INSERT INTO crashes (campaign_id, signature, input) VALUES (1, 's', x'00');
  INSERT INTO corpus_coverage (harness, file, inputs, lines, lines_reached, branches, branches_reached)
    VALUES ('all', 'total', 3, 100, 90, 50, 40)"

count=0
for file in "$queries"/*.sql; do
  name=$(basename -- "$file" .sql)
  [[ $(head -c 3 "$file") == "-- " ]] || fail "$name.sql does not say what it is for"
  output=$(rows "$name" 2>&1) || fail "$name.sql: $output"
  [[ -n $output ]] || fail "$name.sql yields no row"
  grep -qP "^\| \x60$name\x60 +\|" "$queries/README.md" || fail "$name.sql is not in the README of the queries"
  count=$((count + 1))
done
[[ $count -ge 12 ]] || fail "only $count queries"
is "$count" "$(grep -cP '^\| \x60[a-z_]+\x60 +\|' "$queries/README.md")" "queries in their README"

# What some of them say is right.
is "$(sqlite3 all.db 'SELECT sector FROM v_wear WHERE run_id = 2 ORDER BY erases DESC, sector LIMIT 1')" \
  "$(rows most_worn | awk -F '|' '$1 == 2 { print $4 }')" "the most worn sector"
is "recoveries 2 4" "$(rows got_worse ":old 2" ":new 4" | awk -F '|' '$1 == "recoveries" { print $1, $2, $3 }')" \
  "the runs that are compared"
is worse "$(rows got_worse ":old 2" ":new 4" | awk -F '|' '$1 == "write amplification" { print $7 }')" \
  "the write amplification of two copies"
is better "$(rows got_worse ":old 4" ":new 2" | awk -F '|' '$1 == "write amplification" { print $7 }')" "and of one"
is "not evaluated: 0, failed: 1" "$(rows gate_rules | awk -F '|' '{ n[$1]++ } END { printf "not evaluated: %d, failed: %d",
  n["not evaluated"], n["failed"] }')" "rules of the last decision"
is "$(sqlite3 all.db 'SELECT max(worst_us) / 1000 FROM v_latency WHERE operation = "start"')" \
  "$(rows slowest_recoveries | sed -n 1p | awk -F '|' '{ print $6 }')" "the slowest recovery"
is "6 7" "$(rows comparison | awk -F '|' '{ print $1 }' | xargs)" "the runs of the newest group"
is "3 4" "$(rows comparison ":run 4" | awk -F '|' '{ print $1 }' | xargs)" "the runs of the group that was asked for"
is "$(sqlite3 all.db 'SELECT count(*) FROM v_newest_runs')" "$(rows runs | wc -l)" "runs that are the newest"
is "$(sqlite3 all.db "SELECT sum(puts) FROM v_put_latency WHERE run_id = 6")" \
  "$(rows put_latency ":run 6" | awk -F '|' '{ n += $3 } END { print n }')" "puts whose latency is known"
is "$(sqlite3 all.db "SELECT max(erases) FROM v_wear WHERE run_id = 6")" \
  "$(rows wear_over_time ":run 6" | awk -F '|' '$5 > n { n = $5 } END { print n }')" "the erases at the end of a run"
is "$(sqlite3 all.db "SELECT count(*) FROM v_wear WHERE run_id = 6")" \
  "$(rows erase_histogram ":run 6" | awk -F '|' '{ n += $3 } END { print n }')" "sectors of a histogram"
is "$(sqlite3 all.db 'SELECT sum(failures) FROM v_checks WHERE run_id = 1 AND depth = 1 AND fault = "prefix"')" \
  "$(rows guarantees | awk -F '|' '$1 == 1 && $6 == "prefix" && $7 == 1 { print $9 }')" "failed checks"

# The commands of their README run.
cp all.db powercut.db
ln -s "$POWERCUT_SOURCE/reports" reports
while read -r command; do
  bash -euc "$command" >out 2>err || fail "$command: $(cat err)"
  [[ -s out ]] || fail "$command says nothing"
done < <(awk '/^```/ { inside = $0 == "```sh"; next } inside' "$queries/README.md")

# The schema's page knows every table and view.
sqlite3 all.db "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'" |
  while read -r name; do
    grep -qw -- "$name" "$POWERCUT_SOURCE/reports/SCHEMA.md" || echo "$name"
  done >unknown
is "" "$(xargs <unknown)" "tables and views that reports/SCHEMA.md does not know"

# The policies and pipelines that users copy are what they seem. The baseline that isn't there is the first thing that
# is wrong with them.
for policy in release nightly; do
  expect 2 gate "$POWERCUT_SOURCE/reports/policies/$policy.yaml" --db new.db --baseline nowhere.db
  complains "nowhere.db: No such file"
done
if python3 -c 'import yaml' 2>/dev/null; then
  for file in github gitlab; do
    python3 -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' "$POWERCUT_SOURCE/reports/ci/$file.yml" 2>err ||
      fail "reports/ci/$file.yml is not YAML: $(cat err)"
  done
fi
for file in github.yml gitlab.yml Jenkinsfile; do
  for path in scripts/gate build/gate/gate.xml baseline/gate.db; do
    grep -qF -- "$path" "$POWERCUT_SOURCE/reports/ci/$file" || fail "reports/ci/$file does not use $path"
  done
done

finish
