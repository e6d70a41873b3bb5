// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Cataloger } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { readManifest } from '../read-manifest.ts';
import { linesOf } from '../text-lines.ts';
import { haskellCapabilities } from './capabilities.ts';

const NAMES = new Set(['stack.yaml', 'stack.yaml.lock', 'cabal.project.freeze']);

/** `name-1.2.3@sha256:...`: the version is what follows the last hyphen. */
const readStack = (line: string): [string, string] | undefined => {
  const [, name, version] =
    /^\s*(?:-\s+|(?:hackage|original):\s*)(?:hackage:\s*)?"?([A-Za-z][A-Za-z0-9-]*)-(\d+(?:\.\d+)*)(?:@|"|\s|$)/.exec(
      line,
    ) ?? [];
  return name === undefined || version === undefined ? undefined : [name, version];
};

/** `constraints: any.aeson ==2.1.2.1,` */
const readFreeze = (line: string): [string, string] | undefined => {
  const [, name, version] =
    /^(?:constraints:)?\s*any\.([A-Za-z][A-Za-z0-9-]*)\s*==\s*(\d+(?:\.\d+)*)/.exec(line) ?? [];
  return name === undefined || version === undefined ? undefined : [name, version];
};

/** Packages of Haskell programs. */
export const haskellCataloger: Cataloger = {
  id: 'haskell',
  types: ['hackage'],
  capabilities: haskellCapabilities,
  wants: (file) => NAMES.has(file.name),
  inspect: (file, context) => {
    const content = readManifest(context, file.path);
    if (content === undefined) return [];
    const found = new Map<string, FoundPackage>();
    for (const line of linesOf(content)) {
      const read = file.name === 'cabal.project.freeze' ? readFreeze(line) : readStack(line);
      if (read === undefined) continue;
      const [name, version] = read;
      for (const one of foundPackages([{ type: 'hackage', name, version, location: file.path }]))
        found.set(one.purl, one);
    }
    return [...found.values()];
  },
};
