#!/usr/bin/env bash
# What `cmake --install` leaves works by itself: the command from any folder, and the public headers.
# Environment: POWERCUT, the command in its build tree.
set -euo pipefail

fail() {
  printf 'install: %s\n' "$*" >&2
  exit 1
}

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cmake --install "$(dirname -- "$POWERCUT")" --prefix "$folder/prefix" >/dev/null

cd /
"$folder/prefix/bin/powercut" devices >"$folder/devices"
grep -q '^w25q128jv\b' "$folder/devices" || fail "the installed command does not know the profile w25q128jv"
[[ -s $folder/prefix/share/powercut/profiles/w25q128jv.yaml ]] || fail "there is no profile to copy"

for header in norkv/norkv.h norkv/flash.h powercut/store.h; do
  printf '#include <%s>\nint main(void) { return 0; }\n' "$header" >"$folder/use.c"
  "${CC:-cc}" -std=c11 -Wall -Wextra -Werror -pedantic -I "$folder/prefix/include" -fsyntax-only "$folder/use.c" ||
    fail "$header needs more than what is installed"
done
