// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext, Cataloger, Ownership } from '../cataloger.ts';
import { declared } from '../declared-licences.ts';
import { type FoundPackage, isPlausible } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { entriesWithoutName, GAPS, morePackages } from '../problem-words.ts';
import { writePurl } from '../purl.ts';
import { readDatabase } from '../read-database.ts';
import { apkCapabilities } from './capabilities.ts';

const DATABASES = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'];
const MAX_LINE = 4096;
const MAX_OWNED_PATHS = 2_000_000;

/** Calls back for each `X:value` line, with an empty letter at the end of each package. */
const readFields = (content: Buffer, onField: (letter: string, value: string) => void): void => {
  let at = 0;
  while (at < content.length) {
    const newline = content.indexOf(10, at);
    const end = newline < 0 ? content.length : newline;
    if (end === at) onField('', '');
    else if (content[at + 1] === 58) {
      onField(
        String.fromCharCode(content[at] ?? 0),
        content.toString('utf8', at + 2, Math.min(end, at + MAX_LINE)),
      );
    }
    at = end + 1;
  }
  onField('', '');
};

const toPackage = (
  fields: ReadonlyMap<string, string>,
  location: string,
  vendor: string,
): FoundPackage | undefined => {
  const name = fields.get('P') ?? '';
  const version = fields.get('V') ?? '';
  if (!isPlausible(name) || !isPlausible(version)) return undefined;
  const architecture = fields.get('A');
  const origin = fields.get('o') ?? '';
  return {
    type: 'apk',
    name,
    version,
    purl: writePurl({ type: 'apk', namespace: vendor, name, version, qualifiers: { arch: architecture } }),
    ...(architecture === undefined ? {} : { architecture }),
    sourceName: isPlausible(origin) ? origin : name,
    sourceVersion: version,
    ...declared([fields.get('L')]),
    location,
  };
};

const readInstalled = (context: CatalogContext, path: string): FoundPackage[] => {
  const content = readDatabase(context, path);
  if (content === undefined) return [];
  const packages: FoundPackage[] = [];
  let fields = new Map<string, string>();
  let skipped = 0;
  let isFull = false;
  readFields(content, (letter, value) => {
    if (letter !== '') {
      if ('PVAoL'.includes(letter) && !fields.has(letter)) fields.set(letter, value);
      return;
    }
    if (fields.size === 0) return;
    const found = toPackage(fields, path, context.distribution.id);
    if (found === undefined) skipped += 1;
    else if (packages.length < context.limits.packages) packages.push(found);
    else isFull = true;
    fields = new Map();
  });
  if (isFull) context.problem(scanProblem('scan.limit', path, morePackages(context.limits.packages)));
  if (skipped > 0) context.problem(scanProblem('scan.malformed', path, entriesWithoutName(skipped)));
  if (packages.length > 0 && content.at(-1) !== 10) {
    context.problem(scanProblem('scan.truncated', path, GAPS.endsInLine));
  }
  return packages;
};

const readOwnership = (context: CatalogContext, ownership: Ownership): void => {
  for (const path of DATABASES) {
    const content = context.tree.read(path, { maxBytes: context.limits.databaseBytes });
    if (!content.ok) continue;
    let owner = '';
    let folder = '';
    readFields(content.value, (letter, value) => {
      if (letter === 'P') owner = value;
      else if (letter === 'F') folder = value;
      else if (letter === 'R' && owner !== '' && ownership.size < MAX_OWNED_PATHS)
        ownership.set(`/${folder}/${value}`, owner);
    });
  }
};

/** Alpine, Wolfi and Chainguard. */
export const apkCataloger: Cataloger = {
  id: 'apk',
  types: ['apk'],
  capabilities: apkCapabilities,
  reads: (path) => DATABASES.includes(path),
  fixed: (context) => DATABASES.flatMap((path) => readInstalled(context, path)),
  owns: readOwnership,
};
