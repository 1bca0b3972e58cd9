#!/usr/bin/env bash
# inspect: reads every golden image as pw_kvs did, tells what it holds, and refuses what can't be an image.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

golden=$POWERCUT_SOURCE/engine/test/golden
manifest=$golden/manifest.json

# golden_image CASE: the arguments that inspect a case of the manifest, into `arguments`.
golden_image() {
  mapfile -t arguments < <(jq -r --arg name "$1" '.cases[] | select(.name == $name) |
    .image, "--sector-size", .sector_size, "--alignment", .alignment, "--redundancy", .redundancy,
    (.formats[] | "--format", "\(.magic):\(.checksum)")' "$manifest")
  arguments[0]=$golden/${arguments[0]}
}

count=0
while read -r name; do
  golden_image "$name"
  expect 0 inspect --json "${arguments[@]}"
  wanted=$(jq -c --arg name "$name" '.cases[] | select(.name == $name) | {status: .init,
    status_without_repair: .init_manual,
    entries: (.entries | to_entries | sort_by(.key) |
      map({key: .key, value: (if .value == "-" then "" else .value end)}))}' "$manifest")
  actual=$(json -c '{status, status_without_repair, entries: (.entries | map({key, value}))}')
  is "$wanted" "$actual" "$name"
  redundancy=$(jq --arg name "$name" '.cases[] | select(.name == $name) | .redundancy' "$manifest")
  is 0 "$(json "[.entries[] | select(.copies > $redundancy or .copies < 1)] | length")" "$name: entries with odd copies"
  expect 0 inspect "${arguments[@]}"
  count=$((count + 1))
done < <(jq -r '.cases[].name' "$manifest")
is 32 "$count" "golden images"

# The whole of a small one, byte for byte: `status` and `entries` come first.
golden_image 002_one_key
expect 0 inspect --json "${arguments[@]}"
beginning='{"status":"OK","entries":[{"key":"6b31","value":"1122","transaction_id":1,"copies":1}],'
[[ $(cat out) == "$beginning"* ]] || fail "002_one_key does not begin with $beginning"
is '{"state":"live","address":4096,"size":32,"magic":"0x600dbeef","transaction_id":1,"key":"6b31","value":"1122"}' \
  "$(json -c '.all[0]')" "the entry of 002_one_key"
is '{"sector":1,"used_bytes":32,"free_bytes":4064,"blank_gap":false,"damaged":0}' "$(json -c '.sectors[1]')" \
  "the sector of 002_one_key"
expect 0 inspect "${arguments[@]}"
says "4 sectors of 4096 bytes"
says "0x001000       1  live     32  0x600dbeef            1  k1   1122"
says "Live keys (1):"
says "answers OK and reads the live contents as listed"

# Without --format it reads what pw_kvs and norkv write by default.
expect 0 inspect "$golden/002_one_key.bin" --sector-size 4096 --json
is 6b31 "$(json '.entries[0].key')" "the key that is read with the default formats"
# With another checksum there is only damage, and norkv sees the same.
expect 0 inspect "$golden/002_one_key.bin" --sector-size 4096 --format 0x600dbeef:crc32c --json
is "DATA_LOSS 0 1" "$(json '"\(.status_without_repair) \(.entries | length) \(.damaged)"')" "another checksum"

# Damage and missing copies are told.
golden_image 027_lost_sector_r2
expect 0 inspect --json "${arguments[@]}"
is true "$(json '.missing_copies > 0')" "027_lost_sector_r2 lacks copies"
golden_image 025_corrupt_newest
expect 0 inspect "${arguments[@]}"
says "damaged"
says "A start without repair has to answer DATA_LOSS."

# Keys that could steer a terminal don't.
printf '\xef\xbe\x0d\x60\x00\x00\x00\x00\x00\x03\x01\x00\x01\x00\x00\x00\x1b[mA' >hostile.bin
head -c 12 /dev/zero >>hostile.bin
head -c 4064 /dev/zero | tr '\0' '\377' >>hostile.bin
expect 0 inspect hostile.bin --sector-size 512 --format 0x600dbeef:none
says "hex:1b5b6d"
grep -q $'\x1b' out && fail "inspect prints an escape character"

# The image is only read.
cp "$golden/029_torn_program.bin" copy.bin
expect 0 inspect copy.bin --sector-size 1024
cmp copy.bin "$golden/029_torn_program.bin" || fail "inspect changes the image"

# Where norkv can't start, the decoder still tells.
head -c 512 "$golden/015_geom8x512.bin" >one_sector.bin
expect 1 inspect one_sector.bin --sector-size 512 --json
is INVALID "$(json .status)" "status of a setup that norkv does not take"
is true "$(json '.refusal | contains("norkv")')" "the reason is given"
expect 1 inspect one_sector.bin --sector-size 512
says "Not started: norkv refuses its setup"

# Where norkv reads something else than the decoder, both are told. Two entries of one key and one transaction ID that
# say different things, which no store writes: the decoder takes the first, norkv the second.
# entry KEY VALUE: of one byte each, without a checksum, transaction 1.
entry() {
  printf '\xef\xbe\x0d\x60\x00\x00\x00\x00\x00\x01\x01\x00\x01\x00\x00\x00%s%s' "$1" "$2"
  head -c 14 /dev/zero
}
# blank BYTES
blank() {
  head -c "$1" /dev/zero | tr '\0' '\377'
}
{
  entry k 1
  blank 480
  entry k 2
  blank 480
} >contradiction.bin
expect 1 inspect contradiction.bin --sector-size 512 --format 0x600dbeef:none --json
is 'OK ["k: the image holds 31, norkv reads 32"]' "$(json -c '"\(.status) \(.differences)"')" "a difference in JSON"
expect 1 inspect contradiction.bin --sector-size 512 --format 0x600dbeef:none
says "answers OK and reads something else (1 differences):"
says "  k: the image holds 31, norkv reads 32"

# More keys than norkv's index can hold: it does not start, and that is told.
{
  # shellcheck disable=SC2183
  printf '\xef\xbe\x0d\x60\0\0\0\0\0\x05\0\0\x01\0\0\0%05d\0\0\0\0\0\0\0\0\0\0\0' {1..65001}
  blank 736
} >keys.bin
expect 1 inspect keys.bin --sector-size 8192 --format 0x600dbeef:none --json
is "FULL 65001" "$(json '"\(.status) \(.entries | length)"')" "more keys than the index holds"
expect 1 inspect keys.bin --sector-size 8192 --format 0x600dbeef:none
says "answers FULL."

# Bad input.
head -c 1000 /dev/zero >odd.bin
: >empty.bin
expect 2 inspect odd.bin --sector-size 512
complains "odd.bin: its size, 1000 bytes, is no multiple of the sector size, 512 bytes"
expect 2 inspect empty.bin --sector-size 512
complains "empty.bin: the file is empty"
expect 2 inspect missing.bin --sector-size 512
complains "missing.bin: cannot open: No such file or directory"
expect 2 inspect . --sector-size 512
expect 2 inspect odd.bin
complains "--sector-size is missing"
expect 2 inspect --sector-size 512
complains "an IMAGE is missing"
expect 2 inspect odd.bin odd.bin --sector-size 500
expect 2 inspect odd.bin --sector-size 500 --alignment 16
complains "alignment"
for option in '--sector-size 0' '--sector-size 15' '--sector-size 16777217' '--sector-size 5e2' \
  '--sector-size 500 --alignment 0' '--sector-size 500 --alignment 4097' '--sector-size 500 --redundancy 0' \
  '--sector-size 500 --redundancy 17'; do
  # shellcheck disable=SC2086
  expect 2 inspect odd.bin $option
  complains "takes a whole number from"
done
for format in 0x600dbeef crc32c 0x1ffffffff:none :none 0x:none 600dbeef:none '0x1 :none'; do
  expect 2 inspect odd.bin --sector-size 500 --alignment 4 --format "$format"
  complains "--format takes MAGIC:CHECKSUM"
done
expect 2 inspect odd.bin --sector-size 500 --format 1:crc32
complains "did you mean 'crc32c'?"
expect 2 inspect odd.bin --sector-size 500 --alignment 4 --format 1:none --format 1:crc32c
complains "same magic"
expect 2 inspect odd.bin --sector-size 500 --alignment 4 --format 0xffffffff:none
complains "erased"
nine=(--format 1:none --format 2:none --format 3:none --format 4:none --format 5:none --format 6:none --format 7:none
  --format 8:none --format 9:none)
expect 2 inspect odd.bin --sector-size 500 "${nine[@]}"
complains "--format can be given 8 times"

finish
