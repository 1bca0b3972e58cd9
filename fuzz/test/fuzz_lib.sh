#!/usr/bin/env bash
# What the fuzzing scripts share, with fuzzers that are scripts: crashing inputs of a corpus, and several machines.
# Environment: POWERCUT, the command; POWERCUT_SOURCE, the sources; FUZZ_BIN, the runners.
set -euo pipefail
# shellcheck source=/dev/null
source "$POWERCUT_SOURCE/sim/test/cli_help.bash"
# shellcheck source=/dev/null
source "$POWERCUT_SOURCE/scripts/fuzz-lib"
# shellcheck disable=SC2034,SC2154 # for fuzz-lib; of cli_help
database=$folder/fuzz.db

mkdir -p build/release build/fuzz
ln -s "$FUZZ_BIN/fuzz_powerloss_run" build/release/
# Like libFuzzer: an input of the corpus that crashes ends it, before anything else is done.
cat >build/fuzz/fuzz_powerloss <<'E2'
#!/usr/bin/env bash
corpus=$1 prefix=${2#-artifact_prefix=}
for file in "$corpus"/*; do
  if grep -q CRASH "$file"; then
    cp "$file" "${prefix}crash-$(sha1sum <"$file" | cut -d ' ' -f 1)"
    exit 77
  fi
done
echo "#100 DONE cov: 12 ft: 30 corp: $(ls "$corpus" | wc -l)/9b"
sleep 1
E2
chmod +x build/fuzz/fuzz_powerloss

# folder_of NAME: a work folder of the harness.
folder_of() {
  mkdir -p "$1"/{corpus,crashes,found,afl,logs}
}

folder_of one
printf fine >one/corpus/fine
printf 'CRASH 1' >one/corpus/a
printf 'CRASH 1' >one/corpus/same_as_a
printf 'CRASH 2' >one/corpus/b
campaign_begin powerloss libfuzzer/sanitized 0 one
fuzz_one powerloss libfuzzer/sanitized 0 2 one ''
is fine "$(ls one/corpus)" "what is left of the corpus"
is 2 "$(find one/crashes -type f | wc -l)" "crashes that were kept"
note_progress one ''
is "100|12|1" "$(sqlite3 fuzz.db 'SELECT min(executions, 100), edges, corpus FROM v_campaigns')" "the campaign"

# What can't run at all is given up, and said.
folder_of broken
printf '#!/bin/sh\nexit 1\n' >build/fuzz/fuzz_powerloss
fuzz_one powerloss libfuzzer/sanitized 0 60 broken '' 2>err
grep -q 'libFuzzer ends and leaves no crash' err || fail "a fuzzer that can't run is not told of"

# A mistake that is known, as an input in corpus/HARNESS/open, is told of and is nothing new. With a runner that finds in
# an input what it says.
folder_of known
mkdir -p corpus/powerloss/open
cat >build/fuzz/fuzz_powerloss_run <<'E2'
#!/usr/bin/env bash
if [[ $1 == --shrink ]]; then
  cp -- "$2" "$3"
  exit
fi
for file in "$@"; do
  printf 'FOUND %s: %s\n' "$file" "$(cat "$file")"
done
exit 1
E2
chmod +x build/fuzz/fuzz_powerloss_run
campaign_begin powerloss libfuzzer/sanitized 0 known
printf 'durable: a key is lost' >corpus/powerloss/open/lost
cp corpus/powerloss/open/lost known/crashes/
collect powerloss known '' >out
# shellcheck disable=SC2154 # of fuzz-lib
is 0 "$found_new" "new findings where there is a known one"
is 'OPEN powerloss: durable: a key is lost' "$(cat out)" "what is told of it"
# Another one is new once, and then known to the database.
printf 'atomic: neither before nor after' >known/crashes/torn
for expected in 1:NEW 0:KNOWN; do
  collect powerloss known '' >out
  is "${expected%:*}" "$found_new" "new findings"
  is "${expected#*:}" "$(sed -n 's/ powerloss: atomic: neither before nor after$//p' out)" "what is told of it"
done

# Two machines: what the other one sent is older than the last exchange here, and comes in; what crashed stays out.
folder_of two
exchange two
mkdir -p two/afl/other-1/{queue,crashes} two/afl/here-1/{queue,crashes}
printf new >two/afl/other-1/queue/id:000000
printf known >two/afl/other-1/queue/id:000001
printf 'CRASH 1' >two/afl/other-1/queue/id:000002
touch -d '2 days ago' two/afl/other-1/queue/*
cp two/afl/other-1/queue/id:000001 "two/corpus/$(printf known | sha1sum | cut -d ' ' -f 1)"
printf 'CRASH 1' | sha1sum | cut -d ' ' -f 1 >two/logs/taken_out
exchange two
is 2 "$(find two/corpus -type f | wc -l)" "inputs after the exchange"
grep -qx new two/corpus/* || fail "what the other machine found did not come in"
# Its crashes are its own to tell.
printf mine >two/afl/here-1/crashes/id:000000
printf theirs >two/afl/other-1/crashes/id:000000
printf 'by libFuzzer' >two/crashes/crash-1
is "two/afl/here-1/crashes/id:000000 two/crashes/crash-1" "$(crashes_of two here | xargs)" "this machine's crashes"
printf '7 libfuzzer/sanitized 0\n' >two/logs/0.campaign
printf '8 afl/sanitized 0\n' >two/logs/1.campaign
is 8 "$(campaign_of two/afl/here-1/crashes/id:000000 two)" "the campaign of a crash of AFL++"
is 7 "$(campaign_of two/crashes/crash-1 two)" "the campaign of a crash of libFuzzer"

finish
