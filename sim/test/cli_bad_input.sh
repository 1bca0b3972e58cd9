#!/usr/bin/env bash
# Bad input gets a clear error, exit status 2, and nothing is written.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

small_scenario >small.yaml
traced='s/operations: 60/trace: bad.trace/; /keys: 5/d; /value_size/d; /mix:/d'

# refused SED-SCRIPT TEXT: the small scenario, so changed, is refused with that text, and no database is made.
refused() {
  sed -E "$1" small.yaml >bad.yaml
  cmp -s small.yaml bad.yaml && fail "the change '$1' changes nothing"
  expect 2 run bad.yaml --db new.db
  complains "powercut: bad.yaml:$2"
  is 1 "$(wc -l <err)" "lines that the error takes"
  absent new.db new.db-journal new.db-wal new-repros
}

refused 's/^power:/pover:/' "12: unknown key 'pover'; did you mean 'power'?"
refused 's/operations/operatoins/' "8: unknown key 'operatoins' in workload; did you mean 'operations'?"
refused 's/engine: norkv/engine: norvk/' "5: there is no engine 'norvk'; did you mean 'norkv'?"
refused 's/engine: norkv/engine: xylophone/' "5: there is no engine 'xylophone'; \`powercut stores' lists them"
refused 's/(engine: norkv)/\1\n  redundncy: 1/' "7: norkv has no parameter 'redundncy'; did you mean 'redundancy'?"
refused 's/(engine: norkv)/\1\n  redundancy: 17/' "5: norkv refuses its setup: '17' is no value of redundancy"
refused 's/(engine: norkv)/\1\n  redundancy: 8/' "5: norkv refuses its setup: norkv takes 2 to 65535 sectors"
refused 's/engine: norkv/plugin: .\/no.so/' "5: can't load the store: ./no.so:"
refused "s|engine: norkv|plugin: $POWERCUT_PLUGINS/configure_crashes.so|" \
  "5: spoilt can't be set up: the store brought its process down: Aborted"
refused 's/sectors: 8/sectors: 0/' "4: device.sectors must be 1 to 65535, not 0"
refused 's/sectors: 8/sectors: 99999999999999999999/' "4: "
refused 's/sectors: 8/sectors: eight/' "4: "
refused 's/[{]name: tiny.*/w25q128jw/' "3: unknown profile 'w25q128jw'; did you mean 'w25q128jv'?"
refused 's/prefix/prefxi/' "12: unknown fault class 'prefxi'; did you mean 'prefix'?"
refused 's/power: [{]/power: {depth: 9, /' "12: power.depth must be 1 to 8, not 9"
refused 's/operations: 60/operations: 0/' "8: workload.operations must be 1 to 100000000, not 0"
refused 's/operations: 60/operations: 100000000/' "7: its operations and values would take"
refused 's/^seed: 3/seed: 3\nseed: 4/' "14: 'seed' is given twice, first on line 13"
refused 's/^seed: 3/seed: [/' "14: not YAML"
refused '/^store:/,+1d' "1: 'store' is missing"
refused "$traced" "8: ./bad.trace: cannot open: No such file or directory"
printf 'put a 00\nput b 0g\n' >bad.trace
refused "$traced" "8: ./bad.trace:2: 'g' is not a hex digit"
printf 'put a 00\n\nput b\n' >bad.trace
refused "$traced" "8: ./bad.trace:3: "
printf 'put a 00\nremove b\n' >bad.trace
refused "$traced" "8: ./bad.trace:2: "
printf '# nothing\n' >bad.trace
refused "$traced" "8: ./bad.trace: the trace has no operations"
# What a file says can't steer the terminal.
refused 's/^power:/"\\x1b[2J":/' '12: unknown key '
grep -q $'\x1b' err && fail "an error prints an escape character"

expect 2 run missing.yaml
complains "missing.yaml: cannot open: No such file or directory"
expect 2 run .
head -c 4096 /dev/urandom >noise.yaml
expect 2 run noise.yaml
expect 2 run small.yaml --set power.dept=1
complains "unknown key 'dept' in power; did you mean 'depth'?"
expect 2 run small.yaml --set power.depth=99
complains "power.depth must be 1 to 8, not 99"
absent powercut.db

# A database to read that can't be one.
ln -s loop loop
for each in . /dev/zero loop "$(printf 'a%.0s' {1..300})"; do
  expect 2 report "$each" -o report.html
  complains "$each: "
  expect 2 merge merged.db "$each"
  complains "$each: "
done
absent report.html merged.db

# A database that is no such thing is left as it is.
# untouched FILE TEXT
untouched() {
  cp -- "$1" before
  expect 2 run small.yaml --db "$1"
  complains "$1: $2"
  cmp -- "$1" before || fail "$1 was changed"
  absent "$1-journal" "$1-wal" "$1-shm"
}
head -c 4096 /dev/urandom >noise.db
untouched noise.db "not an SQLite database"
sqlite3 foreign.db 'CREATE TABLE t (a); INSERT INTO t VALUES (1)'
untouched foreign.db "an SQLite database, but not one of powercut"
expect 0 run small.yaml --db newer.db
sqlite3 newer.db 'PRAGMA user_version = 1000'
untouched newer.db "its schema is version 1000"

# The environment's failures are told apart.
expect 3 run small.yaml --db no/such/folder.db
complains "no/such/folder.db: can't be written: No such file or directory"
# Root may write everywhere; anyone else is told that it may not, and not that nothing is there.
mkdir locked
chmod 555 locked
if [[ $(id -u) -ne 0 ]]; then
  expect 3 run small.yaml --db locked/new.db
  complains "locked/new.db: can't be written: Permission denied"
fi

# Repros.
expect 2 replay missing.yaml
complains "missing.yaml: cannot open: No such file or directory"
expect 2 replay small.yaml
complains "small.yaml:"
expect 2 replay noise.yaml

finish
