// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText } from '../../json/fields.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackages, splitName } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { readJsonManifest, readManifest } from '../read-manifest.ts';
import { linesOf } from '../text-lines.ts';
import { swiftCapabilities } from './capabilities.ts';

/** `https://github.com/apple/swift-nio.git` and `git@github.com:apple/swift-nio` are both `github.com/apple/swift-nio`. */
const nameOf = (url: string): string =>
  url
    .replace(/^[a-z+]+:\/\//i, '')
    .replace(/^[^@/]*@/, '')
    .replace(/^([^/:]+):(?!\d)/, '$1/')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '');

const readResolved = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const resolved = readJsonManifest(context, file.path);
  const pins = asList(resolved?.['pins'] ?? asObject(resolved?.['object'])?.['pins']);
  return pins.map(asObject).flatMap((pin) => {
    const name = nameOf(asText(pin?.['location'] ?? pin?.['repositoryURL']) ?? '');
    return foundPackages([
      {
        type: 'swift',
        name,
        version: asObject(pin?.['state'])?.['version'],
        location: file.path,
        purl: splitName(name),
      },
    ]);
  });
};

/** Podfile.lock: below `PODS:`, each `- Name/Part (1.2.3)`; the parts of one pod share its version. */
const readPods = (content: Buffer, location: string): FoundPackage[] => {
  const found = new Map<string, FoundPackage>();
  let isInside = false;
  for (const line of linesOf(content)) {
    if (/^\S/.test(line)) isInside = line === 'PODS:';
    const [, name, version] = /^ {2}- "?([^\s"()]+) \(([^()\s]+)\)/.exec(line) ?? [];
    if (!isInside || name === undefined) continue;
    const pod = name.split('/')[0] ?? name;
    for (const one of foundPackages([{ type: 'cocoapods', name: pod, version, location }]))
      found.set(one.purl, one);
  }
  return [...found.values()];
};

/** Packages of Swift and Objective-C programs. */
export const swiftCataloger: Cataloger = {
  id: 'swift',
  types: ['swift', 'cocoapods'],
  capabilities: swiftCapabilities,
  wants: (file) =>
    file.name === 'Package.resolved' || file.name === '.package.resolved' || file.name === 'Podfile.lock',
  inspect: (file, context) => {
    if (file.name !== 'Podfile.lock') return readResolved(file, context);
    const content = readManifest(context, file.path);
    return content === undefined ? [] : readPods(content, file.path);
  },
};
