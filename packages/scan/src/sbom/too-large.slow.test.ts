// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readSbom } from './read-sbom.ts';

const problemsOf = (document: object): string[] => {
  const read = readSbom(Buffer.from(JSON.stringify(document)), '/x.json');
  if (!read.ok) throw new Error(read.error.detail);
  return read.value.problems.map(({ code, detail }) => `${code}: ${detail}`);
};

describe('a document that is too large', () => {
  it.each([
    ['CycloneDX', (list: object[]) => ({ bomFormat: 'CycloneDX', components: list }), 500_000],
    ['SPDX', (list: object[]) => ({ spdxVersion: 'SPDX-2.3', packages: list }), 500_000],
    ['syft', (list: object[]) => ({ schema: {}, artifacts: list }), 500_000],
    [
      'SPDX 3',
      (list: object[]) => ({ '@context': 'https://spdx.org/rdf/3.0.1/x', '@graph': list }),
      1_000_000,
    ],
  ])(
    'by the number of its entries in %s says how many are not read',
    { timeout: 60_000 },
    (_name, documentOf, most) => {
      expect(problemsOf(documentOf(Array.from({ length: most + 3 }, () => ({}))))).toContain(
        'scan.limit: 3 entries or more are not read: the document is nested too deep, or has too many',
      );
    },
  );
});
