# SPDX-FileCopyrightText: Bartizan contributors
# SPDX-License-Identifier: Apache-2.0
#
# What the launcher does before there is a Node.js: language, and the Debian packages. Sourced by ./bartizan.

# launcher_language ARGS: sets `lang` to en or ja from --lang, BARTIZAN_LANG, LC_ALL, LC_MESSAGES, LANG.
launcher_language() {
  lang=${BARTIZAN_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-en}}}}
  _next=
  for _argument in "$@"; do
    [ -z "$_next" ] || lang=$_argument
    _next=
    case $_argument in
      --lang) _next=1 ;;
      --lang=*) lang=${_argument#--lang=} ;;
    esac
  done
  case $lang in ja*) lang=ja ;; *) lang=en ;; esac
}

# launcher_word ARGS: sets `word` to the command, the first word that is neither a flag nor the language.
launcher_word() {
  word=
  _is_language=
  for _argument in "$@"; do
    if [ -n "$_is_language" ]; then
      _is_language=
      continue
    fi
    case $_argument in
      --lang) _is_language=1 ;;
      -*) ;;
      *)
        word=$_argument
        return 0
        ;;
    esac
  done
}

# say EN JA: one line to standard error in the user's language.
say() {
  if [ "$lang" = ja ]; then printf '%s\n' "$2" >&2; else printf '%s\n' "$1" >&2; fi
}

# launcher_fail CODE EN JA REMEDY_EN REMEDY_JA
launcher_fail() {
  say "bartizan: $1: $2." "bartizan: $1: $3。"
  say "  Remedy: $4." "  対処: $5。"
  exit 1
}

# launcher_compile_cache: where Node.js keeps compiled sources. It runs what it finds there, so the folder is the user's
# own, and one that others may write to, or that belongs to somebody else, is not used.
launcher_compile_cache() {
  if [ "$(id -u)" = 0 ]; then
    NODE_COMPILE_CACHE=${BARTIZAN_CACHE_DIR:-/var/cache/bartizan}/compile
    export NODE_COMPILE_CACHE
    return 0
  fi
  _compiled=${BARTIZAN_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/bartizan}/compile
  unset NODE_COMPILE_CACHE
  (umask 077 && mkdir -p "$_compiled") 2>/dev/null || return 0
  [ -O "$_compiled" ] && [ ! -L "$_compiled" ] || return 0
  [ -z "$(find "$_compiled" -maxdepth 0 -perm /022)" ] || return 0
  NODE_COMPILE_CACHE=$_compiled
  export NODE_COMPILE_CACHE
}

# command_pack ROOT GROUP: makes few files of the modules of a group of commands, unless that was done since a source changed.
# Without them the sources run, which takes longer to start: a failure is no failure of the command.
command_pack() {
  [ ! -f "$1/node_modules/.bartizan-packed/$2/inputs.json" ] || return 0
  [ -f "$1/tools/run-tree/pack-commands.ts" ] && [ -w "$1/node_modules" ] || return 0
  node --disable-warning=ExperimentalWarning "$1/tools/run-tree/pack-commands.ts" "$1" "$2" >/dev/null 2>&1 || return 0
}

has_word() {
  _wanted=$1
  shift
  for _argument in "$@"; do [ "$_argument" != "$_wanted" ] || return 0; done
  return 1
}

# Packages without which nothing runs: only what unpacks the pinned pair.
essential_missing() {
  _dir=$(toolchain_dir)
  if [ ! -x "$_dir/node-$NODE_VERSION/bin/node" ] || [ ! -f "$_dir/npm-$NPM_VERSION/bin/npm-cli.js" ]; then
    command -v npm >/dev/null 2>&1 || printf '%s\n' nodejs npm
  fi
}

# Packages without which there is no kernel sensor.
sensor_missing() {
  [ -f "$root/native/build.sh" ] || return 0
  # A sensor that is built already needs nothing more.
  ! sh "$root/native/build.sh" --folder >/dev/null 2>&1 || return 0
  sh "$root/native/build.sh" --missing 2>/dev/null || true
}

# show_packages NAMES: each with its download and installed size, and the sum as apt counts it.
show_packages() {
  for _package in "$@"; do
    apt-cache show --no-all-versions "$_package" 2>/dev/null | awk -v name="$_package" '
      /^Size:/ { size = $2 } /^Installed-Size:/ { installed = $2 }
      END { printf "    %-16s %7.1f MB (%.1f MB installed)\n", name, size / 1e6, installed / 1e3 }' >&2
  done
  LC_ALL=C apt-get --assume-no --no-install-recommends install "$@" 2>/dev/null |
    sed -n -e 's/^\(Need to get .*\)/    \1/p' -e 's/^\(After this operation.*\)/    \1/p' >&2 || true
}

# install_packages NAMES: installs them and records everything that came with them, for `uninstall --purge`; also what came
# before apt-get failed.
install_packages() {
  _state=${BARTIZAN_STATE_DIR:-/var/lib/bartizan}
  mkdir -p "$_state"
  _before=$(mktemp)
  _installed=0
  dpkg-query -W -f '${binary:Package}\n' | LC_ALL=C sort >"$_before"
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2 || _installed=1
  dpkg-query -W -f '${binary:Package}\n' | LC_ALL=C sort | LC_ALL=C comm -13 "$_before" - >>"$_state/added-packages"
  rm -f "$_before"
  return "$_installed"
}

# consent QUESTION_EN QUESTION_JA ARGS: --yes, or a yes on the terminal.
consent() {
  _en=$1
  _ja=$2
  shift 2
  if has_word --yes "$@"; then return 0; fi
  [ -t 0 ] && [ -t 2 ] || return 1
  if [ "$lang" = ja ]; then printf '%s' "$_ja" >&2; else printf '%s' "$_en" >&2; fi
  read -r _answer || return 1
  case $_answer in y | Y | yes | はい) return 0 ;; esac
  return 1
}

# launcher_look: tells the CLI which packages of the sensor are missing; also leaves them in `_sensor`.
launcher_look() {
  _sensor=$(sensor_missing | tr '\n' ' ')
  BARTIZAN_SENSOR_PACKAGES_MISSING=${_sensor% }
  export BARTIZAN_SENSOR_PACKAGES_MISSING
}

# install_missing: installs `_essential` and `_sensor`, apart: what the sensor lacks stops nothing.
install_missing() {
  # shellcheck disable=SC2086 -- lists of package names
  if [ -n "$_essential" ] && ! install_packages $_essential; then
    [ -z "$(essential_missing)" ] || launcher_fail E_NETWORK 'apt-get could not install them' \
      'apt-get でインストールできませんでした' "apt-get update && apt-get install $_essential" \
      "apt-get update && apt-get install $_essential"
  fi
  [ -n "$_sensor" ] || return 0
  # shellcheck disable=SC2086 -- lists of package names
  if install_packages $_sensor; then
    BARTIZAN_SENSOR_PACKAGES_MISSING=
    return 0
  fi
  launcher_look
  [ -z "$_sensor" ] || say \
    "bartizan: E_NETWORK: apt-get could not install $_sensor; going on LIMITED, without live events. Remedy: apt-get update && apt-get install $_sensor" \
    "bartizan: E_NETWORK: apt-get で $_sensor をインストールできませんでした。ライブイベントなしの制限付きで続行します。対処: apt-get update && apt-get install $_sensor"
}

# launcher_packages ARGS: what `up` needs of Debian. Essential ones must be there; without the others the product runs
# LIMITED, and says so. BARTIZAN_SENSOR_PACKAGES_MISSING tells the CLI.
launcher_packages() {
  _essential=$(essential_missing | tr '\n' ' ')
  launcher_look
  [ -n "$_essential$_sensor" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    [ -z "$_essential" ] || launcher_fail E_NOT_ROOT 'installing Debian packages needs root' \
      'Debian パッケージのインストールには root 権限が必要です' 'run it as root or with sudo' 'root または sudo で実行してください'
    return 0
  fi
  command -v apt-get >/dev/null 2>&1 || {
    [ -z "$_essential" ] || launcher_fail E_NPM_MISSING "these programs are missing: $_essential" \
      "次のプログラムがありません：$_essential" 'install Node.js 18 or newer with npm' 'Node.js 18 以降と npm をインストールしてください'
    return 0
  }
  # shellcheck disable=SC2086 -- lists of package names
  {
    apt-cache show $_essential $_sensor >/dev/null 2>&1 || apt-get update >/dev/null 2>&1 || true
    if [ -n "$_essential" ]; then
      say "  Debian packages needed to start:" "  起動に必要な Debian パッケージ："
      show_packages $_essential
    fi
    if [ -n "$_sensor" ]; then
      say "  Debian packages for the kernel sensor (without them: no live events, LIMITED):" \
        "  カーネルセンサー用の Debian パッケージ（ない場合はライブイベントなし、制限あり）："
      show_packages $_sensor
    fi
    if consent '  Install them now? They are recorded; `uninstall --purge` offers to remove them. [y/N] ' \
      '  今すぐインストールしますか？記録され、`uninstall --purge` で削除できます。 [y/N] ' "$@"; then
      install_missing
    elif [ -n "$_essential" ]; then
      launcher_fail E_PACKAGES_MISSING "Debian packages are missing: $_essential" \
        "Debian パッケージが不足しています：$_essential" "./bartizan up --yes, or apt-get install $_essential" \
        "./bartizan up --yes または apt-get install $_essential"
    fi
  }
}
