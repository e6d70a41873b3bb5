// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { zstdDecompressSync } from 'node:zlib';
import { asList, asObject, asText, type JsonObject, parseJson } from '../../json/fields.ts';
import type { CatalogContext, Ownership } from '../cataloger.ts';
import { foundPackage } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { moreNotKept } from '../problem-words.ts';
import { readDatabase } from '../read-database.ts';
import { linesOf } from '../text-lines.ts';

/** Where chisel writes what it cut out of Ubuntu packages: zstd, one JSON object a line ("jsonwall"). */
export const CHISEL_MANIFEST = '/var/lib/chisel/manifest.wall';
const MAX_PLAIN = 256 * 1024 * 1024;
/** Each line is JSON of its own: millions that are none would take minutes. */
const MAX_LINES = 500_000;

const readLines = (context: CatalogContext): Buffer | undefined => {
  const packed = readDatabase(context, CHISEL_MANIFEST);
  if (packed === undefined) return undefined;
  try {
    return zstdDecompressSync(packed, { maxOutputLength: MAX_PLAIN });
  } catch (cause) {
    context.problem(
      scanProblem(cause instanceof RangeError ? 'scan.limit' : 'scan.malformed', CHISEL_MANIFEST, {
        en: 'the manifest cannot be unpacked',
        ja: 'マニフェストを展開できません',
      }),
    );
    return undefined;
  }
};

/** The objects of the manifest; that it has more lines than are read is told. */
function* readEntries(context: CatalogContext): Generator<JsonObject | undefined> {
  const lines = readLines(context);
  if (lines === undefined) return;
  let left = MAX_LINES;
  for (const line of linesOf(lines)) {
    if (left === 0) {
      context.problem(scanProblem('scan.limit', CHISEL_MANIFEST, moreNotKept(MAX_LINES)));
      return;
    }
    left -= 1;
    yield asObject(parseJson(line));
  }
}

/** Packages that slices were cut from. The manifest names no source package: advisories are looked for by the binary's name. */
export const readChisel = (context: CatalogContext): FoundPackage[] => {
  const packages: FoundPackage[] = [];
  for (const entry of readEntries(context)) {
    if (entry?.['kind'] !== 'package') continue;
    const architecture = asText(entry['arch'], 32);
    const vendor = context.distribution.id === 'unknown' ? 'ubuntu' : context.distribution.id;
    const found = foundPackage({
      type: 'deb',
      name: entry['name'],
      version: entry['version'],
      location: CHISEL_MANIFEST,
      architecture,
      purl: { namespace: vendor, qualifiers: { arch: architecture } },
    });
    if (found !== undefined)
      packages.push({ ...found, sourceName: found.name, sourceVersion: found.version });
  }
  return packages;
};

/** Paths of slices: `{"kind":"path","path":"/usr/bin/x","slices":["pkg_slice"]}`. */
export const readChiselOwnership = (context: CatalogContext, ownership: Ownership): void => {
  for (const entry of readEntries({ ...context, problem: () => undefined })) {
    const path = entry?.['kind'] === 'path' ? asText(entry['path'], 4096) : undefined;
    const owner = asText(asList(entry?.['slices'])[0])?.split('_')[0];
    if (path !== undefined && owner !== undefined) ownership.set(path, owner);
  }
};
