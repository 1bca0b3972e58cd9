#!/usr/bin/env bash
# A real store of another make: littlefs, as scripts/littlefs builds it, holds; with mistakes put into its source it
# doesn't. Skipped where Debian's sources are out of reach.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

build() {
  "$POWERCUT_SOURCE/scripts/littlefs" "$@" >out 2>err
}

# fails_with STATUS ARGUMENT...
fails_with() {
  local wanted=$1 status=0
  shift
  build "$@" || status=$?
  is "$wanted" "$status" "exit status of scripts/littlefs $*"
}

build --help || fail "scripts/littlefs --help fails"
says "Usage: scripts/littlefs --fetch DIR"
fails_with 2
fails_with 2 --build
fails_with 2 --build out --fetch source
mkdir empty
fails_with 2 --fetch empty
fails_with 3 --build out --source empty
absent out/liblittlefs.so
DEBIAN_MIRROR=http://127.0.0.1:9/ fails_with 3 --fetch nowhere
absent nowhere

# explore FOLDER STATUS OPTION...: explores the library in FOLDER, which must end with that status.
explore() {
  expect "$2" run "$1/littlefs.yaml" --db "$1.db" --jobs 2 --no-shrink --set power.aftermath=0 "${@:3}"
}

# spoil NAME FROM TO: littlefs with one text of its source in place of another.
spoil() {
  cp -r source "$1.source"
  FROM=$2 TO=$3 perl -0pi -e 's/\Q$ENV{FROM}\E/$ENV{TO}/ or exit 1' "$1.source/lfs2.c" ||
    fail "$1: littlefs has changed"
  build --build "$1" --source "$1.source" || fail "$1: $(cat err)"
}

for program in apt-get cc perl; do
  have "$program" "littlefs is not tried" || finish
done
if ! build --fetch source; then
  skip "littlefs is not tried: $(tail -n 1 err)" || finish
fi

build --build sound --source source || fail "$(cat err)"
explore sound 0
says "HELD: every invariant"
explore sound 0 --set store.memory=malloc --set store.folders=0 --set workload.operations=10
explore sound 2 --set store.cache_size=48
complains "cache_size whole ones of both"

# Its own sources say lfs where copies in products say lfs2.
mkdir own
for file in lfs2.c lfs2.h lfs2_util.c lfs2_util.h; do
  sed 's/lfs2/lfs/g; s/LFS2/LFS/g' "source/$file" >"own/${file/lfs2/lfs}"
done
build --build upstream --source own || fail "$(cat err)"
explore upstream 0 --set workload.operations=10

# What it doesn't promise: a file is there before it is closed.
explore sound 1 --set store.put=close --set workload.operations=10
says "VIOLATED: atomic"

spoil unchecked 'if (crc != dcrc) {' 'if (0) {'
explore unchecked 1
says "VIOLATED"

# Whether the flash behind the last commit is erased, taken for granted.
spoil trusting 'dir->erased = (fcrc_ == fcrc.crc);' 'dir->erased = true;'
explore trusting 1
says "device_contract"

finish
