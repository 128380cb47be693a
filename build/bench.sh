#!/usr/bin/env bash
# Measures, and prints what it found beside its targets; slow is never a failure here, a wrong answer is.
#   build/bench.sh [payloads] [organization] [protocol] [growth]     all but growth, unless some are named; each is one script under benches/
set -euo pipefail
cd "$(dirname "$0")/.."
source build/env.sh

build/tools.sh peers
[ $# -gt 0 ] || set -- payloads organization protocol
for part in "$@"; do
  [ -f "benches/$part.mjs" ] || { echo "no part is called $part"; exit 2; }
  printf '\n# %s\n' "$part"
  node "benches/$part.mjs"
done
