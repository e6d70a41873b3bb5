// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { joinPath } from '../../tree/file-tree.ts';
import type { CatalogContext, Cataloger, Ownership } from '../cataloger.ts';
import { foundPackage } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { GAPS } from '../problem-words.ts';
import { readDatabase } from '../read-database.ts';
import { linesOf } from '../text-lines.ts';
import { pacmanCapabilities } from './capabilities.ts';

const LOCAL = '/var/lib/pacman/local';
const READ = /^\/var\/lib\/pacman\/local\/[^/]+\/(?:desc|files)$/;
const MAX_OWNED_PATHS = 2_000_000;

/** `%NAME%` alone on a line, its values on the lines below, an empty line at the end (alpm's local database). */
const readSections = (content: Buffer, wanted: ReadonlySet<string>): Map<string, string[]> => {
  const sections = new Map<string, string[]>();
  let values: string[] | undefined;
  for (const line of linesOf(content)) {
    const header = /^%([A-Z0-9]+)%$/.exec(line)?.[1];
    if (header !== undefined) {
      values = wanted.has(header) ? [] : undefined;
      if (values !== undefined) sections.set(header, values);
    } else if (line === '') values = undefined;
    else values?.push(line);
  }
  return sections;
};

const DESC = new Set(['NAME', 'VERSION', 'ARCH', 'BASE']);

const folders = (context: CatalogContext): string[] => {
  const listed = context.tree.list(LOCAL);
  if (!listed.ok) return [];
  return listed.value
    .filter((entry) => entry.kind === 'directory')
    .map((entry) => joinPath(LOCAL, entry.name))
    .sort();
};

const readDesc = (context: CatalogContext, folder: string): FoundPackage[] => {
  const path = `${folder}/desc`;
  const content = readDatabase(context, path);
  if (content === undefined) return [];
  const desc = readSections(content, DESC);
  const [version] = desc.get('VERSION') ?? [];
  const [architecture] = desc.get('ARCH') ?? [];
  const [base] = desc.get('BASE') ?? [];
  const found = foundPackage({
    type: 'alpm',
    name: desc.get('NAME')?.[0],
    version,
    location: path,
    architecture,
    purl: { namespace: context.distribution.id, qualifiers: { arch: architecture } },
  });
  if (found === undefined) {
    context.problem(scanProblem('scan.malformed', path, GAPS.noName));
    return [];
  }
  return [base === undefined ? found : { ...found, sourceName: base, sourceVersion: found.version }];
};

const owns = (context: CatalogContext, ownership: Ownership): void => {
  for (const folder of folders(context)) {
    const content = context.tree.read(`${folder}/files`, { maxBytes: context.limits.databaseBytes });
    const desc = context.tree.read(`${folder}/desc`, { maxBytes: context.limits.databaseBytes });
    if (!content.ok || !desc.ok) continue;
    const owner = readSections(desc.value, DESC).get('NAME')?.[0] ?? '';
    for (const file of readSections(content.value, new Set(['FILES'])).get('FILES') ?? []) {
      if (ownership.size >= MAX_OWNED_PATHS) return;
      if (!file.endsWith('/')) ownership.set(`/${file}`, owner);
    }
  }
};

/** Arch Linux and derived distributions. */
export const pacmanCataloger: Cataloger = {
  id: 'pacman',
  types: ['alpm'],
  capabilities: pacmanCapabilities,
  reads: (path) => READ.test(path),
  fixed: (context) => folders(context).flatMap((folder) => readDesc(context, folder)),
  owns,
};
