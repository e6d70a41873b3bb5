// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { csvOfReport, objectOf, placeOf } from './report-data.ts';

const finding = {
  id: 'f-1',
  severity: 'high',
  title: { en: 'A flaw, in "zlib"', ja: 'zlib の欠陥' },
  package: { name: 'zlib1g', version: '1.2' },
  vulnerability: { id: 'CVE-1' },
  subject: { kind: 'Pod', namespace: 'shop', name: 'web', workload: 'w-1' },
  fix: { version: '1.3', action: { en: 'Update', ja: '更新する' } },
  firstSeenAtMs: 5,
} as unknown as Finding;
const head = {
  scope: 'Everything',
  filter: 'severity:high',
  advisories: '28 Nov',
  digest: 'b7e2',
  generated: 'now',
  findings: '1',
};
const words = {
  head: {
    scope: 'Scope',
    filter: 'Filter',
    advisories: 'Adv',
    digest: 'Dig',
    generated: 'Gen',
    findings: 'N',
  },
  columns: ['Severity', 'What'],
  severity: () => 'High',
  date: String,
} as const;

describe('the report as a table', () => {
  it('names scope, filter, database date and digest before the findings, in the language of the reader', () => {
    const lines = csvOfReport(head, [finding], { ...words, language: 'en' }).split('\r\n');
    expect(lines).toEqual([
      'Scope,Everything',
      'Filter,severity:high',
      'Adv,28 Nov',
      'Dig,b7e2',
      'Gen,now',
      'N,1',
      '',
      'Severity,What',
      'High,"A flaw, in ""zlib""",CVE-1,zlib1g 1.2,shop/web,1.3,Update,5,f-1',
      '',
    ]);
    expect(csvOfReport(head, [finding], { ...words, language: 'ja' })).toContain('zlib の欠陥');
  });
  it('names them also when nothing was found', () => {
    expect(csvOfReport(head, [], { ...words, language: 'en' })).toContain('Dig,b7e2');
  });
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', ' =1', '＝1'])(
    'never gives a spreadsheet a formula: %j',
    (name) => {
      const named = { ...finding, subject: { ...finding.subject, namespace: '', name } };
      expect(csvOfReport(head, [named], { ...words, language: 'en' })).toContain(`,'${name},`);
    },
  );
});

describe('words of a finding', () => {
  it('are the package, else the place of a secret, else the check', () => {
    expect(objectOf(finding)).toBe('zlib1g 1.2');
    expect(objectOf({ location: { kind: 'file', path: '/a', line: 3, column: 1 } })).toBe('/a:3');
    expect(objectOf({ check: 'host.x' })).toBe('host.x');
    expect(objectOf({})).toBe('');
  });
  it('say where it is: workload with its namespace, or the name of the image', () => {
    expect(placeOf(finding)).toBe('shop/web');
    expect(placeOf({ subject: { ...finding.subject, namespace: '' } })).toBe('web');
    expect(placeOf({ subject: { ...finding.subject, kind: 'Image', image: 'r/web:1' } })).toBe('r/web:1');
  });
});
