#!/usr/bin/env bash
# A full disk: what was committed is kept, and once there is room --resume does the rest and ends with the same rows.
# Environment: POWERCUT, the command.
set -euo pipefail
# A file system can be mounted by root, or by anyone who may be root in a name space of his own.
if [[ -z ${PC_MAY_MOUNT:-} ]]; then
  export PC_MAY_MOUNT=1
  if [[ $(id -u) -ne 0 ]] && unshare --map-root-user --mount true 2>/dev/null; then
    exec unshare --map-root-user --mount bash "$0"
  fi
fi
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

mkdir disk
mount -t tmpfs -o size=16m tmpfs disk 2>err || skip "a full disk: $(head -n 1 err)" || finish
# shellcheck disable=SC2154 # of cli_help.bash
trap 'umount "$folder/disk" 2>/dev/null; rm -rf -- "$folder"' EXIT

# rows DATABASE: all that the run found, but for times.
rows() {
  sqlite3 "$1" "SELECT cuts, recoveries, deduplicated, violations, state, segments FROM runs;
    SELECT invariant, fault, depth, checks, failures FROM checks ORDER BY 1, 2, 3;
    SELECT invariant, fault, operation, cut_path, repro, count, segment FROM violations ORDER BY violation_id;
    SELECT segment, cuts, recoveries, aftermaths, deduplicated, violations FROM segments ORDER BY 1"
}

# What it finds takes more room than what is left.
small_scenario | sed 's/operations: 60/operations: 1500/; s/engine: norkv/engine: norkv\n  checksum: none/' >fails.yaml
expect 1 run fails.yaml --db straight.db --no-shrink
rows straight.db >straight.rows
cp straight.db disk/full.db
sqlite3 disk/full.db 'PRAGMA foreign_keys = ON; DELETE FROM runs; DELETE FROM sqlite_sequence; VACUUM'
room=$(df --output=avail --block-size=1024 disk | tail -n 1)
head -c $(((room - 80) * 1024)) /dev/zero >disk/filler
expect 3 run fails.yaml --db disk/full.db --repros repros --no-shrink
complains "disk/full.db: database or disk is full"
is ok "$(sqlite3 disk/full.db 'PRAGMA integrity_check')" "the database on a full disk"
is 1 "$(sqlite3 disk/full.db 'SELECT count(*) FROM v_runs')" "the run on a full disk"
rm disk/filler
expect 1 run fails.yaml --db disk/full.db --repros repros --no-shrink --resume
rows disk/full.db >resumed.rows
cmp resumed.rows straight.rows || fail "other rows after a full disk"

# No room for a page or a repro: said, and nothing half-written is left.
head -c 16777216 /dev/zero >disk/filler 2>/dev/null || true
expect 3 report straight.db -o disk/report.html
complains "disk/report.html"
absent disk/report.html disk/report.html.tmp

finish
