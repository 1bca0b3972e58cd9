#!/usr/bin/env bash
# campaign: what scripts that run fuzzers write down.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# A campaign from its begin to its crashes. Inputs are any bytes.
expect 0 campaign begin powerloss libfuzzer/sanitized --db fuzz.db
is 1 "$(cat out)" "the first campaign"
expect 0 campaign begin mount afl/plain --db fuzz.db
is 2 "$(cat out)" "the second campaign"
expect 0 campaign progress 1 5 1000 200 30 --db fuzz.db
expect 0 campaign progress 1 10 2500 210 35 --db fuzz.db
expect 0 campaign progress 1 10 2501 210 35 --db fuzz.db
is "1|libfuzzer/sanitized|powerloss|10.0|2501|250.1|210|35|0" "$(sqlite3 fuzz.db "SELECT campaign_id, fuzzer, harness,
  seconds, executions, executions_per_second, edges, corpus, crashes FROM v_campaigns WHERE campaign_id = 1")" "a campaign"
is "5|1000|200|30 10|2501|210|35" "$(sqlite3 fuzz.db 'SELECT second, executions, edges, corpus FROM v_campaign_progress
  WHERE campaign_id = 1' | xargs)" "its progress"
printf 'PC\0\xff\x80' >input
printf 'P\0' >small
: >empty
expect 0 campaign crash 1 "durable prefix it's 'quoted'" input small --db fuzz.db
is new "$(cat out)" "a first crash"
expect 0 campaign crash 1 "durable prefix it's 'quoted'" small --db fuzz.db
is known "$(cat out)" "the same again"
expect 0 campaign crash 2 "durable prefix it's 'quoted'" empty --db fuzz.db
is new "$(cat out)" "the same signature in another harness"
expect 0 campaign begin powerloss afl/plain --db fuzz.db
expect 0 campaign crash 3 "durable prefix it's 'quoted'" small --db fuzz.db
is known "$(cat out)" "the same signature in a later campaign of the harness"
is "1|5043 00FF80|5000 2|| 3|5000|" "$(sqlite3 fuzz.db "SELECT campaign_id, substr(hex(input), 1, 4) ||
  iif(length(input) > 2, ' ' || substr(hex(input), 5), ''), coalesce(hex(minimized), '') FROM v_crashes" | xargs)" "the crashes"
expect 0 campaign list --db fuzz.db
is 4 "$(wc -l <out)" "campaigns and a heading"
says "libfuzzer/sanitized"
expect 0 campaign list --since 2 --db fuzz.db
is 3 "$(wc -l <out)" "campaigns from the second on"

# Coverage, as gcovr writes it; measured twice, the later counts.
cat >summary.json <<'E2'
{"line_total": 10, "line_covered": 9, "branch_total": 4, "branch_covered": 3, "root": ".",
 "files": [{"filename": "engine/src/put.c", "line_total": 10, "line_covered": 9, "branch_total": 4, "branch_covered": 3}]}
E2
expect 0 campaign coverage all 17 summary.json --at 2026-01-31T12:00:00Z --db fuzz.db
sed 's/"line_covered": 9/"line_covered": 10/g' summary.json >better.json
expect 0 campaign coverage all 18 better.json --at 2026-01-31T12:00:00Z --db fuzz.db
is "all|src/put.c|18|10|10|4|3 all|total|18|10|10|4|3" "$(sqlite3 fuzz.db "SELECT harness, file, inputs, lines,
  lines_reached, branches, branches_reached FROM v_corpus_coverage ORDER BY file" | xargs)" "coverage"
is ok "$(sqlite3 fuzz.db 'PRAGMA integrity_check; PRAGMA foreign_key_check')" "fuzz.db"

# Bad usage and bad input write nothing, and make no database.
sqlite3 fuzz.db .dump >before
# refuses MESSAGE ARGUMENT...
refuses() {
  local message=$1
  shift
  expect 2 campaign "$@"
  complains "$message"
}
refuses "it takes one of begin, progress, crash, coverage and list" --db fuzz.db
refuses "it takes one of begin, progress, crash, coverage and list" end 1 --db fuzz.db
refuses "begin takes 2 arguments, not 1" begin powerloss --db new.db
refuses "an argument is empty" begin '' libfuzzer --db new.db
refuses "'6' is one too many" progress 1 2 3 4 5 6 7 --db fuzz.db
for number in -1 x '' 1.5 9223372036854775808; do
  refuses "progress takes a whole number from 0 to 9223372036854775807, not '$number'" progress --db fuzz.db -- 1 "$number" 3 4 5
done
refuses "fuzz.db: there is no campaign 9" progress 9 1 1 1 1 --db fuzz.db
refuses "fuzz.db: there is no campaign 9" crash 9 signature input --db fuzz.db
refuses "none: cannot open" crash 1 signature none --db fuzz.db
refuses "none: cannot open" crash 1 signature input none --db fuzz.db
refuses "new.db: No such file" progress 1 1 1 1 1 --db new.db
refuses "new.db: No such file" list --db new.db
refuses "coverage needs --at TIME" coverage all 1 summary.json --db new.db
at=(--at 2026-01-31T12:00:00Z)
refuses "none.json: cannot open" coverage all 1 none.json "${at[@]}" --db new.db
refuses "input:1: not JSON" coverage all 1 input "${at[@]}" --db new.db
for wrong in '{}' '[]' '{"files": []}' "$(sed 's/"line_covered": 9/"line_covered": 11/' summary.json)" \
  "$(sed 's/"branch_total": 4/"branch_total": "4"/' summary.json)" "$(sed 's/"filename"/"name"/' summary.json)"; do
  printf '%s' "$wrong" >wrong.json
  refuses "wrong.json: not a summary as gcovr" coverage all 1 wrong.json "${at[@]}" --db new.db
done
absent new.db
printf 'text\n%.0s' {1..300} >text.db
refuses "text.db: not an SQLite database" begin powerloss libfuzzer --db text.db
sqlite3 fuzz.db .dump | cmp - before || fail "bad input changed the database"

# A disk that is full: what was done is kept.
status=0
"$POWERCUT" campaign begin powerloss libfuzzer --db kept.db >/dev/full 2>err || status=$?
is 3 "$status" "status when the number can't be printed"
is 1 "$(sqlite3 kept.db 'SELECT count(*) FROM v_campaigns')" "campaigns that were kept"
status=0
(ulimit -f 8 && trap '' XFSZ && "$POWERCUT" campaign begin powerloss libfuzzer --db full.db >out 2>err) || status=$?
is 3 "$status" "status when the database can't be made"
head -c 200000 /dev/urandom >large
status=0
blocks=$(($(stat -c %s fuzz.db) / 1024 + 1))
(ulimit -f "$blocks" && trap '' XFSZ && "$POWERCUT" campaign crash 1 large large --db fuzz.db >out 2>err) || status=$?
is 3 "$status" "status when a crash doesn't fit"
sqlite3 fuzz.db .dump | cmp - before || fail "what did not fit changed the database"

finish
