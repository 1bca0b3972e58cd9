#!/usr/bin/env bash
# replay --gdb stops in the store before the cut and at the recovery from it; --images writes the flash around the cut.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# spoil PLUGIN CONDITION: the shrunk repro of its first violation for which the SQL condition holds, into repro.yaml.
spoil() {
  small_scenario | sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/$1.so|" >"$1.yaml"
  [[ -e $1.db ]] || expect 1 run "$1.yaml" --db "$1.db"
  sqlite3 "$1.db" "SELECT repro FROM v_violations JOIN v_findings USING (violation_id) WHERE repro_shrunk NOT NULL AND $2
    ORDER BY violation_id LIMIT 1" >repro.yaml
  [[ -s repro.yaml ]] || fail "$1: no violation where $2"
}

# Images: the recovery changes the flash; each has the device's size.
spoil writes_at_start "v_violations.fault = 'prefix'"
expect 1 replay repro.yaml --images images
is "cut1-after.bin cut1-before.bin cut1-recovered.bin" "$(cd images && echo *)" "images"
for image in images/*; do
  is 4096 "$(stat -c %s "$image")" "the size of $image"
  says "$image: the flash "
done
cmp -s images/cut1-after.bin images/cut1-recovered.bin && fail "a store that writes at its start wrote nothing"

# The commands that it prints work as they stand.
small_scenario | sed 's/engine: norkv/engine: norkv, redundancy: 2, checksum: none/; s/prefix, //' >torn.yaml
sed -i 's/store:/store: {/; s/  engine\(.*\)/  engine\1}/' torn.yaml
expect 1 run torn.yaml --db torn.db
sqlite3 torn.db "SELECT repro FROM v_violations LIMIT 1" >repro.yaml
expect 1 replay repro.yaml --images "two words"
says "--sector-size 512 --alignment 1 --redundancy 2 --format 0x600dbeef:none"
grep '^  powercut inspect' out >commands
is 3 "$(wc -l <commands)" "commands that inspect"
while read -r _ command; do
  status=0
  eval "\"\$POWERCUT\" $command" >inspected || status=$?
  [[ $status -le 1 ]] || fail "powercut $command: exit status $status"
  grep -q 'A start without repair has to answer' inspected || fail "powercut $command: decodes nothing"
done <commands

# Without a cut; a cut behind the last flash operation; two cuts; a store that falls over before it recovered.
spoil writes_at_start "v_violations.fault = 'none'"
expect 1 replay repro.yaml --images none
is violated.bin "$(cd none && echo *)" "images without a cut"
spoil acknowledges_early "v_violations.invariant = 'durable' AND v_violations.fault = 'between_ops'"
expect 1 replay repro.yaml --images behind
cmp behind/cut1-before.bin behind/cut1-after.bin || fail "a cut behind the last flash operation changes the flash"
expect 1 run writes_at_start.yaml --db deep.db --no-shrink --set power.depth=2
sqlite3 deep.db "SELECT repro FROM v_violations WHERE depth = 2 LIMIT 1" >deep.yaml
expect 1 replay deep.yaml --images deep
is 6 "$(find deep -name 'cut[12]-*.bin' | wc -l)" "images of two cuts"
spoil crashes "1"
cp repro.yaml crash.yaml
expect 1 replay crash.yaml --images crash
is "cut1-after.bin cut1-before.bin" "$(cd crash && echo *)" "images of a store that falls over"
cmp -s crash/cut1-before.bin crash/cut1-after.bin && fail "a torn program leaves nothing"

# What can't be.
: >blocked
expect 3 replay crash.yaml --images blocked
complains "blocked"
expect 2 replay crash.yaml --images images --gdb
status=0
PATH=/nowhere "$POWERCUT" replay crash.yaml --gdb >out 2>err || status=$?
is 3 "$status" "exit status without gdb"
complains "gdb is not installed"

have gdb "--gdb" || finish

# in_gdb FILE ARGUMENT...: runs gdb in batch mode.
in_gdb() {
  local file=$1
  shift
  "$POWERCUT" replay "$file" --gdb -- -batch "$@" >out 2>err || true
  last="replay $file --gdb"
}

# order TEXT...: the last output has these, in this order.
order() {
  local text line before=0
  for text in "$@"; do
    line=$(tail -n +"$((before + 1))" out | grep -nF -m 1 -- "$text" | cut -d : -f 1) || true
    if [[ -z $line ]]; then
      fail "$last: not printed, or not here: $text"
      cat out err >&2
      return
    fi
    before=$((before + line))
  done
}

# A plugin: its flash operation, its start, its fall.
in_gdb crash.yaml -ex 'print "one"' -ex continue -ex backtrace -ex continue -ex backtrace
order "powercut: just before the cut: the store asks for the flash operation" "_program (context" '"one"' \
  "powercut: just after the cut: the store starts" "start (memory=" "crashes.c" "pc_check_recovery" SIGABRT "crashes.c"

# A store that is built in, and a replay that goes on to its end.
sqlite3 torn.db "SELECT repro FROM v_violations LIMIT 1" >torn-repro.yaml
in_gdb torn-repro.yaml -ex backtrace -ex continue -ex backtrace -ex continue
order "just before the cut" "_program (context" "norkv_" "just after the cut" "store_start (memory=" "norkv_store.c" "VIOLATED "

# Only the last of two cuts is stopped at: in the recovery.
in_gdb deep.yaml -ex backtrace -ex continue -ex continue
order "just before the cut" "start (memory=" "pc_check_recovery" "just after the cut" "VIOLATED "
is 1 "$(grep -c 'just after the cut' out)" "recoveries that are stopped at"

# Where the store isn't running.
spoil acknowledges_early "v_violations.fault = 'none'"
in_gdb repro.yaml -ex continue
order "without a cut, just before the operation" "VIOLATED "

finish
