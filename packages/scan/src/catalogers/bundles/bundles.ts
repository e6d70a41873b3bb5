// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText } from '../../json/fields.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { readJsonManifest, readManifest } from '../read-manifest.ts';
import { linesOf, unquoted } from '../text-lines.ts';
import { bundlesCapabilities } from './capabilities.ts';

const SNAP = /\/meta\/snap\.yaml$/;
const FLATPAK = /\/flatpak\/app\/([^/]+)\/.*\/(?:metainfo|appdata)\/[^/]+\.xml$/;
const COS = '/etc/cos-package-info.json';

const readSnap = (content: Buffer, location: string): FoundPackage[] => {
  const fields = new Map<string, string>();
  for (const line of linesOf(content)) {
    const [, key, value] = /^(name|version):\s*(.+)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && !fields.has(key)) fields.set(key, unquoted(value));
  }
  return foundPackages([
    {
      type: 'snap',
      name: fields.get('name'),
      version: fields.get('version'),
      location,
      purl: { type: 'generic', namespace: 'snap' },
    },
  ]);
};

/** AppStream metainfo lists releases newest first. */
const readFlatpak = (content: Buffer, location: string): FoundPackage[] => {
  const release = /<release\s[^<>]{1,500}>/.exec(content.toString('utf8'))?.[0] ?? '';
  return foundPackages([
    {
      type: 'flatpak',
      name: FLATPAK.exec(location)?.[1],
      version: /\sversion\s*=\s*["']([^"'<&]{1,100})["']/.exec(release)?.[1],
      location,
      purl: { type: 'generic', namespace: 'flatpak' },
    },
  ]);
};

const readCos = (file: WalkedFile, context: CatalogContext): FoundPackage[] =>
  asList(readJsonManifest(context, file.path)?.['installedPackages'])
    .map(asObject)
    .flatMap((entry) => {
      const category = asText(entry?.['category']) ?? 'unknown';
      const name = asText(entry?.['name']) ?? '';
      return foundPackages([
        {
          type: 'generic',
          name: `${category}/${name}`,
          version: entry?.['ebuildVersion'] ?? entry?.['version'],
          location: file.path,
          purl: { type: 'cos', namespace: category, name },
        },
      ]);
    });

/** Snaps, flatpaks and the packages of Container-Optimized OS. */
export const bundlesCataloger: Cataloger = {
  id: 'bundles',
  types: ['snap', 'flatpak', 'generic'],
  capabilities: bundlesCapabilities,
  wants: (file) =>
    file.path === COS ||
    (file.name === 'snap.yaml' && SNAP.test(file.path)) ||
    (file.name.endsWith('.xml') && FLATPAK.test(file.path)),
  inspect: (file, context) => {
    if (file.path === COS) return readCos(file, context);
    const content = readManifest(context, file.path);
    if (content === undefined) return [];
    return file.name === 'snap.yaml' ? readSnap(content, file.path) : readFlatpak(content, file.path);
  },
};
