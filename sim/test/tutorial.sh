#!/usr/bin/env bash
# The tutorial in sim/store/README.md, word for word: each block of commands is run in one shell, in an empty folder, and
# what it prints is compared with the block that follows. There, a line or a part of a line that is "..." is anything.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the source tree.
set -euo pipefail

tutorial=$POWERCUT_SOURCE/sim/store/README.md
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
export PATH="${POWERCUT%/*}:$PATH"
unset POWERCUT # the reader has none

# Blocks as files: 01.sh and 01.text, 02.sh and so on. A text block belongs to the commands before it.
mkdir "$folder/blocks" "$folder/work"
awk -v folder="$folder/blocks" '
  /^```/ && inside { inside = 0; close(file); next }
  /^```sh$/ { count++; inside = 1; file = sprintf("%s/%02d.sh", folder, count); next }
  /^```text$/ { inside = 1; file = sprintf("%s/%02d.text", folder, count); next }
  inside { print > file }
' "$tutorial"

# matches TEXT OUTPUT: each line of TEXT is in OUTPUT, in this order, with nothing between but where TEXT has "...".
matches() {
  awk '
    function fits(pattern, line,    part, count, i, at) {
      if (pattern !~ /\.\.\./) return pattern == line
      count = split(pattern, part, /\.\.\./)
      if (index(line, part[1]) != 1) return 0
      line = substr(line, length(part[1]) + 1)
      for (i = 2; i <= count; i++) {
        if (part[i] == "") continue
        at = index(line, part[i])
        if (at == 0) return 0
        line = substr(line, at + length(part[i]))
      }
      return part[count] == "" || line == ""
    }
    NR == FNR { pattern[++patterns] = $0; next }
    { line[++lines] = $0 }
    END {
      at = 1
      skip = 0
      for (i = 1; i <= patterns; i++) {
        if (pattern[i] == "...") { skip = 1; continue }
        while (skip && at <= lines && !fits(pattern[i], line[at])) at++
        if (at > lines || !fits(pattern[i], line[at])) {
          print "not printed, or not here: " pattern[i] > "/dev/stderr"
          exit 1
        }
        at++
        skip = 0
      }
      if (!skip && at <= lines) { print "one line too many: " line[at] > "/dev/stderr"; exit 1 }
    }' "$1" "$2"
}

# One shell for all blocks, so that variables and the folder stay: each block ends with a mark in its output.
ran=0
untested=0
state=$folder/state
echo "cd '$folder/work'" >"$state"
for block in "$folder"/blocks/*.sh; do
  number=$(basename -- "$block" .sh)
  if grep -q -- ' --gdb ' "$block" && ! command -v gdb >/dev/null; then
    echo "SKIPPED: tutorial: without gdb, block $number"
    untested=1
    continue
  fi
  status=0
  bash -euo pipefail -c 'source "$1"; source "$2"; { declare -p repro 2>/dev/null || true; echo "cd \"$PWD\""; } >"$1"' \
    tutorial "$state" "$block" >"$folder/out" 2>"$folder/err" || status=$?
  if [[ $status -ne 0 ]]; then
    printf 'tutorial: block %s ends with %s:\n' "$number" "$status" >&2
    cat -- "$block" "$folder/out" "$folder/err" >&2
    exit 1
  fi
  if [[ -e ${block%.sh}.text ]] && ! matches "${block%.sh}.text" "$folder/out"; then
    printf 'tutorial: block %s prints something else:\n' "$number" >&2
    cat -- "$block" "$folder/out" "$folder/err" >&2
    exit 1
  fi
  ran=$((ran + 1))
done
[[ $ran -ge 8 ]] || { echo "tutorial: only $ran blocks were found" >&2; exit 1; }
echo "tutorial: $ran blocks ran as they are written"
[[ $untested -eq 0 ]] || exit 77 # ctest counts it as skipped
