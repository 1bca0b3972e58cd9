#!/usr/bin/env bash
# new-store: its skeleton builds without a warning, runs, and holds; nothing is ever overwritten.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

expect 0 new-store --help
says "Usage: powercut new-store"
says "Exit status:"

# It builds as it is, under the warnings of this project, and holds.
expect 0 new-store mine
is "mine/mine.c mine/Makefile mine/scenario.yaml" "$(head -n 3 out | xargs)" "the files it tells of"
says "make -C mine check"
is "Makefile mine.c scenario.yaml" "$(cd mine && printf '%s ' * | xargs)" "the files it writes"
! grep -r '@NAME' mine || fail "a place in the skeleton was not filled in"
export PATH="${POWERCUT%/*}:$PATH"
for compiler in gcc clang; do
  if have "$compiler" "whether it takes the skeleton"; then
    make -s -C mine clean
    make -s -C mine CC="$compiler" CFLAGS="-O2 -Wpedantic -Wconversion -Wshadow -Wmissing-declarations -Werror" ||
      fail "the skeleton does not build with $compiler"
  fi
done
make -s -C mine check >out || fail "the skeleton's scenario does not hold: $(cat out)"
says "HELD: every invariant"
expect 0 run mine/scenario.yaml --db own.db --set store.record_size=128 --set power.depth=1
expect 2 run mine/scenario.yaml --db own.db --set store.record_size=16
complains "record_size must be 32 to 256 bytes"

# Whichever of its files is there: it says so, and writes none.
for file in mine.c Makefile scenario.yaml; do
  mkdir other
  echo "precious" >"other/$file"
  expect 2 new-store mine --output other
  complains "other/$file is there already"
  is "$file" "$(ls other)" "the files after a refusal"
  is "precious" "$(cat "other/$file")" "the file that was there"
  rm -r other
done
ln -s nowhere other.c
mkdir other && mv other.c other/
expect 2 new-store other
absent nowhere
touch file
expect 2 new-store mine --output file
expect 3 new-store mine --output no/such/folder
absent no

expect 0 new-store A-store_2 --output "a folder"
[[ -s "a folder/A-store_2.c" ]] || fail "--output is not followed"
for name in '' 2 -x../y a.b 'a b' ../up 'a/b' é _x aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; do
  expect 2 new-store -- "$name"
  complains "is no name for a store"
done
expect 2 new-store
complains "a NAME is missing"
expect 2 new-store one two
complains "'two' is one too many"

# The headers: the tree's, and once it is installed, those beside it.
expect 0 new-store --include
is "$POWERCUT_SOURCE/sim/include" "$(cat out)" "the headers of the tree"
cmake --install "${POWERCUT%/*}" --prefix "$PWD/prefix" >/dev/null
"$PWD/prefix/bin/powercut" new-store --include >out
[[ "$(cat out)" -ef "$PWD/prefix/include" ]] || fail "the headers of an installed command: $(cat out)"
make -s -C mine clean
make -s -C mine POWERCUT="$PWD/prefix/bin/powercut" || fail "the skeleton does not build on what is installed"

finish
