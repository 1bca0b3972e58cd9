#!/usr/bin/env bash
# Shrinking: a run's repros become small by default, the same for any number of workers, and replay --shrink does it to a
# file. Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores; POWERCUT_SOURCE, the tree.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

small_scenario | sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/forgets_delete.so|" >spoilt.yaml

# operations FILE: of a repro.
operations() {
  grep -cE '^    (put|delete|get|maintain|reboot)' "$1"
}

# As they were found.
expect 1 run spoilt.yaml --db plain.db --no-shrink --json
is 0 "$(sqlite3 plain.db 'SELECT count(repro_shrunk) FROM v_findings')" "repros that --no-shrink shrinks"
is null "$(json '.first_violations[0].operations_shrunk')" "operations that --no-shrink leaves"

# The first of each invariant and class is shrunk, in the database and in its file; nothing else changes.
expect 1 run spoilt.yaml --db small.db --jobs 1
says "    shrunk from "
everything="SELECT invariant, fault, depth, operation, flash_operation, key, expected, actual, repro_found, count
  FROM v_violations JOIN v_findings USING (violation_id, run_id, invariant, fault, operation) ORDER BY violation_id"
is "$(sqlite3 plain.db "$everything")" "$(sqlite3 small.db "$everything")" "what was found"
is "$(sqlite3 small.db 'SELECT min(violation_id) FROM v_findings GROUP BY invariant, fault ORDER BY 1')" \
  "$(sqlite3 small.db 'SELECT violation_id FROM v_findings WHERE repro_shrunk NOT NULL ORDER BY 1')" "those that are shrunk"
for file in small-repros/*.yaml; do
  number=${file#small-repros/run1-}
  [[ $(sqlite3 small.db "SELECT repro FROM v_violations WHERE violation_id = ${number%%-*}") == "$(<"$file")" ]] ||
    fail "$file is not what is in the database"
done

# What several invariants share is said: one mistake breaks them.
says "    shrunk from 5 operations to 3, the same as for atomic"

# Small: a put, a delete, and for some what is cut.
mkdir elsewhere
while read -r id invariant; do
  sqlite3 small.db "SELECT repro FROM v_violations WHERE violation_id = $id" >elsewhere/repro.yaml
  [[ $(operations elsewhere/repro.yaml) -le 4 ]] || fail "$(operations elsewhere/repro.yaml) operations show $invariant"
  cd elsewhere
  expect 1 replay repro.yaml
  cd ..
  says "VIOLATED $invariant: "
  says ", as was recorded"
done < <(sqlite3 -separator ' ' small.db 'SELECT violation_id, invariant FROM v_findings WHERE repro_shrunk NOT NULL')

# The same for any number of workers.
expect 1 run spoilt.yaml --db small3.db --jobs 3
shrunk='SELECT violation_id, repro_shrunk FROM v_findings'
is "$(sqlite3 small.db "$shrunk")" "$(sqlite3 small3.db "$shrunk")" "repros that 3 workers shrink"

# The last violation of a run, which no run shrinks, and in place.
sqlite3 plain.db "SELECT repro FROM v_violations WHERE invariant = 'atomic' ORDER BY violation_id DESC LIMIT 1" >late.yaml
before=$(operations late.yaml)
[[ $before -gt 20 ]] || fail "the late violation comes after $before operations"
expect 1 replay late.yaml --shrink -o late.yaml
after=$(operations late.yaml)
[[ $after -le 4 ]] || fail "$after operations are left of $before"
says "atomic: $before operations -> $after, 1 cuts -> 1, "
says "written to late.yaml"
expect 1 replay late.yaml
says ", as was recorded"

# A store that falls over stays one that falls over.
sed "s|forgets_delete|crashes|" spoilt.yaml >crashes.yaml
expect 1 run crashes.yaml --db crashes.db
sqlite3 crashes.db "SELECT repro FROM v_violations LIMIT 1" >crash.yaml
is 1 "$(operations crash.yaml)" "operations that make it fall over"
expect 1 replay crash.yaml
says "the store brought its process down: Aborted"

# Of the operations that fill a store until it collects garbage none can be left out; long values fill it with few.
sed '/^power:/,$d; s/operations: 400/operations: 100/' "$POWERCUT_SOURCE/sim/scenarios/chunk.yaml" >chunk.yaml
echo 'power: {faults: [two_phase_erase]}' >>chunk.yaml
expect 1 run chunk.yaml --db chunk.db
sqlite3 chunk.db "SELECT repro FROM v_violations LIMIT 1" >filled.yaml
[[ $(operations filled.yaml) -le 10 ]] || fail "$(operations filled.yaml) operations fill the chunk store"
expect 1 replay filled.yaml
says ", as was recorded"

# Nothing to shrink, and what can't be.
sed "s|forgets_delete.so|sound.so|" late.yaml >sound.yaml
expect 0 replay sound.yaml --shrink -o gone.yaml
says "HELD: the violation of atomic that was recorded does not show; nothing is written."
absent gone.yaml
expect 2 replay late.yaml --shrink
expect 2 replay late.yaml -o gone.yaml
expect 3 replay late.yaml --shrink -o no/such/folder.yaml
complains "no/such/folder.yaml: can't be written: No such file or directory"

finish
