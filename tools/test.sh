#!/bin/sh
# SPDX-FileCopyrightText: Bartizan contributors
# SPDX-License-Identifier: Apache-2.0
#
# `npm test`: brings what the tests need, then runs them all. Nothing has to be set up before.
#   --fast   formatting, types, lint, architecture and unit tests only (about a minute on two idle cores), with a
#            tenth of the runs of each property
#   --check  formatting, types and lint only
#   --fresh  with one of them: also run the checks and unit tests that passed on exactly these files before; else they
#            are told as kept, and not counted as passed
#   --only X steps whose name contains X; may be said several times
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
. "$root/tools/toolchain.sh"

fast=no
for word in "$@"; do
  case "$word" in --fast | --check) fast=yes ;; esac
done

# Debian packages of the real parts. Without root, or without apt, the steps that need them say so.
if [ "$fast" = no ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  missing=
  while read -r package _; do
    case "$package" in '' | '#'*) continue ;; esac
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done <"$root/tests/packages.txt"
  if ! command -v npm >/dev/null 2>&1; then missing="$missing npm"; fi
  if [ -n "$missing" ]; then
    printf 'Installing Debian packages for the tests:%s\n' "$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || true
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >"${TMPDIR:-/tmp}/bartizan-test-apt.$$.log" 2>&1 || {
      tail -n 20 "${TMPDIR:-/tmp}/bartizan-test-apt.$$.log"
      printf 'bartizan: E_PACKAGES_MISSING: the packages above could not be installed.\n'
    }
    rm -f "${TMPDIR:-/tmp}/bartizan-test-apt.$$.log"
  fi
fi

toolchain_use
dependencies_use "$root"
exec node tools/test/run.ts "$@"
