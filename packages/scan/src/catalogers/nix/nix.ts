// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext, Cataloger } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { nixCapabilities } from './capabilities.ts';

const STORE = '/nix/store';
/**
 * A store path: 32 digits of Nix's own base 32, a hyphen, and the name. The version begins behind the first hyphen
 * that a digit follows (Nix manual, builtins.parseDrvName); the output comes last.
 */
const STORED =
  /^([0-9a-df-np-sv-z]{32})-(.+?)-(\d.*?)(?:-(bin|dev|lib|out|man|doc|info|debug|static|dist))?$/;

const fixed = (context: CatalogContext): FoundPackage[] => {
  const listed = context.tree.list(STORE);
  if (!listed.ok) return [];
  return listed.value
    .filter(({ name }) => !/\.(?:drv|lock|patch|tar\.\w+|zip|sh)$/.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const [, hash, name, version, output] = STORED.exec(entry.name) ?? [];
      return foundPackages([
        {
          type: 'nix',
          name,
          version,
          location: `${STORE}/${entry.name}`,
          purl: { qualifiers: { outputhash: hash, output: output ?? 'out' } },
        },
      ]);
    });
};

/** Paths of a Nix store. */
export const nixCataloger: Cataloger = { id: 'nix', types: ['nix'], capabilities: nixCapabilities, fixed };
