#!/usr/bin/env bash
# devices, stores, faults and invariants: what there is, for people and for machines, with the same names.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

invariants="mountable durable atomic deleted_stays_deleted exact_contents stable writable device_contract redundant \
well_formed detected bounded wear_spread"
expect 0 invariants
is "$invariants" "$(awk '{print $1}' out | xargs)" "the invariants"
expect 0 invariants --json
is "$invariants" "$(json '.invariants[].name' | xargs)" "the invariants in JSON"
is 0 "$(json '[.invariants[] | select(.summary | length == 0)] | length')" "invariants without a summary"

expect 0 faults
is "T0 between_ops T1 prefix T2 unit_subset T3 bit_subset T4 two_phase_erase T6 metastable T7 ecc T8 collateral T9 worn - bit_rot" "$(awk '{print $1, $2}' out | xargs)" \
  "the fault classes"
expect 0 faults --json
is "between_ops prefix unit_subset bit_subset two_phase_erase metastable ecc collateral worn bit_rot" "$(json '.faults[].name' | xargs)" \
  "the fault classes in JSON"

expect 0 stores
says "norkv  "
says "redundancy"
expect 0 stores --json
is "norkv" "$(json '.stores[0].name')" "the first store"
is "1" "$(json '.stores[] | select(.name == "norkv") | .parameters[] | select(.name == "redundancy") | .fallback')" \
  "norkv's fallback for redundancy"

expect 0 devices
for device in ideal w25q128jv mx25r6435f stm32l4 stm32g4 stm32h7 nrf52840 rp2040_w25q16; do
  grep -q "^$device  " out || fail "devices does not list $device"
done
listed=$(awk '{print $1}' out | xargs)
expect 0 devices --json
is "$listed" "$(json '.devices[].name' | xargs)" "the devices in JSON"
expect 0 devices w25q128jv
says "4,096 bytes"
says "100,000 erases"
expect 0 devices --json w25q128jv
is "4096 1 256 100000" "$(json '[.sector_size, .program_unit, .page_size, .endurance] | map(tostring) | join(" ")')" \
  "the facts of w25q128jv"
is "32768 120000 65536 150000" "$(json '[.erase_blocks[] | .size, .erase_typical_us] | map(tostring) | join(" ")')" \
  "the blocks of w25q128jv"
expect 0 devices --json stm32h7
is "zeros 131072 null 4000000" \
  "$(json '[.reprogram, .sector_size, .program_maximum_us, .erase_maximum_us] | map(tostring) | join(" ")')" \
  "the facts of stm32h7"
expect 0 devices stm32h7
says "not known"
says "only to zeros"
expect 0 devices nrf52840
says "403 of units between erases"
expect 0 devices "$POWERCUT_SOURCE/sim/profiles/nrf52840.yaml"
says "4 bytes"
# A dump in the form of JESD216: the headers, and the basic flash parameter table of a MX25R6435F.
{
  printf '\x53\x46\x44\x50\x06\x01\x00\xff\x00\x06\x01\x10\x10\x00\x00\xff'
  printf '\xe5\x20\xf1\xff\xff\xff\xff\x03\x44\xeb\x08\x6b\x08\x3b\x04\xbb\xee\xff\xff\xff\xff\xff\x00\xff'
  printf '\xff\xff\x00\xff\x0c\x20\x0f\x52\x10\xd8\x00\xff\x23\x72\xf5\x00\x82\xed\x04\xcc\x44\x83\x48\x44'
  printf '\x30\xb0\x30\xb0\xf7\xc4\xd5\x5c\x00\xbe\x29\xff\xf0\xd0\xff\xff'
} >dump.bin
expect 0 devices --import-sfdp dump.bin
says "DWORD 10"
cp out part.yaml
expect 0 devices --json ./part.yaml
is "4096 48000 384000" "$(json '[.sector_size, .erase_typical_us, .erase_maximum_us] | map(tostring) | join(" ")')" \
  "what an imported profile says"
head -c 70 dump.bin >short.bin
expect 2 devices --import-sfdp short.bin
complains "short.bin: it ends at byte 70"
[[ ! -s out ]] || fail "a dump that is refused leaves half a profile"
expect 2 devices --import-sfdp no-such.bin
expect 2 devices --import-sfdp dump.bin w25q128jv
expect 2 devices --import-sfdp dump.bin --json
expect 2 devices w25q182jv
complains "w25q128jv"
expect 2 devices ./no-such.yaml
complains "./no-such.yaml"

finish
