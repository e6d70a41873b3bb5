// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject } from '../../json/fields.ts';
import { baseName, parentPath } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { readStanzas } from '../dpkg/stanzas.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { readJsonManifest, readManifest } from '../read-manifest.ts';
import { rCapabilities } from './capabilities.ts';

const FIELDS = new Set(['package', 'version', 'priority', 'repository', 'type', 'license']);

/** `GPL (>= 2) | file LICENSE`: alternatives are divided by a bar, versions stand in brackets. */
const rLicence = (stated: string | undefined): string | undefined =>
  stated
    ?.split('|')
    .map((one) =>
      one
        .replace(/\(>= (\d)\)/, '$1+')
        .replace(/\+\s*file LICEN[CS]E/i, '')
        .trim(),
    )
    .filter((one) => one !== '' && !/^file /i.test(one))
    .map((one) => one.replace(/^(A?L?GPL) (\d)/, '$1-$2'))
    .join(' OR ');

const readDescription = (content: Buffer, file: WalkedFile): FoundPackage[] => {
  const [description] = readStanzas(content, FIELDS);
  const name = description?.get('package');
  // An installed package lies in a folder of its own name; the base ones have the version of R itself.
  if (name === undefined || baseName(parentPath(file.path)) !== name) return [];
  if (description?.get('priority') === 'base') return [];
  return foundPackages([
    {
      type: 'cran',
      name,
      version: description?.get('version'),
      location: file.path,
      licenses: [rLicence(description?.get('license'))],
    },
  ]);
};

const readRenv = (file: WalkedFile, context: CatalogContext): FoundPackage[] =>
  Object.values(asObject(readJsonManifest(context, file.path)?.['Packages']) ?? {})
    .map(asObject)
    .flatMap((entry) =>
      foundPackages([
        { type: 'cran', name: entry?.['Package'], version: entry?.['Version'], location: file.path },
      ]),
    );

/** R packages. */
export const rCataloger: Cataloger = {
  id: 'r',
  types: ['cran'],
  capabilities: rCapabilities,
  wants: (file) => file.name === 'DESCRIPTION' || file.name === 'renv.lock',
  inspect: (file, context) => {
    if (file.name === 'renv.lock') return readRenv(file, context);
    const content = readManifest(context, file.path);
    return content === undefined ? [] : readDescription(content, file);
  },
};
