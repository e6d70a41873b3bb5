#!/bin/sh
# SPDX-FileCopyrightText: Bartizan contributors
# SPDX-License-Identifier: Apache-2.0
#
# Runs one outside exam, tests/conformance/NAME, and shows the pass counts it prints.
set -eu
name=${1:?usage: exam.sh NAME}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
if [ ! -d "tests/conformance/$name" ]; then
  echo "there is no exam named $name" >&2
  exit 2
fi
exec sh tools/pinned.sh npx vitest run --disableConsoleIntercept=true "tests/conformance/$name"
