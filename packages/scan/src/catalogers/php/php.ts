// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, parseJson } from '../../json/fields.ts';
import { parentPath } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackages, splitName } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { readManifest } from '../read-manifest.ts';
import { phpCapabilities } from './capabilities.ts';

const PEAR =
  /\/(?:php\d*|pear|php\/lib\/php)\/(?:\.registry|pear\/\.registry)\/(?:\.channel\.([^/]+)\/)?[^/]+\.reg$/;

const composer = (entry: unknown, location: string): FoundPackage[] => {
  const one = asObject(entry);
  const name = asText(one?.['name']);
  // Composer keeps the tag as it was: `v1.2.3` and `1.2.3` are one version to it and to its advisories.
  const version = asText(one?.['version'])?.replace(/^v(?=\d)/, '');
  if (name === undefined) return [];
  // A list means alternatives (getcomposer.org, "license").
  const licenses = [
    asList(one?.['license'])
      .filter((text) => typeof text === 'string')
      .join(' OR '),
  ];
  return foundPackages([
    { type: 'composer', name, version, location, licenses, purl: splitName(name.toLowerCase()) },
  ]);
};

const readComposer = (content: Buffer, file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const value = parseJson(content.toString('utf8'));
  const whole = asObject(value);
  if (whole === undefined && !Array.isArray(value)) {
    context.problem(scanProblem('scan.malformed', file.path, { en: 'not JSON', ja: 'JSON ではありません' }));
    return [];
  }
  const lists =
    file.name === 'composer.lock'
      ? [...asList(whole?.['packages']), ...asList(whole?.['packages-dev'])]
      : asList(whole?.['packages'] ?? value);
  return lists.flatMap((entry) => composer(entry, file.path));
};

/** PHP's serialize(): `s:4:"name";s:8:"Archive_";` - the length is checked, so that no text can pose as another field. */
const serialized = (text: string, key: string): string | undefined => {
  const mark = `s:${key.length}:"${key}";s:`;
  const at = text.indexOf(mark);
  if (at < 0) return undefined;
  const [all, length] = /^(\d{1,4}):"/.exec(text.slice(at + mark.length, at + mark.length + 8)) ?? [];
  if (all === undefined || length === undefined) return undefined;
  const start = at + mark.length + all.length;
  const value = text.slice(start, start + Number(length));
  return text.startsWith('";', start + Number(length)) ? value : undefined;
};

const readPear = (content: Buffer, file: WalkedFile): FoundPackage[] => {
  const text = content.toString('latin1');
  const channel = serialized(text, 'channel') ?? PEAR.exec(file.path)?.[1] ?? 'pear.php.net';
  return foundPackages([
    {
      type: 'composer',
      name: `${channel}/${serialized(text, 'name') ?? serialized(text, 'package') ?? ''}`,
      version: serialized(text, 'release') ?? serialized(text, 'version'),
      location: file.path,
      purl: {
        type: 'pear',
        ...splitName(`${channel}/${serialized(text, 'name') ?? serialized(text, 'package') ?? ''}`),
      },
    },
  ]).filter((found) => !found.name.endsWith('/'));
};

/** Packages of PHP programs. */
export const phpCataloger: Cataloger = {
  id: 'php',
  types: ['composer'],
  capabilities: phpCapabilities,
  wants: (file) =>
    file.name === 'composer.lock' ||
    (file.name === 'installed.json' && file.path.endsWith('/composer/installed.json')) ||
    (file.name.endsWith('.reg') && PEAR.test(file.path)),
  isShadowed: (file, tree) =>
    file.name === 'composer.lock' && tree.stat(`${parentPath(file.path)}/vendor/composer/installed.json`).ok,
  inspect: (file, context) => {
    const content = readManifest(context, file.path);
    if (content === undefined) return [];
    return file.name.endsWith('.reg') ? readPear(content, file) : readComposer(content, file, context);
  },
};
