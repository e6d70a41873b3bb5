// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { joinPath } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, Ownership } from '../cataloger.ts';
import { readStanzas } from '../dpkg/stanzas.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { readDatabase } from '../read-database.ts';
import { linesOf } from '../text-lines.ts';
import { opkgCapabilities } from './capabilities.ts';

const FOLDERS = ['/usr/lib/opkg', '/var/lib/opkg'];
const FIELDS = new Set(['package', 'version', 'status', 'architecture']);
const READ = /^\/(?:usr|var)\/lib\/opkg\/(?:status|info\/[^/]+\.list)$/;
const MAX_OWNED_PATHS = 1_000_000;

const readStatus = (context: CatalogContext, path: string): FoundPackage[] => {
  const content = readDatabase(context, path);
  if (content === undefined) return [];
  return [...readStanzas(content, FIELDS)]
    .filter((stanza) => / installed$/.test(stanza.get('status') ?? ' installed'))
    .flatMap((stanza) =>
      foundPackages([
        {
          type: 'opkg',
          name: stanza.get('package'),
          version: stanza.get('version'),
          location: path,
          architecture: stanza.get('architecture'),
          purl: { qualifiers: { arch: stanza.get('architecture') } },
        },
      ]),
    );
};

const owns = (context: CatalogContext, ownership: Ownership): void => {
  for (const folder of FOLDERS) {
    const listed = context.tree.list(`${folder}/info`);
    if (!listed.ok) continue;
    for (const entry of listed.value.filter(({ name }) => name.endsWith('.list'))) {
      const content = context.tree.read(joinPath(`${folder}/info`, entry.name), {
        maxBytes: context.limits.manifestBytes,
      });
      if (!content.ok) continue;
      for (const line of linesOf(content.value)) {
        if (ownership.size >= MAX_OWNED_PATHS) return;
        const [path] = line.split('\t');
        if (path?.startsWith('/') === true) ownership.set(path, entry.name.slice(0, -5));
      }
    }
  }
};

/** OpenWrt and Yocto images. */
export const opkgCataloger: Cataloger = {
  id: 'opkg',
  types: ['opkg'],
  capabilities: opkgCapabilities,
  reads: (path) => READ.test(path),
  fixed: (context) => FOLDERS.flatMap((folder) => readStatus(context, `${folder}/status`)),
  owns,
};
