// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText } from '../../json/fields.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { readStanzas } from '../dpkg/stanzas.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage, PackageType } from '../package.ts';
import { jsonObjectOf, readManifest } from '../read-manifest.ts';
import { linesOf } from '../text-lines.ts';
import { conanCapabilities } from './capabilities.ts';

const NAMES = new Set(['conan.lock', 'conaninfo.txt', 'conanfile.txt', 'vcpkg.json']);
const VCPKG_FIELDS = new Set(['package', 'version', 'port-version', 'status', 'architecture', 'feature']);

/** `name/version[@user/channel][#revision][%time]`: Conan's own reference. */
const reference = (text: string, location: string): FoundPackage[] => {
  const [, name, version, user, channel] =
    /^([a-z0-9_][a-z0-9_.+-]*)\/([^@#%[\]\s]+)(?:@([^/#%\s]+)\/([^#%\s]+))?/i.exec(text.trim()) ?? [];
  return foundPackages([
    {
      type: 'conan',
      name,
      version,
      location,
      purl: {
        qualifiers: { user: user === '_' ? undefined : user, channel: channel === '_' ? undefined : channel },
      },
    },
  ]);
};

const readLock = (content: Buffer, file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const lock = jsonObjectOf(content, file.path, context);
  if (lock === undefined) return [];
  const nodes = Object.values(asObject(asObject(lock['graph_lock'])?.['nodes']) ?? {});
  const references = [...asList(lock['requires']), ...nodes.map((node) => asObject(node)?.['ref'])];
  return references.flatMap((text) => reference(asText(text) ?? '', file.path));
};

/** INI-like: `[requires]`, then one reference a line. `[full_requires]` is what conaninfo resolved them to. */
const readText = (content: Buffer, file: WalkedFile): FoundPackage[] => {
  const wanted = file.name === 'conaninfo.txt' ? '[full_requires]' : '[requires]';
  const found: FoundPackage[] = [];
  let isInside = false;
  for (const raw of linesOf(content)) {
    const line = raw.trim();
    if (line.startsWith('[')) isInside = line === wanted;
    else if (isInside && !line.startsWith('#')) found.push(...reference(line.split(':')[0] ?? '', file.path));
  }
  return found;
};

const vcpkg = (name: unknown, version: unknown, location: string): FoundPackage[] =>
  foundPackages([{ type: 'vcpkg' satisfies PackageType, name, version, location }]);

const readManifestJson = (content: Buffer, file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const manifest = jsonObjectOf(content, file.path, context);
  return asList(manifest?.['overrides'])
    .map(asObject)
    .flatMap((entry) =>
      vcpkg(
        entry?.['name'],
        entry?.['version'] ??
          entry?.['version-string'] ??
          entry?.['version-semver'] ??
          entry?.['version-date'],
        file.path,
      ),
    );
};

/** `installed/vcpkg/status`: the form of dpkg's status file, one stanza a port and one a feature. */
const readStatus = (content: Buffer, file: WalkedFile): FoundPackage[] =>
  [...readStanzas(content, VCPKG_FIELDS)]
    .filter((stanza) => !stanza.has('feature') && / installed$/.test(stanza.get('status') ?? ''))
    .flatMap((stanza) => {
      const port = stanza.get('port-version');
      const version = stanza.get('version');
      return vcpkg(
        stanza.get('package'),
        port === undefined || port === '0' ? version : `${version}#${port}`,
        file.path,
      );
    });

/** C and C++ libraries from package managers. */
export const conanCataloger: Cataloger = {
  id: 'conan',
  types: ['conan', 'vcpkg'],
  capabilities: conanCapabilities,
  wants: (file) => NAMES.has(file.name) || file.path.endsWith('/vcpkg/status'),
  inspect: (file, context) => {
    const content = readManifest(context, file.path);
    if (content === undefined) return [];
    if (file.name === 'conan.lock') return readLock(content, file, context);
    if (file.name === 'vcpkg.json') return readManifestJson(content, file, context);
    return file.name === 'status' ? readStatus(content, file) : readText(content, file);
  },
};
