#!/usr/bin/env bash
# Each test that the tables of behaviours in README.md name exists, and a row that names none says that it is not
# offered.
# Environment: NORKV_SOURCE, the engine's folder.
# shellcheck disable=SC2016 # backticks are Markdown's
set -euo pipefail

fail() {
  printf 'behaviours: %s\n' "$*" >&2
  exit 1
}

section=$(sed -n '/^## As pw_kvs does/,/^## Wear policies/p' "$NORKV_SOURCE/README.md")
rows=$(grep -E '^\| ' <<<"$section" | grep -vE '^\| (behaviour|fault of `pw_kvs`) \|') || fail 'no rows'
[[ $(grep -cE '^\| [0-9]+\. ' <<<"$rows") -eq 11 ]] || fail 'the table of faults has not eleven rows'
[[ $(wc -l <<<"$rows") -ge 40 ]] || fail 'the tables have lost rows'

unnamed=$(grep -vE '\| `[a-z_]+::[a-z0-9_]+`.* \|$' <<<"$rows" |
  grep -vE '\| not offered: .* \| - \|$') || true
[[ -z $unnamed ]] || fail "neither a test nor a reason: $unnamed"

tests=$(sed -nE 's/^Test\(([a-z_]+), ([a-z0-9_]+)[,)].*/\1::\2/p' "$NORKV_SOURCE"/test/test_*.c)
while read -r name; do
  grep -qxF "$name" <<<"$tests" || fail "there is no test $name"
done < <(grep -oE '[a-z_]+::[a-z0-9_]+' <<<"$rows" | sort -u)
