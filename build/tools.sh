#!/usr/bin/env bash
# build/tools.sh NAME...: sees to it that each tool is there, and says what it installs and how long that may take.
#   rust-target   the standard library for wasm32
#   rust-lints    rustfmt and clippy
#   wasm-bindgen  its command line, of the very version Cargo.toml pins
#   wasm-pack     runs the browser tests
#   chromium      a browser and its driver
#   conformance   two public SCIM test suites, in a Python environment of their own
#   fuzz          cargo-fuzz, for `make fuzz`
#   peers         what `make bench` measures this package against
# What cargo installs goes to target/tools, so that no tool of yours is replaced. One already on PATH is used as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
source build/env.sh

say() { printf '· %s\n' "$*" >&2; }
has() { [ "$("$1" --version 2>/dev/null | awk '{print $2}')" = "$2" ]; }

cargo_tool() { # crate, program, version, how long
  has "$2" "$3" && return
  say "installing $1 $3 into target/tools (compiled from source, $4)"
  cargo install "$1" --version "$3" --debug --quiet --root target/tools >&2
  hash -r
  has "$2" "$3" || { say "$2 $3 did not install"; exit 1; }
}

rust_target() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] && return
  say "adding the Rust target wasm32-unknown-unknown (a few seconds)"
  rustup target add wasm32-unknown-unknown >&2
}

rust_lints() {
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
  say "adding rustfmt and clippy (a few seconds)"
  rustup component add rustfmt clippy >&2
}

chromium() {
  [ -n "$(command -v "$CHROME" || true)" ] && [ -n "$(command -v "$CHROMEDRIVER" || true)" ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing chromium and chromium-driver with apt-get (about a minute)"
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver >&2
  else
    say "the browser tests need Chromium and its driver: on Debian, 'apt-get install chromium chromium-driver' as root;"
    say "elsewhere set CHROME and CHROMEDRIVER to the two programs"
    exit 1
  fi
}

conformance() {
  local wanted=build/conformance.txt home=target/conformance
  cmp -s "$wanted" "$home/installed.txt" && return
  say "installing scim2-cli and scim-sanity from PyPI into $home (half a minute)"
  command -v python3 >/dev/null || { say "the conformance suites need Python 3.10 or later"; exit 1; }
  rm -rf "$home"
  python3 -m venv "$home" || { say "Python's venv is missing: on Debian, 'apt-get install python3-venv'"; exit 1; }
  "$home/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted" >&2
  cp "$wanted" "$home/installed.txt"
}

peers() {
  local wanted=benches/peers.txt home=target/bench
  cmp -s "$wanted" "$home/installed.txt" && return
  say "installing the packages of $wanted from npm into $home (a few seconds)"
  rm -rf "$home"
  mkdir -p "$home"
  echo '{ "private": true }' >"$home/package.json"
  xargs npm install --prefix "$home" --silent --no-audit --no-fund <"$wanted" >&2
  cp "$wanted" "$home/installed.txt"
}

for tool in "$@"; do
  case "$tool" in
    rust-target) rust_target ;;
    rust-lints) rust_lints ;;
    wasm-bindgen) cargo_tool wasm-bindgen-cli wasm-bindgen "$(sed -n 's/^wasm-bindgen = "=\(.*\)"/\1/p' Cargo.toml)" "two to four minutes" ;;
    wasm-pack) cargo_tool wasm-pack wasm-pack 0.15.1 "two to five minutes" ;;
    chromium) chromium ;;
    conformance) conformance ;;
    fuzz) cargo_tool cargo-fuzz cargo-fuzz 0.13.2 "two minutes" ;;
    peers) peers ;;
    *) say "unknown tool $tool"; exit 2 ;;
  esac
done
