#!/usr/bin/env bash
# A browser shows the page of report: wide and narrow, with all its sections and tables, and not in one colour.
# Environment: POWERCUT, the command; POWERCUT_PLUGINS, the spoilt stores.
set -euo pipefail
# shellcheck source=/dev/null
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/cli_help.bash"

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  skip "without chromium, how the page looks in a browser" || finish

small_scenario >small.yaml
expect 0 run small.yaml --db all.db
expect 1 run small.yaml --db all.db --set store.checksum=none
expect 0 compare small.yaml --db all.db --vary store.policy=greedy,circular --operations 2000
expect 0 report all.db -o all.html

# browse OPTION...: opens the page.
browse() {
  timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" "$@" "file://$PWD/all.html" \
    2>browser.log || fail "the browser: $(tail -n 3 browser.log)"
}

for size in 1200,2000 500,2000; do
  browse --window-size=$size --screenshot="$PWD/shot.png" >/dev/null
  # A page of this size in one colour is a PNG of about 10 KB.
  [[ $(stat -c %s shot.png) -gt 20000 ]] || fail "the picture at $size is empty"
  rm -f shot.png
done
browse --dump-dom >dom.html
for part in section table; do
  is "$(grep -o "<$part" all.html | wc -l)" "$(grep -o "<$part" dom.html | wc -l)" "parts of the page that the browser has: $part"
done

finish
