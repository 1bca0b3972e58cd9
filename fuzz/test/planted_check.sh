#!/usr/bin/env bash
# Each planted mistake still applies to the engine as it is, and compiles: one that doesn't tests nothing any more.
# Environment: POWERCUT_SOURCE, the sources.
set -euo pipefail

if [[ ${1-} == --help ]]; then
  sed -n '2,3s/^# //p' "$0"
  exit 0
fi

fail() {
  printf 'planted_check: %s\n' "$1" >&2
  exit 1
}

cd -- "$POWERCUT_SOURCE"
scripts/planted --check || fail 'make the patch again by hand, so that it plants the same mistake in the engine of today'

# One that doesn't apply is said to.
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
mkdir -p "$scratch/scripts" "$scratch/fuzz/test/planted"
cp -r engine "$scratch"
cp scripts/planted "$scratch/scripts"
sed 's/^-  return /-  returns /' fuzz/test/planted/01_*.patch >"$scratch/fuzz/test/planted/stale.patch"
status=0
said=$("$scratch/scripts/planted" --check) || status=$?
[[ $status -eq 3 && $said == *'DOES NOT APPLY'* ]] || fail "of a stale patch it says: $said (status $status)"
