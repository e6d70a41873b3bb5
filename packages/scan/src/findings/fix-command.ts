// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';

/** Names and versions come from hostile databases: only what needs no quoting gets into a command that people paste. */
const HARMLESS = /^[A-Za-z0-9@][A-Za-z0-9@._+~:/-]*$/;

type Command = (name: string, version: string) => string;

const COMMANDS: Readonly<Record<string, Command>> = {
  dpkg: (name) => `apt-get install --only-upgrade ${name}`,
  apk: (name) => `apk add --upgrade ${name}`,
  rpm: (name) => `dnf upgrade ${name}`,
  npm: (name, version) => `npm install ${name}@${version}`,
  python: (name, version) => `pip install '${name}>=${version}'`,
  golang: (name, version) =>
    name === 'stdlib' ? `go mod edit -toolchain=go${version}` : `go get ${name}@v${version}`,
};

/** A command that installs the fixed version; undefined where there is none, or where a name would need quoting. */
export const fixCommand = (found: Package, fixedVersion: string): string | undefined => {
  if (!HARMLESS.test(found.name) || !HARMLESS.test(fixedVersion)) return undefined;
  return COMMANDS[found.cataloger]?.(found.name, fixedVersion);
};
