#!/usr/bin/env bash
# Coverage-guided fuzzing of what reads bytes, from the fixtures of the tests on.
#   build/fuzz.sh [SECONDS] [TARGET...]     60 seconds each of payloads, patches, filters, records and requests
# What breaks an assertion is kept in target/fuzz/found/; found inputs stay in target/fuzz/corpus/ for the next time.
set -euo pipefail
cd "$(dirname "$0")/.."
build/tools.sh fuzz
source build/env.sh
seconds=${1:-60}
shift || true
[ $# -gt 0 ] || set -- payloads patches filters records requests
node fuzz/seeds.mjs target/fuzz/corpus
mkdir -p target/fuzz/found
for target in "$@"; do
  printf '\n── %s, %s seconds\n' "$target" "$seconds"
  # No nightly compiler is asked for; without a sanitizer, as there is no unsafe code to watch.
  RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none --target-dir target/fuzz/build "$target" "target/fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="target/fuzz/found/$target-"
done
