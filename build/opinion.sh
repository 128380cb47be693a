#!/usr/bin/env bash
# The second opinion at full length: the crate, then the shipped wasm file, each against the reference.
#   build/opinion.sh [CASES] [SEED]     1,000,000 cases from seed 2026, unless said otherwise; some minutes
set -euo pipefail
cd "$(dirname "$0")/.."
cases=${1:-1000000} seed=${2:-2026} part=100000
mkdir -p target/opinion
trap 'rm -f target/opinion/part.ndjson' EXIT

SCIM_POLICY_CASES=$cases SCIM_POLICY_SEED=$seed cargo test --quiet --test second_opinion agree -- --nocapture
for ((done = 0; done < cases; done += part)); do
  more=$((cases - done < part ? cases - done : part))
  printf 'seeds %s to %s: ' $((seed + done)) $((seed + done + more - 1))
  SCIM_POLICY_EXPORT=target/opinion/part.ndjson SCIM_POLICY_EXPORT_CASES=$more SCIM_POLICY_SEED=$((seed + done)) \
    cargo test --quiet --test second_opinion exported >/dev/null
  node tests/node/opinion.mjs target/opinion/part.ndjson
done
