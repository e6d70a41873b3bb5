// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expressible, readVex, VEX_FORMATS, type VexStatement, writeVex } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import { hasGo, hasShared, report, SHARED } from '../outside.ts';
import { officialSchemas, schemaValidator } from '../sbom/schemas.ts';

const FOLDER = 'fixtures/sbom';
type Json = Readonly<Record<string, unknown>>;

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
/** Documents with statements, told by their own words; examples with an ellipsis are no JSON. */
const documents = (): { name: string; text: string }[] => {
  const files = ['openvex', 'csaf', 'cyclonedx'].flatMap((folder) =>
    readdirSync(join(SHARED, FOLDER, folder))
      .filter((name) => name.endsWith('.json') && !name.includes('schema'))
      .map((name) => ({
        name: `${folder}/${name}`,
        text: readFileSync(join(SHARED, FOLDER, folder, name), 'utf8'),
      })),
  );
  const cases = gunzipSync(readFileSync(join(SHARED, FOLDER, 'csaf/validator-cases.jsonl.gz')))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { name: string; valid: boolean; document: unknown })
    .filter((one) => one.valid)
    .map((one) => ({ name: `csaf case ${one.name}`, text: JSON.stringify(one.document) }));
  const holds =
    /"@context":\s*"https:\/\/openvex\.dev\/ns|"csaf_version"|"bomFormat":[\s\S]*"vulnerabilities":\s*\[/;
  return [...files, ...cases].filter(({ text }) => isJson(text) && holds.test(text));
};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** How many statements a document makes, counted from its own lists: one a product in CSAF, one a vulnerability elsewhere. */
const countStatements = (text: string): number => {
  const document = JSON.parse(text) as Json;
  if (document['statements'] !== undefined || '@context' in document)
    return list(document['statements']).length;
  const found = list(document['vulnerabilities']) as Json[];
  if (document['bomFormat'] === 'CycloneDX')
    return found.filter((one) => one['analysis'] !== undefined).length;
  const hasId = (one: Json): boolean => one['cve'] !== undefined || list(one['ids']).length > 0;
  // A vulnerability without an id is unusable once, however many products it names.
  const nameless = found.filter(
    (one) => !hasId(one) && Object.keys((one['product_status'] ?? {}) as Json).length > 0,
  );
  return found
    .filter(hasId)
    .flatMap((one) => Object.entries((one['product_status'] ?? {}) as Json))
    .filter(([name]) => name !== 'recommended')
    .reduce((sum, [, members]) => sum + list(members).length, nameless.length);
};

/** What a statement comes to: one line a product and part. */
const linesOf = (statements: readonly VexStatement[]): string[] =>
  [
    ...new Set(
      statements.flatMap((one) =>
        one.products.flatMap((product) =>
          (product.parts.length === 0 ? [''] : product.parts).map((part) =>
            [one.vulnerability, one.status, one.justification ?? '', product.purl ?? product.id, part].join(
              ' | ',
            ),
          ),
        ),
      ),
    ),
  ].sort();
const HEAD = { author: 'x', namespace: 'https://example.org', createdAt: '2026-01-01T00:00:00Z' };
const statementsOf = (text: string): readonly VexStatement[] => {
  const read = readVex(Buffer.from(text));
  return read.ok ? read.value.statements : [];
};
describe.skipIf(!hasShared(FOLDER))('the outside vulnerability statements', () => {
  it('are read to the last one, or are said to be unusable', () => {
    let passed = 0;
    const failed: string[] = [];
    for (const { name, text } of documents()) {
      const read = readVex(Buffer.from(text));
      if (read.ok && read.value.statements.length + read.value.unusable.length === countStatements(text))
        passed += 1;
      else
        failed.push(
          `${name}: ${read.ok ? `${read.value.statements.length} + ${read.value.unusable.length} of ${countStatements(text)}` : read.error.detail}`,
        );
    }
    process.stdout.write(failed.map((line) => `vex, not read: ${line}\n`).join(''));
    report('vex-read', passed, documents().length);
  });

  it.each(VEX_FORMATS)('come back unchanged after we wrote them as %s', (format) => {
    let passed = 0;
    const failed: string[] = [];
    for (const { name, text } of documents()) {
      const before = expressible(statementsOf(text), format);
      const after = statementsOf(writeVex(before, HEAD, format));
      if (JSON.stringify(linesOf(after)) === JSON.stringify(linesOf(before))) passed += 1;
      else
        failed.push(
          `${name}: ${linesOf(before).find((line) => !linesOf(after).includes(line)) ?? 'more than before'}`,
        );
    }
    process.stdout.write(failed.map((line) => `vex ${format}, changed: ${line}\n`).join(''));
    report(`vex-round-trip-${format}`, passed, documents().length);
  });

  it('hold to the OpenVEX schema when we write them', () => {
    const validate = schemaValidator(
      JSON.parse(readFileSync(join(SHARED, FOLDER, 'openvex/openvex_json_schema.json'), 'utf8')) as object,
    );
    let passed = 0;
    const failed: string[] = [];
    const all = documents().filter(({ text }) => statementsOf(text).length > 0);
    for (const { name, text } of all) {
      const faults = validate(JSON.parse(writeVex(statementsOf(text), HEAD, 'openvex')));
      if (faults.length === 0) passed += 1;
      else failed.push(`${name}: ${faults.slice(0, 2).join('; ')}`);
    }
    process.stdout.write(failed.map((line) => `vex, not valid OpenVEX: ${line}\n`).join(''));
    report('vex-valid-openvex', passed, all.length);
    expect(validate({ '@context': 'https://openvex.dev/ns/v0.2.0' })).not.toEqual([]);
  });

  it.skipIf(!hasGo)('hold to the CycloneDX schema when we write them', { timeout: 300_000 }, () => {
    const validate = officialSchemas()['cyclonedx-1.6'];
    let passed = 0;
    const failed: string[] = [];
    for (const { name, text } of documents()) {
      const faults = validate(JSON.parse(writeVex(statementsOf(text), HEAD, 'cyclonedx')));
      if (faults.length === 0) passed += 1;
      else failed.push(`${name}: ${faults.slice(0, 2).join('; ')}`);
    }
    process.stdout.write(failed.map((line) => `vex, not valid CycloneDX: ${line}\n`).join(''));
    report('vex-valid-cyclonedx', passed, documents().length);
  });
});
