#!/bin/sh
# SPDX-FileCopyrightText: Bartizan contributors
# SPDX-License-Identifier: Apache-2.0
#
# Builds the real Kubernetes of the tests alone, before tests begin to wait for it: cold it takes ten minutes.
# Does nothing where its source, Go or root is missing: the tests then say that they were skipped.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
source=${BARTIZAN_SHARED:-$root/../shared}/kubebox
binary=${KUBEBOX_DIR:-/var/tmp/kubebox}/bin/kubebox
if [ ! -f "$source/build.sh" ] || [ "$(id -u)" != 0 ] || ! command -v go >/dev/null 2>&1; then
  echo 'no real cluster here: its source, Go or root is missing'
  exit 0
fi
[ -x "$binary" ] || bash "$source/build.sh"
