#!/bin/sh
# SPDX-FileCopyrightText: Bartizan contributors
# SPDX-License-Identifier: Apache-2.0
#
# Runs a command with the pinned Node.js and npm first on PATH and the checkout's packages installed.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/tools/toolchain.sh"
toolchain_use
[ -d "$root/node_modules/.store" ] || [ "${1:-}" = npm ] || dependencies_use "$root"
exec "$@"
