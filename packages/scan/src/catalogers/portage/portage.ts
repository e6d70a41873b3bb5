// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { joinPath } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, Ownership } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { linesOf } from '../text-lines.ts';
import { portageCapabilities } from './capabilities.ts';

const ROOT = '/var/db/pkg';
const READ = /^\/var\/db\/pkg\/[^/]+\/[^/]+\/CONTENTS$/;
const MAX_OWNED_PATHS = 2_000_000;

/** Package Manager Specification 8, section 3.2: the version starts at the last hyphen before a digit, its revision after `-r`. */
const NAMED = /^(.+?)-(\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*(?:-r\d+)?)$/;

interface Installed {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  readonly contents: string;
}

function* installed(context: CatalogContext): Generator<Installed> {
  const categories = context.tree.list(ROOT);
  if (!categories.ok) return;
  for (const category of [...categories.value].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const packages = context.tree.list(joinPath(ROOT, category.name));
    if (!packages.ok) continue;
    for (const entry of [...packages.value].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const [, name, version] = NAMED.exec(entry.name) ?? [];
      if (name === undefined || version === undefined) continue;
      const contents = `${ROOT}/${category.name}/${entry.name}/CONTENTS`;
      if (context.tree.stat(contents).ok) yield { category: category.name, name, version, contents };
    }
  }
}

const fixed = (context: CatalogContext): FoundPackage[] =>
  [...installed(context)].flatMap(({ category, name, version, contents }) =>
    foundPackages([
      {
        type: 'ebuild',
        name: `${category}/${name}`,
        version,
        location: contents,
        purl: { namespace: category, name },
      },
    ]),
  );

/** `obj /usr/bin/x md5 mtime`: a path may hold blanks, the two last words never do. */
const owns = (context: CatalogContext, ownership: Ownership): void => {
  for (const { category, name, contents } of installed(context)) {
    const content = context.tree.read(contents, { maxBytes: context.limits.databaseBytes });
    if (!content.ok) continue;
    for (const line of linesOf(content.value)) {
      const path = /^obj (\/.*) [0-9a-f]{32} \d+$/.exec(line)?.[1];
      if (path === undefined) continue;
      if (ownership.size >= MAX_OWNED_PATHS) return;
      ownership.set(path, `${category}/${name}`);
    }
  }
};

/** Gentoo and derived distributions. */
export const portageCataloger: Cataloger = {
  id: 'portage',
  types: ['ebuild'],
  capabilities: portageCapabilities,
  reads: (path) => READ.test(path),
  fixed,
  owns,
};
