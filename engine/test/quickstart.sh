#!/usr/bin/env bash
# The program of the README's quick start builds against an installed norkv, through CMake and through pkg-config, and
# does what it says.
# Environment: NORKV_SOURCE, the engine's folder; NORKV_BUILD, the build tree; CC and CFLAGS, what that was built with.
set -euo pipefail

fail() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cmake --install "$NORKV_BUILD" --component norkv --prefix "$folder/elsewhere" >/dev/null
# A prefix may be moved.
mv "$folder/elsewhere" "$folder/prefix"

mkdir "$folder/app"
cd "$folder/app"
awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$NORKV_SOURCE/README.md" >quickstart.c
[[ $(wc -l <quickstart.c) -ge 40 ]] || fail "the README has no program"
cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(app LANGUAGES C)
find_package(norkv 0.1 REQUIRED)
add_executable(quickstart quickstart.c)
target_compile_options(quickstart PRIVATE -Wall -Wextra -Wpedantic -Werror)
target_link_libraries(quickstart PRIVATE norkv::norkv)
END

check() {
  local out
  out=$("$1") || fail "$1: exit status $?"
  [[ $out == $'boot 1\nboot 2\nboot 3' ]] || fail "$1 says: $out"
}

cmake -S . -B build -G Ninja -D CMAKE_PREFIX_PATH="$folder/prefix" >log 2>&1 || fail "$(cat log)"
cmake --build build >log 2>&1 || fail "$(cat log)"
check build/quickstart

sed -i 's/norkv 0.1/norkv 99/' CMakeLists.txt
if cmake -S . -B other -G Ninja -D CMAKE_PREFIX_PATH="$folder/prefix" >log 2>&1; then
  fail "a version that is not there was found"
fi

# The engine without the rest of the project, with an option that its user must be told of.
mkdir "$folder/engine"
cp -r "$NORKV_SOURCE"/{CMakeLists.txt,cmake,include,src} "$folder/engine"
cmake -S "$folder/engine" -B "$folder/build" -G Ninja -D NORKV_OPTIONS='NORKV_SMALL_CHECKSUM;NORKV_OTHER=1' \
  -D CMAKE_INSTALL_PREFIX="$folder/other" >log 2>&1 || fail "$(cat log)"
cmake --build "$folder/build" --target install >log 2>&1 || fail "$(cat log)"
pc=$(find "$folder/other" -name norkv.pc -printf '%h')
read -ra options < <(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs 'norkv >= 0.1')
[[ " ${options[*]} " == *' -DNORKV_SMALL_CHECKSUM -DNORKV_OTHER=1 '* ]] || fail "pkg-config says: ${options[*]}"
read -ra flags <<<"${CFLAGS-}"
"${CC:-cc}" -std=c11 -Wall -Wextra -Wpedantic -Werror "${flags[@]}" quickstart.c "${options[@]}" -o quickstart
check ./quickstart
