#!/usr/bin/env bash
# gate: it passes what is good, and fails, naming the rule, on each thing that is not.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# policy [EXPRESSION...]: a policy that passes, changed by sed.
policy() {
  local options=(-e '')
  local expression
  for expression in "$@"; do
    options+=(-e "$expression")
  done
  sed "${options[@]}" <<'END_OF_POLICY'
name: test release
scenarios:
  - small.yaml
rules:
  - {rule: no_violations, faults: [between_ops, prefix, bit_subset], depth: 1}
  - {rule: recoveries, at_least: 100}
  - {rule: wear_spread, worse_by: 5, than: 4}
  - {rule: write_amplification, at_most: 9, worse_by: 5, than: 6}
  - {rule: put_latency, at_most: 30}
  - {rule: regressions, folder: regressions}
budget: 600
END_OF_POLICY
}

# verdicts: "rule verdict" of each line of the last output, but for those that passed.
verdicts() {
  json '.rules[] | select(.verdict != "passed") | "\(.rule) \(.verdict)"' | xargs
}

# valid FILE: it is JUnit XML as CI systems read it.
valid() {
  if have xmllint "whether $1 is JUnit XML"; then
    xmllint --noout --schema "$POWERCUT_SOURCE/sim/test/junit.xsd" "$1" 2>lint || fail "$1: $(head -n 3 lint)"
  fi
}

small_scenario | sed -e 's|{name: tiny, .*}|{name: timed, sector_size: 512, program_us: {typical: 3, maximum: 10}, erase_us: {typical: 700, maximum: 5000}}|' >small.yaml
sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/forgets_delete.so|" small.yaml >planted.yaml
mkdir regressions
expect 1 run planted.yaml --db planted.db --repros planted
repro=$(find planted -name '*.yaml' | sort | sed -n 1p)
sed "s|plugin: .*forgets_delete.so\"\?|engine: norkv|" "$repro" >regressions/mended.yaml
echo "what was mended" >regressions/README.md

# It passes: a line for each rule, JUnit XML, a row in the ledger, and the runs that it made.
policy >release.yaml
expect 0 gate release.yaml --db gate.db --junit gate.xml --jobs 2
is 7 "$(grep -c '^  passed ' out)" "lines of rules that passed"
says "PASSED: every rule, 7 of 7."
valid gate.xml
is "1 test release 7 0" "$(sqlite3 -separator ' ' gate.db 'SELECT passed, policy, rules, failed FROM v_gates')" "v_gates"
is "powercut run small.yaml --db gate.db --json --jobs=2" "$(sqlite3 gate.db 'SELECT command FROM v_provenance')" \
  "the command of the run"
is 1 "$(sqlite3 gate.db "SELECT value = recoveries FROM v_gate_rules JOIN v_runs USING (run_id) WHERE rule = 'recoveries'")" \
  "the recoveries that were judged are those of the run"
is 1 "$(sqlite3 gate.db "SELECT abs(value - write_amplification) < 1e-9 FROM v_gate_rules JOIN v_wear_summary USING (run_id)
  WHERE rule = 'write_amplification'")" "so is the write amplification"
expect 0 gate release.yaml --db gate.db --baseline gate.db --json
is "test release true 7" "$(json '"\(.policy) \(.passed) \(.rules | length)"')" "the JSON"
is "$(sqlite3 -json gate.db 'SELECT rule, scenario, run_id, required, measured, bound, value, verdict FROM v_gate_rules
  WHERE gate_id = 2 ORDER BY position' | jq -cS .)" "$(json -cS .rules)" "the rules in the database and in the JSON"

# A planted bug.
policy 's|small.yaml|{name: small, file: planted.yaml}|' >planted-policy.yaml
expect 1 gate planted-policy.yaml --db bug.db --junit bug.xml
grep -q '^  FAILED *no_violations *small .* checks failed after ' out || fail "the planted bug is not named: $(cat out)"
says "FAILED: 1 of 7 rules: no_violations"
expect 1 replay "$(sed -n 's/^  small: powercut replay //p' out)"
valid bug.xml
grep -q '<failure type="failed" message="required none to depth 1' bug.xml || fail "the failure is not in the XML"
is 0 "$(sqlite3 bug.db 'SELECT passed FROM v_gates')" "the decision that is stored"

# A store made worse: two copies of each entry are written where there was one.
policy 's|small.yaml|{file: small.yaml, set: {store.redundancy: 2}}|' 's/, than: [0-9.]*//' 's/at_most: 9, //' >worse.yaml
expect 1 gate worse.yaml --db worse.db --baseline gate.db --json
[[ " $(verdicts) " == *" write_amplification failed "* ]] || fail "a store made worse passes: $(cat out)"

# A scenario that was not run, and a rule that can't be evaluated, fail.
policy '1a run: never' >never.yaml
expect 0 gate never.yaml --db gate.db --json
is 2 "$(json '[.rules[].run_id | numbers] | max')" "the newest run is judged, and none is made"
is 2 "$(sqlite3 gate.db 'SELECT count(*) FROM v_runs')" "runs that were made"
expect 1 gate never.yaml --db bug.db --json
is "no_violations recoveries wear_spread write_amplification put_latency" \
  "$(json '[.rules[] | select(.verdict == "not evaluated") | .rule] | join(" ")')" "rules of a scenario that was not run"
expect 1 gate never.yaml --db bug.db
says "NOT EVALUATED"
says "FAILED: 5 of 7 rules: no_violations recoveries wear_spread write_amplification put_latency"
policy 's/, than: 4//' >unknown.yaml
expect 1 gate unknown.yaml --db gate.db --json
is "wear_spread not evaluated" "$(verdicts)" "a rule without a baseline"
policy 's/bit_subset\]/two_phase_erase]/' 's/depth: 1/depth: 2/' 's/at_least: 100/at_least: 1000000/' >more.yaml
expect 1 gate more.yaml --db gate.db --json --junit more.xml
is "no_violations not evaluated recoveries failed" "$(verdicts)" "rules that ask for more than was explored"
grep -q '<error type="not evaluated"' more.xml || fail "what was not evaluated is no error in the XML"
valid more.xml
expect 1 run small.yaml --db other.db --set workload.operations=10 --set store.checksum=none
expect 1 gate release.yaml --db gate.db --baseline other.db --json
is "wear_spread not evaluated write_amplification not evaluated" "$(verdicts)" "a baseline of another workload"

# A budget that is spent ends the run, and what was not judged fails.
policy 's/budget: .*/budget: 1/' 's|small.yaml|{file: small.yaml, set: {workload.operations: 2000000, power.depth: 3}}|' >long.yaml
expect 1 gate long.yaml --db long.db --json
is "no_violations recoveries wear_spread write_amplification put_latency" \
  "$(json '[.rules[] | select(.verdict == "not evaluated" and .rule != "regressions") | .rule] | join(" ")')" \
  "rules of a run that the budget ended"
is failed "$(json '.rules[] | select(.rule == "time") | .verdict')" "the rule that the budget makes"

# A regression, an input that can't be replayed, and a folder without inputs.
cp "$repro" regressions/again.yaml
expect 1 gate release.yaml --db gate.db --json
is "regressions failed" "$(verdicts)" "a regression"
[[ $(json '.rules[] | select(.rule == "regressions") | .measured') == "regressions/again.yaml violated; in all 1 of 2" ]] ||
  fail "the regression is not named: $(cat out)"
echo "no repro" >regressions/again.yaml
expect 1 gate release.yaml --db gate.db --json
is "regressions failed" "$(verdicts)" "an input that can't be replayed"
rm regressions/*.yaml
expect 1 gate release.yaml --db gate.db --json
is "regressions not evaluated" "$(verdicts)" "a folder without inputs"
policy '/regressions/d' >release.yaml

# A campaign since the last change.
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_CONFIG_GLOBAL=/dev/null
policy '/regressions/d' 's|^budget|  - {rule: fuzz, harness: powerloss, at_least: 600, changed: [tree/engine]}\nbudget|' >fuzz.yaml
expect 1 gate fuzz.yaml --db gate.db --json
is "fuzz not evaluated" "$(verdicts)" "a change that git doesn't know of"
if have git "campaigns since the last change"; then
  mkdir -p tree/engine
  git init -q .
  echo 1 >tree/engine/a.c
  git add tree
  GIT_COMMITTER_DATE=2026-01-02T00:00:00Z git commit -qm change
  sqlite3 gate.db "INSERT INTO campaigns (started_at, fuzzer, harness, seconds) VALUES
    ('2026-01-01T23:59:59Z', 'f', 'powerloss', 9000), ('2026-01-03T00:00:00Z', 'f', 'mount', 9000),
    ('2026-01-03T00:00:00Z', 'f', 'powerloss', 599)"
  expect 1 gate fuzz.yaml --db gate.db --json
  is "fuzz failed" "$(verdicts)" "a campaign that was too short"
  sqlite3 gate.db "INSERT INTO campaigns (started_at, fuzzer, harness, seconds) VALUES ('2026-01-02T00:00:00Z', 'f', 'powerloss', 1)"
  expect 0 gate fuzz.yaml --db gate.db --json
  is "at least 600 s since 2026-01-02T00:00:00Z, without a crash" \
    "$(json '.rules[] | select(.rule == "fuzz") | .required')" "what the rule requires"
  sqlite3 gate.db "INSERT INTO crashes (campaign_id, signature, input) VALUES (4, 's', x'00')"
  expect 1 gate fuzz.yaml --db gate.db --json
  is "fuzz failed" "$(verdicts)" "a campaign with a crash"
  sqlite3 gate.db "DELETE FROM crashes"
  echo 2 >tree/engine/a.c
  expect 1 gate fuzz.yaml --db gate.db --json
  is "fuzz not evaluated" "$(verdicts)" "a change that is not committed"
fi

# Each combination of a matrix is judged by itself, and compared with its own baseline.
small_scenario | sed '$a matrix: {store.redundancy: [1, 2]}' >matrix.yaml
policy '/regressions/d; /latency/d; s/ at_most: 9,//; s/, than: [0-9.]*//; s/small.yaml/matrix.yaml/' >matrix-policy.yaml
expect 1 gate matrix-policy.yaml --db matrix.db
expect 0 gate matrix-policy.yaml --db matrix.db --baseline matrix.db --json
is "matrix [store.redundancy=1] matrix [store.redundancy=2] 9" \
  "$(json '"\(.rules[:2] | map(.scenario) | join(" ")) \(.rules | length)"')" "what is judged of a matrix"
sed -i '1a run: never' matrix-policy.yaml
expect 0 gate matrix-policy.yaml --db matrix.db --baseline matrix.db --json
is "3 4" "$(json '[.rules[].run_id | numbers] | unique | join(" ")')" "the newest runs of a matrix"

# Bad input: a clear error, status 2, and nothing is written.
refused() {
  local text=$1
  shift
  expect 2 gate "$@" --db new.db --junit new.xml
  complains "$text"
  absent new.db new.xml
}
policy 's/rule: recoveries/rule: recoverys/' >bad.yaml
refused "bad.yaml:6: unknown rule 'recoverys'; did you mean 'recoveries'?" bad.yaml
policy 's/- small.yaml/- smal.yaml/' >bad.yaml
refused "bad.yaml:3: there is no scenario 'smal.yaml'; did you mean 'small.yaml'?" bad.yaml
policy 's/at_least: 100}/at_least: 1000, scenarios: [smll]}/' >bad.yaml
refused "no scenario of this policy is called 'smll'; did you mean 'small'?" bad.yaml
policy 's/worse_by: 5, than: 4/worse_than: 5/' >bad.yaml
refused "unknown key 'worse_than' in rules[2]" bad.yaml
policy 's/at_most: 30/than: 30/' >bad.yaml
refused "put_latency needs at_most or worse_by" bad.yaml
policy 's/prefix, /prefx, /' >bad.yaml
refused "unknown fault class 'prefx'; did you mean 'prefix'?" bad.yaml
policy 's|small.yaml|{file: small.yaml, set: {store.redundancy: 99}}|' >bad.yaml
refused "bad.yaml:3: scenario 'small': " bad.yaml
: >empty.yaml
refused "empty.yaml: the file is empty" empty.yaml
refused "nowhere.yaml: cannot open" nowhere.yaml
: >empty.db
refused "empty.db: the file is empty" release.yaml --baseline empty.db
refused "nowhere.db: No such file" release.yaml --baseline nowhere.db
sqlite3 foreign.db 'CREATE TABLE t (a)'
refused "foreign.db: an SQLite database, but not one of powercut" release.yaml --baseline foreign.db
expect 2 gate release.yaml --db foreign.db --junit new.xml
complains "foreign.db: an SQLite database, but not one of powercut"
is t "$(sqlite3 foreign.db .tables)" "the foreign database"
absent new.xml
"$POWERCUT" run small.yaml --db newer.db >/dev/null
sqlite3 newer.db 'PRAGMA user_version = 99'
refused "newer.db: its schema is version 99, and this powercut knows up to version " release.yaml --baseline newer.db
expect 2 gate never.yaml --db nowhere.db
complains "nowhere.db: No such file"
absent nowhere.db
expect 0 run small.yaml --db geometry.db --set device.sectors=12
refused "the baseline's run 1 of scenario 'small' is on timed x 12, not on timed x 8" release.yaml --baseline geometry.db
expect 3 gate release.yaml --db new.db --junit nowhere/new.xml
complains "nowhere/new.xml: can't be written: No such file or directory"
absent new.db

# What scripts/gate refuses before it builds.
refused_script() {
  local text=$1 status=0
  shift
  "$POWERCUT_SOURCE/scripts/gate" "$@" >out 2>err || status=$?
  is 2 "$status" "exit status of scripts/gate $*"
  grep -qF -- "$text" err || fail "scripts/gate $* does not complain: $text"
}
refused_script "unknown option --polcy" --polcy x
refused_script "there is no $PWD/nowhere.db" --baseline nowhere.db
refused_script "there is no $PWD/nowhere.yaml" --policy nowhere.yaml
refused_script "--output takes a value" --output
"$POWERCUT_SOURCE/scripts/gate" --help >out
grep -q '^Usage: scripts/gate' out || fail "scripts/gate --help says nothing"

# An older database is brought up to date.
sqlite3 old.db <"$POWERCUT_SOURCE/sim/test/ledger_2.sql"
policy '/regressions/d' 's/, than: [0-9.]*//' 's/worse_by: 5/worse_by: 500/' >release.yaml
expect 0 gate release.yaml --db new.db --baseline old.db
sed -i '1a run: never' release.yaml
expect 1 gate release.yaml --db old.db
says "has no finished run of this scenario by this version"
is "0 5 5" "$(sqlite3 -separator ' ' old.db "SELECT passed, failed, (SELECT count(*) FROM v_gate_rules
  WHERE verdict = 'not evaluated') FROM v_gates")" "the decision in a database that was old"

finish
