#!/usr/bin/env bash
# Updates in the field: the store goes on with other parameters, wherever the workload is run, cut, kept and replayed.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

old=0x6b76c32c:crc32c new=0x6b76c32d:crc32c
# updated UPDATE...: the small scenario with these updates.
updated() {
  small_scenario | sed "s/engine: norkv/engine: norkv\n  formats: \"$old\"/; s/  mix:/  updates: [$*]\n  mix:/"
}
rows="SELECT operations, cuts, recoveries, deduplicated, violations, segments FROM runs;
  SELECT invariant, fault, depth, checks, failures FROM checks ORDER BY 1, 2, 3;
  SELECT invariant, fault, operation, cut_path, repro, count FROM violations ORDER BY violation_id"

# A migration that works, and one that forgets what the version before it wrote.
updated "{after: 20, store: {alignment: 64}}, {after: 40, store: {redundancy: 2, formats: \"$new,$old\"}}" >works.yaml
updated "{after: 30, store: {formats: \"$new\"}}" >forgets.yaml
expect 0 run works.yaml --db works.db
says "62 operations"
says "2 updates of the store"
expect 1 run forgets.yaml --db forgets.db --jobs 1 --no-shrink
is 1 "$(sqlite3 forgets.db "SELECT count(*) > 0 AND min(operation) >= 30 FROM violations")" \
  "violations before the update"

# The same on any number of workers, in shards, and after a stop.
for scenario in works forgets; do
  status=0
  [[ $scenario == works ]] || status=1
  expect $status run $scenario.yaml --db one.db --jobs 1 --no-shrink
  expect $status run $scenario.yaml --db three.db --jobs 3 --no-shrink
  is "$(sqlite3 one.db "$rows")" "$(sqlite3 three.db "$rows")" "$scenario on three workers"
  for shard in 1 2 3; do
    "$POWERCUT" run $scenario.yaml --db part-$shard.db --shard $shard/3 --no-shrink >/dev/null || [[ $? -eq 1 ]] ||
      fail "$scenario: shard $shard"
  done
  expect 0 merge merged.db part-{1,2,3}.db
  is "$(sqlite3 one.db "$rows")" "$(sqlite3 merged.db "$rows")" "$scenario in three shards"
  rm -f one.db three.db part-*.db merged.db
done

# The same after it was killed.
longer=(works.yaml --set power.depth=2 --set power.limit=64 --no-shrink)
"$POWERCUT" run "${longer[@]}" --db stopped.db --jobs 1 >/dev/null 2>&1 &
for _ in {1..600}; do
  [[ $(sqlite3 stopped.db 'SELECT explored > 0 FROM v_progress' 2>/dev/null) != 1 ]] || break
  sleep 0.02
done
kill -s KILL $! || fail 'the run to be killed is gone'
wait $! 2>/dev/null || true
expect 0 run "${longer[@]}" --db stopped.db --resume
expect 0 run "${longer[@]}" --db one.db
is "$(sqlite3 one.db "$rows")" "$(sqlite3 stopped.db "$rows")" "after a kill"

# A repro carries the update, also when it was made small, and replays.
expect 1 run forgets.yaml --db small.db --set 'power.faults=[between_ops]'
sqlite3 small.db "SELECT shrunk FROM violations WHERE shrunk IS NOT NULL ORDER BY violation_id LIMIT 1" >repro.yaml
is 1 "$(grep -c '^    update formats=0x6b76c32d:crc32c$' repro.yaml)" "updates in the small repro"
[[ $(grep -cE '^    (put|delete|get|maintain|reboot|update)' repro.yaml) -le 4 ]] || fail "the repro is not small"
expect 1 replay repro.yaml
says "update formats=0x6b76c32d:crc32c"
says "VIOLATED"
expect 1 run forgets.yaml --db soak.db --set 'power.cuts={soak: 500}' --no-shrink
sqlite3 soak.db "SELECT repro FROM violations WHERE cut_path <> '[]' ORDER BY violation_id LIMIT 1" >soaked.yaml
[[ ! -s soaked.yaml ]] || expect 1 replay soaked.yaml
expect 0 run works.yaml --db soak.db --set 'power.cuts={soak: 2000, consecutive: 3}'

# A trace has updates as lines; a plugin's parameters change as norkv's do.
printf 'put a 01\nput b 02\nupdate redundancy=2 policy=hybrid\nput a 03\nupdate redundancy=1\ndelete b\n' >field.trace
small_scenario | sed '/^  operations/,/^  mix/d; s/^workload:/workload: {trace: field.trace}/' >trace.yaml
expect 0 run trace.yaml --db trace.db --set power.depth=2
says "6 operations"

# Mistakes are told with their place, and nothing is written.
refused() {
  expect 2 "${@:2}" --db none.db
  complains "$1"
  absent none.db
}
updated '{after: 3, store: {redundance: 2}}' >bad.yaml
refused "bad.yaml:12: norkv has no parameter 'redundance'; did you mean 'redundancy'?" run bad.yaml
updated '{after: 3, store: {redundancy: 17}}' >bad.yaml
refused "bad.yaml:12: norkv refuses its setup: '17' is no value of redundancy" run bad.yaml
updated '{after: 61, store: {redundancy: 2}}' >bad.yaml
refused "bad.yaml:12: workload.updates[0].after is 61, the workload has 60 operations" run bad.yaml
printf 'put a 01\nupdate redundancy\n' >field.trace
refused "field.trace:2: an update takes NAME=VALUE, not 'redundancy'" run trace.yaml
printf 'put a 01\nupdate policy=greed\n' >field.trace
refused "field.trace:2: norkv refuses its setup: 'greed' is no value of policy" run trace.yaml
refused "works.yaml:12: workload.updates: an update of the store is not compared" compare works.yaml --vary store.policy=greedy,hybrid

finish
