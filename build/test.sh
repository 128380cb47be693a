#!/usr/bin/env bash
# Runs every part of the tests, shows their output, and fails when one fails or ran no test at all.
#   build/test.sh [native] [node] [browser] [page] [worker] [conformance] [panel]     all parts, unless some are named
set -uo pipefail
cd "$(dirname "$0")/.."
source build/env.sh
logs=target/test-logs
mkdir -p "$logs"
trap "exit 130" INT
passed=0 failed=0

# Adds up the numbers before a word in a runner's closing lines.
total() { grep -oE "$2" "$1" | grep -oE '[0-9]+' | awk '{ sum += $1 } END { print sum + 0 }'; }

part() { # name, what counts as passed, what counts as failed, command...
  local name=$1 good=$2 bad=$3 code=0 ran broke
  shift 3
  printf '\n── %s: %s\n' "$name" "$*"
  "$@" 2>&1 | tee "$logs/$name.log" || code=$?
  ran=$(total "$logs/$name.log" "$good")
  broke=$(total "$logs/$name.log" "$bad")
  if [ "$code" != 0 ] && [ "$broke" = 0 ]; then broke=1; fi
  if [ "$code" = 0 ] && [ "$ran" = 0 ]; then
    echo "$name ran no test"
    broke=1
  fi
  passed=$((passed + ran)) failed=$((failed + broke))
}

native() { part native '[0-9]+ passed;' '[0-9]+ failed;' cargo test; }
node_suite() { part node '^ℹ pass [0-9]+' '^ℹ fail [0-9]+' node --test --test-timeout=120000 --test-reporter=spec tests/node/*.test.mjs; }
browser() {
  build/tools.sh rust-target wasm-bindgen wasm-pack chromium || { failed=$((failed + 1)); return; }
  # Without the variable wasm-pack ends well having run nothing; with --quiet the runner breaks.
  WASM_BINDGEN_USE_BROWSER=1 part browser '[0-9]+ passed;' '[0-9]+ failed;' \
    wasm-pack test --headless --chrome --chromedriver "$(command -v "$CHROMEDRIVER")" -- --test browser
}
page() {
  build/tools.sh chromium || { failed=$((failed + 1)); return; }
  part page '^ℹ pass [0-9]+' '^ℹ fail [0-9]+' node --test --test-timeout=120000 --test-reporter=spec tests/page/*.test.mjs
}
worker() { part worker '^ℹ pass [0-9]+' '^ℹ fail [0-9]+' node --test --test-concurrency=1 --test-timeout=180000 --test-reporter=spec tests/worker/*.test.mjs; }
# Two suites from PyPI; what they print is kept in target/conformance-output.
conformance() {
  build/tools.sh conformance || { failed=$((failed + 1)); return; }
  part conformance '^ℹ pass [0-9]+' '^ℹ fail [0-9]+' node --test --test-timeout=300000 --test-reporter=spec tests/worker/conformance/*.test.mjs
}
panel() {
  build/tools.sh chromium || { failed=$((failed + 1)); return; }
  part panel '^ℹ pass [0-9]+' '^ℹ fail [0-9]+' node --test --test-concurrency=1 --test-timeout=300000 --test-reporter=spec tests/panel/*.test.mjs
}

for name in "${@:-all}"; do
  case "$name" in
    all) native; node_suite; browser; page; worker; conformance; panel ;;
    native) native ;;
    node) node_suite ;;
    browser) browser ;;
    page) page ;;
    worker) worker ;;
    conformance) conformance ;;
    panel) panel ;;
    *) echo "no part is called $name"; exit 2 ;;
  esac
done
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
