#!/usr/bin/env bash
# report: the page says what the database holds, is well-formed whatever that is.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# shows FILE TEXT: the page has it.
shows() {
  grep -qF -- "$2" "$1" || fail "$1 does not show: $2"
}

# whole FILE: well-formed, with an end, without what needs a network or JavaScript, and each id once.
whole() {
  if have xmllint "whether $1 is well-formed"; then
    xmllint --noout "$1" 2>lint || fail "$1 is not well-formed: $(head -n 3 lint)"
  fi
  tail -c 20 "$1" | grep -q '</html>' || fail "$1 has no end"
  ! grep -qE '<script|<link|<img|src=|url\(|@import|javascript:|on(load|click)=' "$1" || fail "$1 is not self-contained"
  ! grep -oE 'https?://[^"< ]*' "$1" | grep -vE '^http://www.w3.org/' || fail "$1 names addresses"
  is "" "$(grep -oE ' id="[^"]*"' "$1" | sort | uniq -d)" "ids that are in $1 twice"
  is "" "$(comm -23 <(grep -oE 'aria-labelledby="[^"]*"' "$1" | cut -d '"' -f 2 | tr ' ' '\n' | sort -u) \
    <(grep -oE ' id="[^"]*"' "$1" | cut -d '"' -f 2 | sort -u))" "labels of $1 that aren't there"
}

small_scenario | sed -e 's|{name: tiny, .*}|{name: timed, sector_size: 512, endurance: 1000, program_us: {typical: 3, maximum: 10}, erase_us: {typical: 700, maximum: 5000}}|' \
  -e '$a matrix: {store.redundancy: [1, 2]}' >small.yaml
sed -e '/^matrix/d' -e 's/engine: norkv/engine: norkv\n  checksum: none/' \
  -e 's/^name: .*/name: "<script>alert(1)<\/script> \\" & '"'"' \\xff\\e[2J"/' small.yaml >hostile.yaml
cat >policy.yaml <<'POLICY'
name: the gate
scenarios: [{name: "a<b", file: small.yaml}]
rules: [{rule: recoveries, at_least: 1000000}, {rule: no_violations}]
POLICY

# A database with all there is.
expect 1 run hostile.yaml --db all.db
expect 0 run small.yaml --db all.db
expect 1 gate policy.yaml --db all.db
expect 0 compare small.yaml --db all.db --vary store.policy=greedy,circular --operations 2000
sqlite3 all.db "INSERT INTO campaigns (fuzzer, harness, seconds, executions, edges, corpus)
    VALUES ('libfuzzer', 'powerloss', 600, 1000000, 900, 200), (CAST(x'3c623effc0' AS TEXT), 'h', 1, 1, 1, 1);
  INSERT INTO campaign_progress VALUES (1, 10, 100, 30, 5), (1, 20, 200, 60, 7), (2, 10, 50, 20, 3);
  INSERT INTO crashes (campaign_id, signature, input) VALUES (1, 'durable </td><b>', x'00');
  UPDATE violations SET actual = CAST(x'ff3c2f7072653e' AS TEXT) WHERE violation_id = 1;
  INSERT INTO run_settings VALUES (2, 'a''b\"; !touch owned; \`touch owned\`', '<&>' || char(10) || 'EOD')"
expect 0 report all.db -o all.html
whole all.html
for text in "FAILED: the gate" "VIOLATED: " "a&lt;b [store.redundancy=1]" "&lt;script&gt;alert(1)&lt;/script&gt;" \
  '\xff&lt;/pre&gt;' "<h3>Story</h3>" "<h3>Repro</h3>" "powercut replay repro.yaml" "VIOLATED atomic: " ">LOST<" ">holds<" \
  "durable &lt;/td&gt;&lt;b&gt;" '&lt;b&gt;\xff\xc0' "powercut run small.yaml --db all.db" "prefers-color-scheme: dark" "@media print"; do
  shows all.html "$text"
done
for id in verdict guarantees findings wear comparison latency fuzzing provenance; do
  shows all.html "<h2 id=\"$id\">"
done
absent owned
figures=$(grep -o '<svg ' all.html | wc -l)
if have gnuplot "the plots"; then
  shows all.html "Erases of each sector as time went by in run "
  shows all.html "Puts by how long they took in run "
  [[ $figures -ge 19 ]] || fail "only $figures plots"
  is "$figures" "$(tr '\n' ' ' <all.html | grep -oE '<svg [^>]*role="img"[^>]*><title id="[^"]*">[^<]+</title><desc id="[^"]*">[^<]+</desc>' | wc -l)" \
    "plots with a title and a description"
fi
is "$(grep -o '<table>' all.html | wc -l)" "$(grep -o '<table><caption>[^<]' all.html | wc -l)" "tables with a caption"
is 0 "$(grep -oE '<th>' all.html | wc -l)" "headings of tables without a scope"
cp all.html before.html
expect 0 report all.db -o all.html
cmp -s before.html all.html || fail "the same database gives another page"

# In words: the numbers of the page are those of the database.
cuts=$(sqlite3 all.db "SELECT printf('%,d', sum(cuts)) FROM v_newest_runs JOIN v_runs USING (run_id)")
shows all.html "<p>$cuts cuts, "

# Without plots, without gnuplot, and with one that fails.
expect 0 report all.db -o plain.html --no-plots
whole plain.html
is 0 "$(grep -c '<svg ' plain.html)" "plots that were not wanted"
mkdir empty broken
(PATH=$PWD/empty "$POWERCUT" report all.db -o without.html) 2>err || fail "without gnuplot: $(cat err)"
whole without.html
shows without.html "The plots are left out: gnuplot is not installed"
printf '#!/bin/sh\necho "bad plot" >&2\nexit 1\n' >broken/gnuplot
chmod +x broken/gnuplot
status=0
PATH=$PWD/broken:$PATH "$POWERCUT" report all.db -o all.html 2>err || status=$?
is 3 "$status" "exit status when gnuplot fails"
complains "gnuplot could not draw \"Erases of each sector"
cmp -s before.html all.html || fail "a report that failed changed the page"
is "" "$(find . -name '*.tmp')" "temporary files"

# A plugin's code is run only where that is allowed.
small_scenario | sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/forgets_delete.so|" >plugin.yaml
expect 1 run plugin.yaml --db plugin.db
expect 0 report plugin.db -o plugin.html --no-plots
shows plugin.html "Its story is left out, since telling it runs the code of a plugin"
! grep -q '<h3>Story</h3>' plugin.html || fail "the story of a plugin is told unasked"
expect 0 report plugin.db -o plugin.html --no-plots --plugins
shows plugin.html "<h3>Story</h3>"
sqlite3 plugin.db "UPDATE violations SET repro = 'no repro: <', shrunk = NULL"
expect 0 report plugin.db -o plugin.html --no-plots --plugins
shows plugin.html "Its story can't be told: the repro is not one that this version reads."
whole plugin.html

# Sections without data say so; what did not come to its end is told.
sqlite3 few.db <"$POWERCUT_SOURCE/reports/schema.sql"
sqlite3 few.db "INSERT INTO campaigns (fuzzer, harness) VALUES ('f', 'h')"
expect 0 report few.db -o few.html
whole few.html
for text in "NOTHING EXPLORED" "No gate has decided yet" "No run has come to its end yet, so nothing is known." \
  "There are none: no check failed in these runs." "there is no wear" "No runs were made together" "no times are known" \
  "Nothing crashed." "There are no runs."; do
  shows few.html "$text"
done
sqlite3 few.db "INSERT INTO runs (scenario, device, store, seed) VALUES ('killed', 'd', 's', 1)"
expect 0 report few.db -o few.html
shows few.html "1 of the runs did not get to the end, or is a part of one."
sqlite3 old.db <"$POWERCUT_SOURCE/sim/test/ledger_2.sql"
expect 0 report old.db -o old.html
whole old.html
shows old.html "HELD: every invariant, at every cut"

# More than a million cuts, in many runs.
sqlite3 many.db <"$POWERCUT_SOURCE/reports/schema.sql"
sqlite3 many.db "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
  INSERT INTO runs (run_id, state, scenario, device, store, seed, operations, flash_operations, cuts, recoveries,
    deduplicated, violations, put_bytes, seconds) SELECT i, 'finished', 's' || (i % 60), 'd', 'norkv', 1, 100, 100, 5000,
    5000, 0, 0, 100, 1 FROM n;
  INSERT INTO checks SELECT run_id, invariant, fault, 1, 5000, 0 FROM runs,
    (SELECT 'durable' AS invariant UNION SELECT 'atomic' UNION SELECT 'stable'),
    (SELECT 'prefix' AS fault UNION SELECT 'bit_subset' UNION SELECT 'between_ops');
  INSERT INTO wear SELECT r.run_id, s.run_id, s.run_id % 7, 100 FROM runs AS r, runs AS s WHERE s.run_id <= 64"
expect 0 report many.db -o many.html
whole many.html

# Bad input.
refused() {
  local text=$1
  shift
  expect 2 report "$@"
  complains "$text"
  absent report.html
}
: >empty.db
sqlite3 foreign.db 'CREATE TABLE t (a)'
sqlite3 none.db <"$POWERCUT_SOURCE/reports/schema.sql"
sqlite3 newer.db 'PRAGMA application_id = 1886876259; PRAGMA user_version = 99'
refused "empty.db: the file is empty" empty.db
refused "foreign.db: an SQLite database, but not one of powercut" foreign.db
refused "none.db: the database holds no results" none.db
refused "newer.db: its schema is version 99" newer.db
refused "nowhere.db: No such file" nowhere.db
refused "small.yaml: not an SQLite database" small.yaml
refused "a FILE is missing" --no-plots
expect 3 report all.db -o nowhere/report.html
complains "nowhere/report.html: can't be written"
expect 2 report all.db -o empty
complains "empty: there is something that is not a regular file"

finish
