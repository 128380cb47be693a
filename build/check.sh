#!/usr/bin/env bash
# Formatting, lints, documentation, types and size; nothing here runs the code.
set -euo pipefail
cd "$(dirname "$0")/.."
source build/env.sh
step() { printf '── %s\n' "$*"; "$@"; }

build/tools.sh rust-lints rust-target
step cargo fmt --check
step cargo fmt --check --manifest-path fuzz/Cargo.toml
step cargo clippy --quiet --all-targets -- -D warnings
step cargo clippy --quiet --lib --test browser --target wasm32-unknown-unknown -- -D warnings
RUSTDOCFLAGS="-D warnings" step cargo doc --quiet --no-deps
step tsc -p tests/types
step tsc -p tests/types/tsconfig.bundler.json
step tsc -p www/worker
step tsc -p www/panel
step publint pkg --strict
step node build/size.mjs
