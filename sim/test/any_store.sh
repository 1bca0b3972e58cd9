#!/usr/bin/env bash
# Stores of every make run and pass: with global state, with malloc, with a lock of their own, without iteration. Each is
# norkv inside, so what was checked must be the same as for norkv itself, row by row.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the folder of the stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

# checks STORE: explores with it and prints what was checked, and what failed.
checks() {
  small_scenario | sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/$1.so|" >"$1.yaml"
  expect 0 run "$1.yaml" --db "$1.db" --jobs 2
  sqlite3 "$1.db" "SELECT invariant, fault, depth, checks, failures FROM v_checks ORDER BY 1, 2, 3" >"$1.checks"
}

checks sound
[[ $(wc -l <sound.checks) -gt 20 ]] || fail "too little was checked to compare"
for store in keeps_globals allocates locks; do
  checks "$store"
  diff sound.checks "$store.checks" >&2 || fail "$store: not the same checks as for the store that it has inside"
done

# What a store prints goes nowhere: standard output is the command's.
small_scenario | sed "s|engine: norkv|plugin: $POWERCUT_PLUGINS/prints.so|" >prints.yaml
expect 0 run prints.yaml --db prints.db --json
is 1 "$(wc -l <out)" "lines of output of a store that prints"
is true "$(json '.recoveries > 0')" "the summary of a store that prints"

# What a store doesn't have is not called, what it doesn't promise is not checked, and all else is.
checks only_what_is_required
is "atomic deleted_stays_deleted device_contract durable exact_contents mountable stable writable" \
  "$(cut -d '|' -f 1 only_what_is_required.checks | sort -u | xargs)" "the invariants that need no promise"

# A log that deletes nothing and never erases. Once it is full it takes nothing more: a soak ends there, and the summary
# says that there was less to check than it seems. One that takes nothing at all is no result, but a mistake in the input.
if have cc "a log"; then
  expect 0 new-store log
  sed -i '/\.remove = /d' log/log.c
  make -s -C log POWERCUT="$POWERCUT" CFLAGS=-w
  log=$PWD/log/scenario.yaml
  expect 0 run "$log" --db log.db --set power.depth=1
  says "note: the workload erased nothing"
  expect 0 run "$log" --db log.db --set power.depth=1 --set workload.operations=150
  says "puts (the last with FULL)"
  expect 0 run "$log" --db log.db --set 'power.cuts={soak: 2000}' --set power.depth=1
  says "HELD"
  expect 2 run "$log" --db none.db --set workload.key_size=20
  complains "log takes none of the workload's"
  is 0 "$(sqlite3 none.db 'SELECT count(*) FROM v_runs')" "runs that are no result"
fi

# In C++, which keeps everything in RAM: it works until the power is cut.
if have c++ "a store in C++"; then
  cat >ram.cc <<'END'
#include <cstring>
#include <map>
#include <string>

#include "powercut/store.h"

static std::map<std::string, std::string> *contents;

static std::string text(pc_bytes bytes) {
  return bytes.size == 0 ? std::string() : std::string(reinterpret_cast<const char *>(bytes.data), bytes.size);
}

static pc_status configure(const pc_store_setup *, pc_store_promises *promises, char *, size_t) {
  promises->memory_size = 1;
  promises->max_key_size = promises->max_value_size = 255;
  return PC_STATUS_OK;
}

static pc_status start(void *, const pc_store_setup *) {
  contents = new std::map<std::string, std::string>;
  return PC_STATUS_OK;
}

static void stop(void *) { delete contents; }

static pc_status put(void *, pc_bytes key, pc_bytes value) {
  (*contents)[text(key)] = text(value);
  return PC_STATUS_OK;
}

static pc_status remove_key(void *, pc_bytes key) {
  return contents->erase(text(key)) == 1 ? PC_STATUS_OK : PC_STATUS_NOT_FOUND;
}

static pc_status get(void *, pc_bytes key, uint8_t *buffer, size_t capacity, size_t *size) {
  auto found = contents->find(text(key));
  if (found == contents->end() || found->second.size() > capacity) {
    return PC_STATUS_NOT_FOUND;
  }
  *size = found->second.size();
  memcpy(buffer, found->second.data(), *size);
  return PC_STATUS_OK;
}

extern "C" const pc_store powercut_store;
const pc_store powercut_store = {.api = PC_STORE_API, .name = "ram", .summary = "keeps nothing", .configure = configure,
                                 .start = start, .put = put, .remove = remove_key, .get = get, .stop = stop};
END
  c++ -std=c++20 -Wall -I"$("$POWERCUT" new-store --include)" -fPIC -shared -o ram.so ram.cc
  small_scenario | sed "s|engine: norkv|plugin: ./ram.so|" >ram.yaml
  expect 1 run ram.yaml --db ram.db
  says "VIOLATED: durable"
else
  echo "any_store: there is no C++ compiler: a store in C++ is not tried"
fi

finish
