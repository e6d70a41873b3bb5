#!/bin/sh
# SPDX-FileCopyrightText: Bartizan contributors
# SPDX-License-Identifier: Apache-2.0
#
# Builds the sensor (with the eBPF object inside) once per state of its sources and prints the folder that holds it.
#   build.sh              builds when needed; last line of standard output: the folder with bartizan-sensor
#   build.sh --folder     prints the folder and exits 0 when it is built, 1 when not; builds nothing
#   build.sh --packages   prints the Debian packages that a build needs, one a line
#   build.sh --missing    prints those of them that are not there
# Exit codes: 0 done, 1 failed, 3 something is missing (one line says what to install).
set -eu
native=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache=${BARTIZAN_NATIVE_CACHE:-/var/cache/bartizan/native}
least_minor=85

# usable_cargo PATH: whether this cargo and the rustc beside it are 1.85 or newer.
usable_cargo() {
  [ -x "$1" ] || return 1
  _minor=$("$1" --version 2>/dev/null | sed -n 's/^cargo 1\.\([0-9]*\)\..*/\1/p')
  [ -n "$_minor" ] && [ "$_minor" -ge "$least_minor" ]
}

find_cargo() {
  for candidate in "$(command -v cargo || true)" "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" "$HOME/.cargo/bin/cargo" /usr/bin/cargo /usr/share/cargo/bin/cargo; do
    if [ -n "$candidate" ] && usable_cargo "$candidate"; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

packages() {
  printf '%s\n' clang llvm libbpf-dev libelf-dev zlib1g-dev gcc libc6-dev make pkg-config
  find_cargo >/dev/null || printf '%s\n' rustc-web cargo-web
}

# By what they bring and not by name, so that other distributions' packages count as well.
missing() {
  command -v clang >/dev/null || echo clang
  command -v llvm-strip >/dev/null || echo llvm
  [ -e /usr/include/bpf/bpf_helpers.h ] || echo libbpf-dev
  [ -e /usr/include/gelf.h ] || echo libelf-dev
  [ -e /usr/include/zlib.h ] || echo zlib1g-dev
  command -v cc >/dev/null || echo gcc
  [ -e /usr/include/stdio.h ] || echo libc6-dev
  command -v make >/dev/null || echo make
  command -v pkg-config >/dev/null || echo pkg-config
  find_cargo >/dev/null || printf '%s\n' rustc-web cargo-web
}

sources_hash() {
  (cd "$native" && find Cargo.toml Cargo.lock kernel inspect sensor -type f \( -name '*.[ch]' -o -name '*.rs' -o -name 'Cargo.*' \) | LC_ALL=C sort |
    while IFS= read -r file; do sha256sum "$file"; done | sha256sum | cut -c1-24)
}

case "${1:-}" in
  --packages) packages; exit 0 ;;
  --missing) missing; exit 0 ;;
  --folder | '') ;;
  *) echo "usage: build.sh [--folder | --packages | --missing]" >&2; exit 2 ;;
esac

folder=$cache/$(sources_hash)
if [ "${1:-}" = --folder ]; then
  printf '%s\n' "$folder"
  [ -x "$folder/bartizan-sensor" ]
  exit
fi
mkdir -p "$cache"
# One build at a time; whoever waited finds it done.
exec 9>"$cache/build.lock"
flock 9
if [ ! -x "$folder/bartizan-sensor" ]; then
  lacking=$(missing | tr '\n' ' ')
  if [ -n "$lacking" ]; then
    echo "bartizan: E_SENSOR_MISSING: the sensor cannot be built. Remedy: apt-get install -y $lacking" >&2
    exit 3
  fi
  cargo=$(find_cargo)
  # Debian's cargo keeps its rustc beside itself; the two belong together.
  PATH=$(dirname "$cargo"):$PATH
  export PATH CARGO_TARGET_DIR="$cache/target"
  # Sources of another release were compiled into this folder, perhaps later than these were written: cargo goes by
  # times, and would take that sensor for this one. What they depend on stays.
  rm -rf "$CARGO_TARGET_DIR"/release/.fingerprint/bartizan-*
  "$cargo" build --release --locked --manifest-path "$native/Cargo.toml" --package bartizan-sensor >&2 9>&-
  work=$(mktemp -d "$cache/.new.XXXXXX")
  cp "$CARGO_TARGET_DIR/release/bartizan-sensor" "$work/bartizan-sensor"
  chmod 755 "$work" "$work/bartizan-sensor"
  rm -rf "$folder"
  mv "$work" "$folder"
fi
printf '%s\n' "$folder"
