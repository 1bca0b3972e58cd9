#!/usr/bin/env bash
# replay: tells what happened around the cut, and whether it still does.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# spoil PLUGIN: explores the small scenario with that store, into results.db and repros/.
spoil() {
  small_scenario | sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/$1.so|" >spoilt.yaml
  rm -rf results.db repros
  expect 1 run spoilt.yaml --db results.db --repros repros --no-shrink
}

# repro_where CONDITION: the repro of the first violation for which the SQL condition holds, into repro.yaml.
repro_where() {
  sqlite3 results.db "SELECT repro FROM v_violations WHERE $1 ORDER BY violation_id LIMIT 1" >repro.yaml
  [[ -s repro.yaml ]] || fail "no violation where $1"
}

# line TEXT: the number of the first line of the last output that holds it.
line() {
  grep -nF -m 1 -- "$1" out | cut -d : -f 1
}

# A cut in the middle of the workload: the operations before it are counted, the one that was cut is told.
spoil acknowledges_early
repro_where "invariant = 'atomic' AND fault = 'bit_subset' AND operation > 10"
operation=$(sqlite3 results.db "SELECT operation FROM v_violations WHERE invariant = 'atomic' AND fault = 'bit_subset'
  AND operation > 10 ORDER BY violation_id LIMIT 1")
expect 1 replay repro.yaml
says "  device  tiny x 8"
says "shows   atomic, cut in flash operation "
says "operations 0 to $((operation - 3)): "
for text in "operation $((operation - 2)): " "operation $operation: " "POWER LOST in it: bit_subset" \
  "bits cleared" "recovery 1: the store starts on what is on flash" "VIOLATED atomic: " "expected" "actual" \
  "VIOLATED: "; do
  says "$text"
done
says "as was recorded"
[[ $(line "operation $operation: ") -lt $(line "POWER LOST") && $(line "POWER LOST") -lt $(line "recovery 1:") &&
  $(line "recovery 1:") -lt $(line "VIOLATED atomic") ]] || fail "the story is not in its order"
# The first 16 bytes of a torn program: erased before, something else after.
grep -A 3 "POWER LOST" out | grep -qE '^ +- 0x[0-9a-f]{6} ( ff){16}  \|\.{16}\|$' || fail "no hexdump before the tear"
grep -A 4 "POWER LOST" out | grep -E '^ +\+ 0x' | grep -qvE '( ff){16}' || fail "no hexdump after the tear"
[[ $(wc -l <out) -lt 80 ]] || fail "the story is long"

# --all tells every operation.
expect 1 replay repro.yaml --all
is "$((operation + 1))" "$(grep -cE '^operation [0-9]+: ' out)" "operations that --all tells"
grep -q -- --all out && fail "--all leaves something out"

# Without a cut.
repro_where "invariant = 'durable' AND fault = 'none'"
expect 1 replay repro.yaml
says "shows   durable, without a cut"
says "VIOLATED durable: "
grep -q "POWER LOST" out && fail "a cut is told where there was none"

# A cut that leaves nothing of its flash operation, and one in a recovery.
repro_where "fault = 'between_ops' AND operation < 60"
expect 1 replay repro.yaml
says "Nothing of it reached the flash."
expect 1 run spoilt.yaml --db results.db --repros repros --no-shrink --set power.depth=2
repro_where "depth = 2"
expect 1 replay repro.yaml
says ", then in flash operation "
says "recovery 2: "
is 2 "$(grep -c 'POWER LOST' out)" "cuts that are told"

# A cut after the last operation.
rm results.db
expect 1 run spoilt.yaml --db results.db --repros repros --no-shrink --set workload.operations=4
repro_where "operation = 4 AND fault = 'between_ops'"
expect 1 replay repro.yaml
says "POWER LOST after the last operation"

# An erase is told in short.
spoil writes_at_start
expect 1 replay "$(find repros -name 'run1-1-*')"

# The same repro on a store that is sound: it holds, and the verdict says so.
spoil forgets_delete
repro_where "invariant = 'deleted_stays_deleted' AND fault = 'prefix'"
sed "s|forgets_delete.so|sound.so|" repro.yaml >sound.yaml
cmp -s repro.yaml sound.yaml && fail "the repro does not name its store"
expect 0 replay sound.yaml
says "HELD: every invariant. The violation of deleted_stays_deleted that was recorded does not show."

# A store that brings its process down, ends it or never comes back: the story is told up to there.
spoil crashes
repro_where "invariant = 'mountable' AND fault = 'prefix'"
for end in "crashes:the store brought its process down" "exits:the store ended its process with status" \
  "hangs:the store never came back"; do
  sed "s|crashes.so|${end%%:*}.so|" repro.yaml >end.yaml
  expect 1 replay end.yaml
  for text in "recovery 1: the store starts" "VIOLATED mountable: " "${end#*:}" "VIOLATED: mountable, as was recorded"; do
    says "$text"
  done
done

# What the checks ask after the last recovery is told as far as it failed there: a put of a new key, a second start.
spoil read_only_after_repair
repro_where "invariant = 'writable'"
expect 1 replay repro.yaml
grep -A 2 '^the checks:' out | grep -qE '^  put .*: answered FULL$' || fail "the put that is refused is not told"
[[ $(line "recovery 1:") -lt $(line "the checks:") && $(line "the checks:") -lt $(line "VIOLATED writable") ]] ||
  fail "the checks are not told in their place"
spoil writes_at_start
repro_where "invariant = 'stable' AND fault = 'prefix' AND actual NOT LIKE '%after recovery%'"
expect 1 replay repro.yaml
grep -A 1 '^  the store starts again: answered OK' out | grep -q '^  flash operation 0: program' ||
  fail "what a second start writes is not told"

# So is an aftermath, the end of it, or all. Made small, what it did is part of the workload.
spoil forgets_delete
repro_where "actual LIKE '%more operations%' AND actual LIKE '%cut, the last by%'"
expect 1 replay repro.yaml
says "the aftermath: the store goes on from there"
grep -qE '^  \([0-9]+ calls before that; --all tells them\)$' out || fail "it is not said how much of the aftermath is left out"
is 1 "$(sed '1,/^the aftermath/d; /^VIOLATED/,$d' out | grep -c 'POWER LOST')" "cuts at the end of an aftermath"
short=$(wc -l <out)
[[ $short -lt 200 ]] || fail "an aftermath takes $short lines"
is "$(grep -oE 'after recovery and [0-9]+ more' out | head -n 1 | tr -dc 0-9)" "$(grep -oE 'after recovery and [0-9]+ more' repro.yaml |
  head -n 1 | tr -dc 0-9)" "operations of the aftermath"
expect 1 replay repro.yaml --all
grep -q -- --all out && fail "--all leaves something of an aftermath out"
[[ $(wc -l <out) -gt $short ]] || fail "--all tells no more of an aftermath"
expect 1 replay repro.yaml --shrink -o repro.yaml
expect 1 replay repro.yaml
grep -q "aftermath" out && fail "a repro that is made small still has an aftermath"
[[ $(grep -c '^operation ' out) -le 4 ]] || fail "what an aftermath found takes $(grep -c '^operation ' out) operations"

# What can't be replayed.
spoil forgets_delete
repro_where "invariant = 'deleted_stays_deleted' AND fault = 'prefix'"
sed 's/flash_operation: [0-9]*/flash_operation: 4000000/' repro.yaml >far.yaml
expect 2 replay far.yaml
complains "4000000"
sed "s|forgets_delete.so|no_such.so|" repro.yaml >lost.yaml
expect 2 replay lost.yaml
complains "lost.yaml:"
expect 2 replay spoilt.yaml
expect 2 replay missing.yaml
complains "missing.yaml: cannot open"
status=0
"$POWERCUT" replay repro.yaml >/dev/full 2>err || status=$?
is 3 "$status" "exit status with a full disk"

# Lines that changed alike are told once, unless all are asked for.
zeros=$(printf '%0128d' 0)
cat >alike.yaml <<END
repro: 1
invariant: durable
cut_path: [{flash_operation: 1, fault: between_ops, variant: 0}]
device: {profile: {name: tiny, sector_size: 512, program_unit: 1}, sectors: 4}
store: {engine: norkv}
workload:
  inline: |
    put a $zeros
    put b 01
END
expect 0 replay alike.yaml
says "(and 3 more lines like that)"
expect 0 replay alike.yaml --all
grep -qF "like that" out && fail "--all leaves lines out"

finish
