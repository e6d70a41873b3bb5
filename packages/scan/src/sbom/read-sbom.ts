// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, ok, type Package, type Result } from '@bartizan/contracts';
import type { ScanPackage } from '../catalogers/package.ts';
import { type ScanProblem, scanProblem } from '../catalogers/problem.ts';
import type { Distribution } from '../distribution/os-release.ts';
import { asObject, type JsonObject, parseJson } from '../json/fields.ts';
import { mergePackages } from '../scan/merge-packages.ts';
import { distributionOf, type ReadBom, toScanPackages } from './bom-entry.ts';
import { readCycloneDx } from './read-cyclonedx.ts';
import { readSpdx, readSpdx3, readSpdxTagValue } from './read-spdx.ts';
import { readSyft } from './read-syft.ts';

/** The packages of a bill of materials somebody else made, or ours. */
export interface ScannedBom {
  readonly format: ReadBom['format'];
  readonly specVersion: string;
  readonly subject: string;
  readonly distribution: Distribution;
  readonly packages: readonly ScanPackage[];
  /** Entries of the document, those without a version too. */
  readonly entries: number;
  /** Why the packages are not all of it. */
  readonly problems: readonly ScanProblem[];
}

/** Why a file is no bill of materials. */
export interface SbomError {
  readonly code: 'E_SBOM_INVALID';
  readonly detail: string;
}

/** Largest document read. */
export const MAX_SBOM_BYTES = 256 * 1024 * 1024;

const fail = (detail: string): Result<never, SbomError> => err({ code: 'E_SBOM_INVALID', detail });

const readJson = (document: JsonObject): ReadBom | undefined => {
  if (document['bomFormat'] === 'CycloneDX') return readCycloneDx(document);
  if (typeof document['spdxVersion'] === 'string') return readSpdx(document);
  if (
    Array.isArray(document['@graph']) &&
    JSON.stringify(document['@context'] ?? '').includes('spdx.org/rdf/3')
  )
    return readSpdx3(document);
  const isSyft = Array.isArray(document['artifacts']) && asObject(document['schema']) !== undefined;
  return isSyft ? readSyft(document) : undefined;
};

/** Takes a document apart: CycloneDX, SPDX 2 and 3 and syft in JSON, SPDX 2 as tag-value. */
export const parseSbom = (bytes: Buffer): Result<ReadBom, SbomError> => {
  if (bytes.length > MAX_SBOM_BYTES) return fail(`${bytes.length} bytes, limit ${MAX_SBOM_BYTES}`);
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (/^\s*(?:#[^\n]*\n\s*)*SPDXVersion:/.test(text.slice(0, 64 * 1024))) return ok(readSpdxTagValue(text));
  const document = asObject(parseJson(text));
  if (document === undefined) return fail('neither JSON nor SPDX in tag-value form');
  const bom = readJson(document);
  return bom === undefined ? fail('JSON of another kind: not CycloneDX, SPDX or syft') : ok(bom);
};

const problemsOf = (
  { unusable, leftOut }: { unusable: number; leftOut: number },
  origin: string,
): ScanProblem[] => [
  ...(leftOut === 0
    ? []
    : [
        scanProblem('scan.limit', origin, {
          en: `${leftOut} entries or more are not read: the document is nested too deep, or has too many`,
          ja: `${leftOut} 件以上の項目を読み取っていません。文書の入れ子が深すぎるか、項目が多すぎます`,
        }),
      ]),
  ...(unusable === 0
    ? []
    : [
        scanProblem('scan.unsupported', origin, {
          en: `${unusable} entries without a name and version that can be compared`,
          ja: `${unusable} 件の項目には、比較できる名前とバージョンがありません`,
        }),
      ]),
];

/** Reads the packages of a document. `origin` is where it lies, for packages that state no place of their own. */
export const readSbom = (bytes: Buffer, origin: string): Result<ScannedBom, SbomError> => {
  const bom = parseSbom(bytes);
  if (!bom.ok) return bom;
  const { format, specVersion, subject, entries, leftOut } = bom.value;
  const distribution = distributionOf(bom.value);
  const packages: ScanPackage[] = [];
  let unusable = 0;
  for (const entry of entries) {
    const found = toScanPackages(entry, distribution, origin);
    if (found.length === 0) unusable += 1;
    packages.push(...found);
  }
  return ok({
    format,
    specVersion,
    subject,
    distribution,
    packages,
    entries: entries.length,
    problems: problemsOf({ unusable, leftOut }, origin),
  });
};

/** The packages of a document in the words of the contracts, sorted. */
export const bomPackages = (bom: ScannedBom): Package[] => mergePackages(bom.packages);
