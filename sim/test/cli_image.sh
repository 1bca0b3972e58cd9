#!/usr/bin/env bash
# Starting from a dump: what is on it is kept through cuts, in shards, after a kill and in a repro that needs no file.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
tree=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../..
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

rows="SELECT operations, cuts, recoveries, deduplicated, violations, segments FROM runs;
  SELECT invariant, fault, depth, checks, failures FROM checks ORDER BY 1, 2, 3;
  SELECT invariant, fault, operation, cut_path, repro, count FROM violations ORDER BY violation_id"

# Flashes that pw_kvs wrote, with keys of their own. One has no checksums: torn entries pass for
# whole, which powercut finds.
cp "$tree/engine/test/golden/021_tombstones.bin" works.bin
cp "$tree/engine/test/golden/022_no_checksum.bin" fails.bin
# from_dump IMAGE SECTORS SECTOR-SIZE FORMAT
from_dump() {
  small_scenario | sed "s/sector_size: 512/sector_size: $3/; s/sectors: 8/sectors: $2\n  image: $1/
    s/engine: norkv/engine: norkv\n  formats: \"$4\"/; s/between_ops, prefix, bit_subset/between_ops, prefix/"
}
from_dump works.bin 6 1024 0x600dbeef:crc16_ccitt | sed 's/, prefix\]/]/' >works.yaml
from_dump fails.bin 4 2048 0x600dbeef:none >fails.yaml
expect 0 run works.yaml --db works.db
says "  image       ./works.bin: 3 keys"
expect 0 run works.yaml --db works.db --set 'power.cuts={soak: 1500}'
says "each from the image on"
expect 0 run "$tree/sim/scenarios/field.yaml" --db works.db --set power.depth=1

# The same on any number of workers, in shards, and after a kill.
expect 1 run fails.yaml --db one.db --jobs 1 --no-shrink
says "VIOLATED: durable atomic"
expect 1 run fails.yaml --db three.db --jobs 3 --no-shrink
is "$(sqlite3 one.db "$rows")" "$(sqlite3 three.db "$rows")" "three workers"
for shard in 1 2; do
  "$POWERCUT" run fails.yaml --db part-$shard.db --shard $shard/2 --no-shrink >/dev/null || [[ $? -eq 1 ]] ||
    fail "shard $shard"
done
expect 0 merge merged.db part-{1,2}.db
is "$(sqlite3 one.db "$rows")" "$(sqlite3 merged.db "$rows")" "two shards"
from_dump works.bin 6 1024 0x600dbeef:crc16_ccitt | sed 's/, prefix\]/]/; s/operations: 60/operations: 4000/' >longer.yaml
"$POWERCUT" run longer.yaml --db stopped.db --jobs 1 --no-shrink >/dev/null 2>&1 &
for _ in {1..600}; do
  [[ $(sqlite3 stopped.db 'SELECT explored > 0 FROM v_progress' 2>/dev/null) != 1 ]] || break
  sleep 0.02
done
kill -s KILL $! 2>/dev/null || true
wait $! 2>/dev/null || true
if [[ $(sqlite3 stopped.db "SELECT state FROM runs") == running ]]; then
  expect 0 run longer.yaml --db stopped.db --resume
fi
expect 0 run longer.yaml --db whole.db
is "$(sqlite3 whole.db "$rows")" "$(sqlite3 stopped.db "$rows")" "after a kill"

# A repro holds the image: it needs no file, also when it was made small.
expect 1 run fails.yaml --db small.db
sqlite3 small.db "SELECT shrunk FROM violations WHERE shrunk IS NOT NULL ORDER BY violation_id LIMIT 1" >small.yaml
sqlite3 small.db "SELECT repro FROM violations ORDER BY violation_id LIMIT 1" >found.yaml
mv fails.bin elsewhere.bin
for repro in small.yaml found.yaml; do
  is 1 "$(grep -c '^  image: |' $repro)" "images in $repro"
  expect 1 replay $repro
  says "the store starts on the image"
  says "VIOLATED "
done
[[ $(grep -cE '^    (put|delete|get|maintain|reboot)' small.yaml) -le 2 ]] || fail "the repro is not small"

# Mistakes are told with their place, and nothing is written.
refused() {
  expect 2 "${@:2}" --db none.db
  complains "$1"
  absent none.db
}
refused "fails.yaml:5: ./fails.bin: cannot open: No such file or directory" run fails.yaml
head -c 8000 elsewhere.bin >fails.bin
refused "fails.yaml:5: ./fails.bin has 8000 bytes, but 4 sectors of 2048 bytes are 8192" run fails.yaml
refused "--set device.image: ./fails.bin has 8000 bytes, but 6 sectors of 1024 bytes are 6144" run works.yaml --set device.image=fails.bin
refused "works.yaml:5: device.image: a comparison begins on blank flash" compare works.yaml --vary store.policy=greedy,hybrid

# Another image is another run: what is finished isn't taken for it.
expect 0 run works.yaml --db again.db
printf '\0' | dd of=works.bin bs=1 seek=6143 conv=notrunc status=none
expect 2 run works.yaml --db again.db --resume
complains "nothing to resume: it has no unfinished run of this scenario"
expect 0 run works.yaml --db again.db --set power.depth=1
is 2 "$(sqlite3 again.db 'SELECT count(DISTINCT fingerprint) FROM runs')" "fingerprints of two images"

finish
