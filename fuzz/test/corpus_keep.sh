#!/usr/bin/env bash
# scripts/corpus keep, report and minimize, with a fuzzer that is a script: what is offered to it, what is kept of what it
# picks, and that nothing is lost where it fails.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the sources; FUZZ_BIN, the runners.
set -euo pipefail
# shellcheck source=/dev/null
source "$POWERCUT_SOURCE/sim/test/cli_help.bash"

mkdir -p scripts build/release build/fuzz-plain corpus/powerloss/{seeds,regressions,coverage} fuzz-work/powerloss/corpus
cp "$POWERCUT_SOURCE"/scripts/{corpus,fuzz-lib} scripts/
printf '#!/usr/bin/env bash\nexit 0\n' | tee scripts/setup >scripts/build
chmod +x scripts/*
ln -s "$FUZZ_BIN/fuzz_powerloss_run" build/release/
# Like libFuzzer: merges what is new by its bytes into its first folder, all of it; else it tells what there is.
cat >build/fuzz-plain/fuzz_powerloss <<'END_OF_FUZZER'
#!/usr/bin/env bash
printf '%s\n' "$@" >called
if [[ $1 != -merge=1 ]]; then
  echo "#$(find "${@: -1}" -type f | wc -l) INITED cov: 12 ft: 30"
  exit 0
fi
ls "${@: -1}" >offered
[[ ! -e broken ]] || { echo "it is broken"; exit 1; }
for file in "${@: -1}"/*; do
  cp "$file" "${@: -2:1}/$(sha1sum <"$file" | cut -d ' ' -f 1)"
done
END_OF_FUZZER
chmod +x build/fuzz-plain/fuzz_powerloss

# keep HARNESS...: runs it; prints its exit status, and leaves what it says in out and err.
keep() {
  local status=0
  scripts/corpus keep "$@" >out 2>err || status=$?
  echo "$status"
}

seeds=("$POWERCUT_SOURCE"/corpus/powerloss/seeds/*)
cp "${seeds[0]}" corpus/powerloss/seeds/first
cp "${seeds[1]}" corpus/powerloss/regressions/second
name=$(sha1sum <"${seeds[2]}" | cut -d ' ' -f 1)
cp "${seeds[2]}" "corpus/powerloss/coverage/$name" # what is there
cp "${seeds[2]}" "fuzz-work/powerloss/corpus/$name" # and what a campaign began with
cp "${seeds[3]}" fuzz-work/powerloss/corpus/grown
printf garbage >fuzz-work/powerloss/corpus/refused
{
  cat -- "${seeds[3]}"
  head -c 2000 /dev/zero
} >fuzz-work/powerloss/corpus/large
before=$(sha1sum corpus/powerloss/{seeds,regressions}/*)

# Of both places what is small; of that what the runner takes.
is 0 "$(keep powerloss)" "keep's exit status: $(<err)"
is "corpus/powerloss/coverage: 2 inputs" "$(<out)" "what keep says"
is "$(printf '%s\n' grown refused "$name" | sort)" "$(sort offered)" "inputs that the fuzzer is offered"
is "$(sha1sum <"${seeds[3]}" | cut -d ' ' -f 1) $name" "$(find corpus/powerloss/coverage -type f -printf '%f\n' |
  sort | paste -sd ' ' | awk -v n="$name" '{ print $1 == n ? $2 " " $1 : $0 }')" "inputs that are kept"
is "$before" "$(sha1sum corpus/powerloss/{seeds,regressions}/*)" "seeds and regressions"
grep -qx -- "-max_len=$("$FUZZ_BIN/fuzz_powerloss_run" --max-size)" called || fail "the fuzzer is not told how long inputs may be"
grep -qx -- "-use_counters=0" called || fail "how often edges are met counts"

# Again it comes to the same, and without a campaign's work, too.
kept=$(sha1sum corpus/powerloss/coverage/*)
rm -r fuzz-work
is 0 "$(keep powerloss)" "keep's second exit status: $(<err)"
is "$kept" "$(sha1sum corpus/powerloss/coverage/*)" "inputs that are kept again"

# A fuzzer that fails costs nothing.
touch broken
is 3 "$(keep powerloss)" "exit status with a broken fuzzer"
grep -q "it is broken" err || fail "what the fuzzer says is not told: $(<err)"
is "$kept" "$(sha1sum corpus/powerloss/coverage/*)" "inputs after a merge that failed"
rm broken

# What is what: a line for each part, but for what ends the fuzzer.
mkdir corpus/powerloss/open
printf crash >corpus/powerloss/open/crash
scripts/corpus report powerloss >out
is "coverage 2|regressions 1|seeds 1" "$(awk 'NR > 1 { print $2, $3 }' out | grep -v '^corpus ' | sort | paste -sd '|')" "parts that report tells of"
is 12 "$(awk '$2 == "seeds" { print $5 }' out)" "edges that report tells of"

# Bad usage changes nothing.
for arguments in "keep no_such_harness" "keeps" ""; do
  status=0
  # shellcheck disable=SC2086 # words
  scripts/corpus $arguments >out 2>err || status=$?
  is 2 "$status" "exit status of scripts/corpus $arguments"
done
is "$kept" "$(sha1sum corpus/powerloss/coverage/*)" "inputs after bad usage"

finish
