// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Cataloger } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { readManifest } from '../read-manifest.ts';
import { linesOf, unquoted } from '../text-lines.ts';
import { dartCapabilities } from './capabilities.ts';

/** pubspec.lock: below `packages:` a name indented by two blanks, its fields by four, its description by six. */
const readLock = (content: Buffer, location: string): FoundPackage[] => {
  const found: FoundPackage[] = [];
  let name: string | undefined;
  let source: string | undefined;
  let isInside = false;
  for (const line of linesOf(content)) {
    if (/^\S/.test(line)) isInside = line === 'packages:';
    if (!isInside) continue;
    const entry = /^ {2}([^\s:][^:]*):$/.exec(line)?.[1];
    if (entry !== undefined) {
      name = unquoted(entry);
      source = undefined;
    }
    const [, key, value] = /^ {4}(source|version):\s*(.+)$/.exec(line) ?? [];
    if (key === 'source') source = unquoted(value ?? '');
    // Packages of the SDK have the version 0.0.0, and the SDK is found by itself.
    if (key === 'version' && source !== 'sdk' && source !== 'path')
      found.push(...foundPackages([{ type: 'pub', name, version: unquoted(value ?? ''), location }]));
  }
  return found;
};

/** Packages of Dart and Flutter programs. */
export const dartCataloger: Cataloger = {
  id: 'dart',
  types: ['pub'],
  capabilities: dartCapabilities,
  wants: (file) => file.name === 'pubspec.lock',
  inspect: (file, context) => {
    const content = readManifest(context, file.path);
    return content === undefined ? [] : readLock(content, file.path);
  },
};
