#!/usr/bin/env bash
# Ctrl-C ends a run, and what was done is kept.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# interrupted SIGNAL STATUS ARGUMENT...: starts a run, waits until it is in its database, stops it.
interrupted() {
  local signal=$1 wanted=$2 status=0
  shift 2
  "$POWERCUT" run "$@" --db kept.db >out 2>err &
  local run=$!
  for _ in {1..200}; do
    [[ $(sqlite3 kept.db 'SELECT count(*) FROM v_runs' 2>/dev/null) == 1 ]] && break
    sleep 0.05
  done
  sleep 1
  kill -s "$signal" "$run"
  wait "$run" || status=$?
  is "$wanted" "$status" "exit status of a run that got SIG$signal"
}

# Long enough to be interrupted on any machine.
small_scenario | sed 's/operations: 60/operations: 20000/; s/power: {/power: {depth: 2, /' >long.yaml

for signal in INT TERM; do
  rm -f kept.db
  interrupted "$signal" 3 long.yaml
  says "INTERRUPTED"
  grep -q HELD out && fail "an interrupted run claims that everything held"
  is "1 interrupted" "$(sqlite3 kept.db "SELECT cuts > 0, state FROM runs" -separator ' ')" "the run that is kept"
  is 1 "$(sqlite3 kept.db "SELECT count(*) > 0 FROM v_checks WHERE fault <> 'none'")" "the checks that are kept"
  is ok "$(sqlite3 kept.db 'PRAGMA integrity_check')" "the database"
done

rm kept.db
interrupted INT 3 long.yaml --json
is true "$(json .interrupted)" "interrupted, in JSON"

rm kept.db
sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/forgets_delete.so|" long.yaml >spoilt.yaml
interrupted INT 1 spoilt.yaml
says "INTERRUPTED"
says "VIOLATED:"

finish
