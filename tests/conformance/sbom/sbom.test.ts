// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BOM_FORMATS,
  type Bom,
  type BomFormat,
  bomPackages,
  instantOf,
  parseSbom,
  readSbom,
  writeBom,
} from '@bartizan/scan';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasGo, hasShared, report, SHARED } from '../outside.ts';
import { officialSchemas, type Validator } from './schemas.ts';

const FOLDER = 'fixtures/sbom';
interface Row {
  readonly file: string;
  readonly format: string;
  readonly version: string | null;
  readonly components?: number;
  readonly packages?: number;
}

const rows = (): Row[] =>
  readFileSync(join(SHARED, FOLDER, 'manifest.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
    .filter((row) => (row.format === 'cyclonedx' || row.format === 'spdx') && !row.file.endsWith('.xml'));
const bytesOf = (row: Row): Buffer => readFileSync(join(SHARED, 'fixtures', row.file));

const SOFTWARE = new Set([
  'application',
  'framework',
  'library',
  'container',
  'platform',
  'device-driver',
  'firmware',
]);
const HOLDERS = new Set(['container', 'operatingsystem', 'operating-system', 'device', 'file']);

const isSpdxPackage = (one: Readonly<Record<string, unknown>>): boolean => {
  const purpose = String(one['software_primaryPurpose'] ?? one['primaryPackagePurpose'] ?? '').toLowerCase();
  return (one['type'] === 'software_Package' || 'downloadLocation' in one) && !HOLDERS.has(purpose);
};

/** How many packages a document names, counted by another way than the reader's: over all objects, wherever they are. */
const countSoftware = (row: Row): number => {
  const text = bytesOf(row).toString('utf8');
  if (row.file.endsWith('.spdx')) return text.match(/^PackageName:/gm)?.length ?? 0;
  const { metadata: _about, ...document } = JSON.parse(text) as { metadata?: unknown };
  let count = 0;
  JSON.stringify(document, function (this: unknown, key: string, value: unknown) {
    const one = value as Readonly<Record<string, unknown>> | null;
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return value;
    const isComponent =
      Array.isArray(this) && /^\d+$/.test(key) && SOFTWARE.has(String(one['type'])) && 'name' in one;
    if (row.format === 'spdx' ? isSpdxPackage(one) : isComponent) count += 1;
    return value;
  });
  return count;
};

/** What our own writers make of an outside document. */
const bomOf = (row: Row): Bom => {
  const read = readSbom(bytesOf(row), '/outside');
  if (!read.ok) throw new Error(`${row.file}: ${read.error.detail}`);
  return {
    subject: { kind: 'sbom', name: read.value.subject || 'document' },
    packages: bomPackages(read.value),
    distribution: read.value.distribution,
    createdAt: instantOf(undefined),
    toolVersion: '0',
    isComplete: read.value.problems.length === 0,
  };
};

describe.skipIf(!hasShared(FOLDER))('the outside bills of materials', () => {
  it('are read to the last component', () => {
    let passed = 0;
    const failed: string[] = [];
    for (const row of rows()) {
      const bom = parseSbom(bytesOf(row));
      const isVersion = bom.ok && (row.version === null || bom.value.specVersion.startsWith(row.version));
      if (bom.ok && isVersion && bom.value.entries.length === countSoftware(row)) passed += 1;
      else
        failed.push(
          `${row.file}: ${bom.ok ? `${bom.value.specVersion} ${bom.value.entries.length}` : bom.error.detail}`,
        );
    }
    process.stdout.write(failed.map((line) => `sbom, not read: ${line}\n`).join(''));
    report('sbom-read', passed, rows().length);
  });

  it.each(BOM_FORMATS)('come back unchanged after we wrote them as %s', (format) => {
    let passed = 0;
    for (const row of rows()) {
      const bom = bomOf(row);
      const again = readSbom(Buffer.from(writeBom(bom, format)), '/outside');
      if (again.ok && JSON.stringify(bomPackages(again.value)) === JSON.stringify(bom.packages)) passed += 1;
    }
    report(`sbom-round-trip-${format}`, passed, rows().length);
  });
});

describe.skipIf(!hasShared(FOLDER) || !hasGo)('the official schemas', () => {
  let validators: Readonly<Record<'cyclonedx' | 'cyclonedx-1.6' | 'spdx', Validator>>;
  beforeAll(() => {
    validators = officialSchemas();
  }, 300_000);

  it.each(['cyclonedx', 'cyclonedx-1.6', 'spdx'] as const)(
    'hold for what we write: %s',
    (format: BomFormat & keyof typeof validators) => {
      let passed = 0;
      const failed: string[] = [];
      for (const row of rows()) {
        const faults = validators[format](JSON.parse(writeBom(bomOf(row), format)));
        if (faults.length === 0) passed += 1;
        else failed.push(`${row.file}: ${faults.slice(0, 3).join('; ')}`);
      }
      process.stdout.write(failed.map((line) => `sbom ${format}, not valid: ${line}\n`).join(''));
      report(`sbom-valid-${format}`, passed, rows().length);
    },
  );

  it('refuse a document with a wrong field, so that they can fail at all', () => {
    const [row] = rows();
    if (row === undefined) throw new Error('there is a document');
    const wrong = { ...(JSON.parse(writeBom(bomOf(row), 'cyclonedx')) as object), serialNumber: 'x' };
    expect(validators.cyclonedx(wrong)).not.toEqual([]);
    expect(
      validators.spdx({ ...(JSON.parse(writeBom(bomOf(row), 'spdx')) as object), SPDXID: undefined }),
    ).not.toEqual([]);
  });
});
