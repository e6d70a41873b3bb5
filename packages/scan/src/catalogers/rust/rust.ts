// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { inflateSync } from 'node:zlib';
import { readElf } from '../../executable/elf.ts';
import { asList, asObject, asText, parseJson } from '../../json/fields.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import { isProgram } from '../is-program.ts';
import type { FoundPackage } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { treeProblem } from '../problem-words.ts';
import { readManifest } from '../read-manifest.ts';
import { tomlTables } from '../text-lines.ts';
import { rustCapabilities } from './capabilities.ts';

const SECTION = '.dep-v0';
const MAX_PACKED = 8 * 1024 * 1024;
const MAX_PLAIN = 64 * 1024 * 1024;

const crate = (name: unknown, version: unknown, location: string): FoundPackage[] =>
  foundPackages([{ type: 'cargo', name, version, location }]);

/** Reads what cargo auditable wrote: zlib-packed JSON, a list of packages. Build-only ones are not in the program. */
export const readAuditable = (packed: Buffer, location: string): FoundPackage[] | undefined => {
  let plain: Buffer;
  try {
    plain = inflateSync(packed, { maxOutputLength: MAX_PLAIN });
  } catch {
    return undefined;
  }
  const packages = asObject(parseJson(plain.toString('utf8')))?.['packages'];
  if (!Array.isArray(packages)) return undefined;
  return asList(packages)
    .map(asObject)
    .filter((entry) => asText(entry?.['kind']) !== 'build')
    .flatMap((entry) => crate(entry?.['name'], entry?.['version'], location));
};

const readExecutable = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const opened = context.tree.open(file.path);
  if (!opened.ok) {
    context.problem(treeProblem(opened.error, file.path));
    return [];
  }
  try {
    const section = readElf(opened.value)?.sections.find(({ name }) => name === SECTION);
    if (section === undefined) return [];
    const isLarge = section.sizeBytes > MAX_PACKED;
    const packed = isLarge ? undefined : opened.value.readAt(section.offset, section.sizeBytes);
    const found = packed === undefined ? undefined : readAuditable(packed, file.path);
    if (found === undefined)
      context.problem(
        scanProblem(isLarge ? 'scan.limit' : 'scan.malformed', file.path, {
          en: `${SECTION} of ${section.sizeBytes} bytes cannot be read`,
          ja: `${section.sizeBytes} バイトの ${SECTION} を読み取れません`,
        }),
      );
    return found ?? [];
  } finally {
    opened.value.close();
  }
};

const readLock = (content: Buffer, location: string): FoundPackage[] =>
  [...tomlTables(content, 'package')].flatMap((table) =>
    crate(table.get('name'), table.get('version'), location),
  );

/** Crates of Rust programs. */
export const rustCataloger: Cataloger = {
  id: 'rust',
  types: ['cargo'],
  capabilities: rustCapabilities,
  wants: (file) => file.name === 'Cargo.lock' || isProgram(file),
  readsRanges: true,
  inspect: (file, context) => {
    if (file.name !== 'Cargo.lock') return readExecutable(file, context);
    const content = readManifest(context, file.path);
    return content === undefined ? [] : readLock(content, file.path);
  },
};
