#!/usr/bin/env bash
# Ctrl-C ends a run, its workers too, and what was done is kept.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

run=

# await WHAT COMMAND...: waits until the command succeeds, at most 30 s.
await() {
  local what=$1
  shift
  for _ in {1..600}; do
    if "$@"; then
      return
    fi
    sleep 0.05
  done
  fail "waited too long for $what"
}

has_workers() {
  [[ $(pgrep --count --parent "$run") -eq $1 ]]
}

is_gone() {
  ! kill -0 "$run" 2>/dev/null || [[ $(ps --no-headers -o stat "$run") == Z* ]]
}

# are_gone PIDS: separated by spaces.
are_gone() {
  # shellcheck disable=SC2086
  [[ -z $(ps --no-headers -o pid $1) ]]
}

# start ARGUMENT...: starts a run in the background, and waits until its three workers are at it.
start() {
  rm -f kept.db
  "$POWERCUT" run "$@" --db kept.db --jobs 3 >out 2>err &
  run=$!
  await "three workers" has_workers 3
  sleep 1
}

# stop SIGNAL STATUS: stops it, which must end with that status and leave no worker behind.
stop() {
  local status=0 workers
  workers=$(pgrep --parent "$run" | xargs)
  kill -s "$1" "$run"
  await "the end of a run that got SIG$1" is_gone
  kill -s KILL "$run" 2>/dev/null || true
  wait "$run" || status=$?
  is "$2" "$status" "exit status of a run that got SIG$1"
  await "the end of the workers of a run that got SIG$1" are_gone "$workers"
}

# Long enough to be interrupted on any machine, and with a baseline run that is soon over.
small_scenario | sed 's/operations: 60/operations: 2000/; s/power: {/power: {depth: 2, /' >long.yaml

for signal in INT TERM; do
  start long.yaml
  stop "$signal" 3
  says "INTERRUPTED"
  grep -q HELD out && fail "an interrupted run claims that everything held"
  is "1 interrupted" "$(sqlite3 kept.db "SELECT cuts > 0, state FROM runs" -separator ' ')" "the run that is kept"
  is 1 "$(sqlite3 kept.db "SELECT count(*) > 0 FROM v_checks WHERE fault <> 'none'")" "the checks that are kept"
  is ok "$(sqlite3 kept.db 'PRAGMA integrity_check')" "the database"
done

start long.yaml --json
stop INT 3
is true "$(json .interrupted)" "interrupted, in JSON"

sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/forgets_delete.so|" long.yaml >spoilt.yaml
start spoilt.yaml
stop INT 1
says "INTERRUPTED"
says "VIOLATED:"

# Killed, it leaves a database that opens, and no worker.
start spoilt.yaml
stop KILL 137
is "ok 1 1" "$(sqlite3 kept.db 'PRAGMA integrity_check; SELECT count(*) FROM v_runs; SELECT count(*) > 0 FROM v_violations' |
  xargs)" "the database of a run that was killed"

# Closed standard streams stay so: nothing that the run opens gets their numbers.
rm kept.db
"$POWERCUT" run long.yaml --db kept.db --jobs 3 <&- >&- 2>&- &
run=$!
await "three workers" has_workers 3
for stream in 0 1 2; do
  is /dev/null "$(readlink "/proc/$run/fd/$stream")" "what stands in for standard stream $stream"
done
stop INT 3

finish
