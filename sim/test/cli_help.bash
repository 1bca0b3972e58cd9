# What the outside tests of the command share. Source it; then `expect` runs the command, and what follows looks at the
# output, in $folder/out and $folder/err. Each failure is printed; `finish` ends the test. What can't be tested on this
# machine is no pass: ctest counts a test that ends with 77 as skipped.

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd -- "$folder"
failures=0
untested=0
last=

fail() {
  printf '%s: %s\n' "$(basename -- "$0" .sh)" "$*" >&2
  failures=$((failures + 1))
}

# have PROGRAM PART: whether it is installed; without it, that part of the test is skipped.
have() {
  command -v "$1" >/dev/null && return
  skip "without $1, $2"
}

# skip WHAT: what is not tested here, and why. It fails, so that it may end a condition.
skip() {
  printf 'SKIPPED: %s: %s\n' "$(basename -- "$0" .sh)" "$1"
  untested=1
  return 1
}

# expect STATUS ARGUMENT...: runs the command, which must end with that status.
expect() {
  local wanted=$1 status=0
  shift
  last=$*
  "$POWERCUT" "$@" >"$folder/out" 2>"$folder/err" || status=$?
  if [[ $status -ne $wanted ]]; then
    fail "powercut $last: exit status $status in place of $wanted"
    head -n 20 -- "$folder/err" >&2
  fi
}

# says FIXED-TEXT: the last command printed it on standard output.
says() {
  grep -qF -- "$1" "$folder/out" || {
    fail "powercut $last: does not print: $1"
    head -n 40 -- "$folder/out" >&2
  }
}

# complains FIXED-TEXT: the last command printed it on standard error.
complains() {
  grep -qF -- "$1" "$folder/err" || {
    fail "powercut $last: does not complain: $1"
    head -n 20 -- "$folder/err" >&2
  }
}

# is WANTED ACTUAL WHAT
is() {
  [[ "$1" == "$2" ]] || fail "$3: '$2' in place of '$1'"
}

# json [OPTION...] FILTER: what jq makes of the last output.
json() {
  jq -r "$@" "$folder/out" || fail "powercut $last: jq can't apply $*"
}

# absent PATH...: none of them is there.
absent() {
  local path
  for path in "$@"; do
    [[ ! -e $path ]] || fail "powercut $last: left $path behind"
  done
}

# A small scenario that holds; with a store of your own, or another line in place of one, by sed.
small_scenario() {
  cat <<'END'
name: small
device:
  profile: {name: tiny, sector_size: 512, program_unit: 1}
  sectors: 8
store:
  engine: norkv
workload:
  operations: 60
  keys: 5
  value_size: {min: 0, max: 40}
  mix: {put: 75, delete: 15, get: 4, maintain: 3, reboot: 3}
power: {faults: [between_ops, prefix, bit_subset], samples: 2, limit: 8}
seed: 3
END
}

finish() {
  if [[ $failures -gt 0 ]]; then
    exit 1
  fi
  [[ $untested -eq 0 ]] || exit 77
  exit 0
}
