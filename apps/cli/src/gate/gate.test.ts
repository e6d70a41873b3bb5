// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bomPackages, readSbom } from '@bartizan/scan';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Judged } from '../commands/judged.ts';
import { itemsOf, type ScanItem } from '../report/item.ts';
import { readBaseline } from './baseline.ts';
import { appliesTo, parseExceptions, readExceptions, type ScanException } from './exceptions.ts';
import { type GateRules, standItems, standingText, unusedExceptions } from './standing.ts';
import { writeBaseline } from './write-baseline.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-gate-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-06-15T12:00:00Z');
const item = (more: Partial<ScanItem> = {}): ScanItem => ({
  kind: 'vulnerability',
  id: 'CVE-2021-44906',
  aliases: ['GHSA-xvch-5gv4-984h'],
  severity: 'high',
  title: 'prototype pollution',
  fix: '1.2.6',
  package: {
    name: '@acme/minimist',
    version: '1.2.5',
    purl: 'pkg:npm/%40acme/minimist@1.2.5',
    ecosystem: 'npm',
  },
  paths: ['app/node_modules/minimist/package.json'],
  everyPath: ['app/node_modules/minimist/package.json'],
  fingerprint: 'a'.repeat(32),
  ordinal: 1,
  ...more,
});
/** A match of a package that lies at these places. */
const matchAt = (locations: readonly string[]): Judged => ({
  package: {
    ...{ name: 'minimist', version: '1.2.5', ecosystem: 'npm', purl: 'pkg:npm/minimist@1.2.5' },
    ...{ cataloger: 'javascript', locations: [...locations] },
  },
  vulnerability: {
    ...{ id: 'CVE-2021-44906', aliases: [], severity: 'critical', references: [] },
    ...{ cvss: [], cwe: [], knownExploited: false },
  },
  ...{ kind: 'vulnerability', verdict: 'affected', fixState: 'fixed', comparator: 'semver', why: [] },
});
const exception = (more: object = {}): ScanException => {
  const answer = { owner: 'team-web', reason: 'not reachable', expires: '2026-06-15', ...more };
  const read = parseExceptions({ version: 1, exceptions: [answer] }, 'test');
  if (!read.ok) throw new Error(read.error.detail);
  const [only] = read.value;
  if (only === undefined) throw new Error('nothing read');
  return only;
};
const rules = (more: Partial<GateRules> = {}): GateRules => ({ exceptions: [], nowMs: NOW, ...more });
const stand = (one: ScanItem, more: Partial<GateRules> = {}) =>
  standItems([one], 'registry/app:1', rules(more))[0]?.standing;

describe('an exceptions file', () => {
  it.each([
    ['no owner', { owner: undefined, id: 'x' }],
    ['an empty reason', { reason: ' ', id: 'x' }],
    ['no expiry', { expires: undefined, id: 'x' }],
    ['an expiry that is none', { expires: 'soon', id: 'x' }],
    ['a day that does not exist', { expires: '2026-02-30', id: 'x' }],
    ['a misspelt field', { expiry: '2026-01-01', id: 'x' }],
    ['no scope at all', {}],
    ['only a target', { target: '**' }],
    ['a number for an id', { id: 7 }],
    ['a pattern that is too long', { path: 'x'.repeat(600) }],
  ])('is refused with %s', (_what, more) => {
    const entry = { owner: 'o', reason: 'r', expires: '2027-01-01', ...more };
    const read = parseExceptions({ version: 1, exceptions: [entry] }, 'file');
    expect(read).toMatchObject({ ok: false, error: { code: 'E_EXCEPTIONS_INVALID' } });
  });

  it.each([
    ['version: 2\nexceptions: []', 'version: 1'],
    ['version: 1\nexceptions: {}', 'version: 1'],
    ['version: 1\nexceptions: []\nextra: 1', 'nothing else'],
    ['version: 1\nversion: 1\nexceptions: []', 'unique'],
    ['a: &a [x]\nb: *a\nversion: 1\nexceptions: []', 'Alias'],
    ['exceptions: [', 'file.yaml'],
  ])('is refused whole when it is %j', async (text, why) => {
    writeFileSync(at('file.yaml'), text);
    const read = await readExceptions(at('file.yaml'));
    expect(read.ok ? '' : read.error.detail).toContain(why);
  });

  it('ends any value with a refusal or with entries that have an owner and an end (property)', () => {
    const entry = fc.record(
      {
        id: fc.anything(),
        package: fc.string(),
        path: fc.string(),
        owner: fc.oneof(fc.string(), fc.constant(undefined)),
        reason: fc.string(),
        expires: fc.oneof(fc.string(), fc.constant('2027-01-01')),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(entry)), (exceptions) => {
        const read = parseExceptions({ version: 1, exceptions }, 'x');
        for (const one of read.ok ? read.value : []) {
          expect(one.owner.trim()).not.toBe('');
          expect(Number.isFinite(one.expiresAtMs)).toBe(true);
        }
      }),
      { seed: 6, numRuns: 1000 },
    );
  });

  it('is read as YAML and as JSON, and refused when it is not there', async () => {
    const entry = { id: 'CVE-1', owner: 'o', reason: 'r', expires: '2027-01-01' };
    writeFileSync(at('e.json'), JSON.stringify({ version: 1, exceptions: [entry] }));
    writeFileSync(
      at('e.yaml'),
      'version: 1\nexceptions:\n  - id: CVE-1\n    owner: o\n    reason: r\n    expires: 2027-01-01\n',
    );
    const [json, yaml] = [await readExceptions(at('e.json')), await readExceptions(at('e.yaml'))];
    expect(json).toEqual(yaml);
    expect(json).toMatchObject({
      ok: true,
      value: [{ expiresAtMs: Date.parse('2027-01-02T00:00:00Z') - 1 }],
    });
    expect(await readExceptions(at('absent'))).toMatchObject({ ok: false });
  });

  it.each<[string, object, boolean]>([
    ['its id', { id: 'CVE-2021-44906' }, true],
    ['an alias', { id: 'GHSA-xvch-5gv4-984h' }, true],
    ['another id', { id: 'CVE-2021-4490' }, false],
    ['a package', { package: '@acme/*' }, true],
    ['a package URL', { package: 'pkg:npm/**' }, true],
    ['another package', { package: 'lodash' }, false],
    ['a path', { path: '/app/**' }, true],
    ['another path', { path: 'srv/**' }, false],
    ['id and target', { id: 'CVE-2021-44906', target: 'registry/*' }, true],
    ['id and another target', { id: 'CVE-2021-44906', target: 'other/*' }, false],
  ])('fits by %s', (_what, scope, fits) => {
    expect(appliesTo(exception(scope), item(), 'registry/app:1')).toBe(fits);
  });

  it('fits by path only when every place does', () => {
    const everyPath = ['app/a.js', 'srv/b.js'];
    expect(appliesTo(exception({ path: 'app/*' }), item({ everyPath }), 't')).toBe(false);
    expect(appliesTo(exception({ path: 'app/*' }), item({ everyPath: [] }), 't')).toBe(false);
  });

  it.each([
    ['all of eleven places', 11, [], true],
    ['ten places, and not the eleventh, which no report shows', 10, ['/srv/live/package.json'], false],
    ['as many as are kept: there may be others', 32, [], false],
  ])('by path fits %s: %#', (_what, inside, others, fits) => {
    const within = Array.from({ length: inside }, (_, at) => `/app/vendor/${at}/package.json`);
    const [only] = itemsOf([matchAt([...within, ...others])], [], 'en');
    if (only === undefined) throw new Error('no item');
    expect(only.paths.length).toBeLessThanOrEqual(10);
    expect(appliesTo(exception({ path: '/app/vendor/**' }), only, 't')).toBe(fits);
  });

  it('fits by the path of a document that names the package in 33 entries', () => {
    const entry = { type: 'library', name: 'minimist', version: '1.2.5', purl: 'pkg:npm/minimist@1.2.5' };
    const document = { bomFormat: 'CycloneDX', components: Array.from({ length: 33 }, () => entry) };
    const bom = readSbom(Buffer.from(JSON.stringify(document)), '/app/bom.json');
    if (!bom.ok) throw new Error(bom.error.detail);
    const matches = bomPackages(bom.value).map(({ locations }) => matchAt(locations));
    const fitting = itemsOf(matches, [], 'en').map((one) =>
      [exception({ path: '/app/**' }), exception({ path: '/srv/**' })].map((two) => appliesTo(two, one, 't')),
    );
    expect(fitting).toEqual([[true, false]]);
  });
});

describe('a finding', () => {
  const one = exception({ id: 'CVE-2021-44906' });

  it('is accepted to the end of the last day, and counts again after it', () => {
    expect(stand(item(), { exceptions: [one] })).toMatchObject({ state: 'accepted' });
    const later = stand(item(), { exceptions: [one], nowMs: Date.parse('2026-06-16T00:00:00Z') });
    expect(later).toMatchObject({ state: 'open', expired: { owner: 'team-web' } });
    expect(standingText(later ?? { state: 'open' })).toBe('expired 2026-06-15 (team-web)');
  });

  it('is explained before it is accepted', () => {
    expect(stand(item({ statement: 'fixed' }), { exceptions: [one] })).toEqual({
      state: 'explained',
      reason: 'fixed',
    });
  });

  it('names exceptions that nothing needs', () => {
    const idle = exception({ id: 'CVE-1999-1' });
    const targets = [{ name: 't', items: [item()] }];
    expect(unusedExceptions(rules({ exceptions: [one, idle] }), targets)).toEqual([idle]);
  });
});

describe('a baseline', () => {
  const written = (items: readonly ScanItem[], more: Partial<GateRules> = {}) => {
    const path = at('baseline.json');
    const kept = writeBaseline(path, [standItems(items, 't', rules(more))], NOW);
    const read = readBaseline(path);
    if (!kept.ok || !read.ok) throw new Error('not written');
    return read.value;
  };

  it('knows what was there, and counts what is new, more, or worse', () => {
    const baseline = written([item({ severity: 'medium' })]);
    expect(stand(item({ severity: 'medium' }), { baseline })).toMatchObject({ state: 'known' });
    expect(stand(item({ severity: 'low' }), { baseline })).toMatchObject({ state: 'known' });
    expect(stand(item({ severity: 'high' }), { baseline })).toMatchObject({ state: 'open' });
    expect(stand(item({ severity: 'medium', ordinal: 2 }), { baseline })).toMatchObject({ state: 'open' });
    expect(stand(item({ fingerprint: 'b'.repeat(32) }), { baseline })).toMatchObject({ state: 'open' });
  });

  it('keeps what it knew when it is written again, and never what an exception answers for', () => {
    const baseline = written([item()]);
    expect(written([item()], { baseline }).known.size).toBe(1);
    expect(written([item()], { exceptions: [exception({ id: 'CVE-2021-44906' })] }).known.size).toBe(0);
  });

  it('is the same bytes for the same findings in another order', () => {
    const pair = [item(), item({ fingerprint: 'b'.repeat(32), id: 'CVE-1' })];
    written(pair);
    const first = readFileSync(at('baseline.json'), 'utf8');
    written([...pair].reverse());
    expect(readFileSync(at('baseline.json'), 'utf8')).toBe(first);
  });

  it.each([
    ['nothing', undefined],
    ['another file', '{}'],
    ['half a file', '{"form":"bartizan.dev/scan-baseline/v1","writtenAt":"x","findings":[{'],
    [
      'a count of zero',
      '{"form":"bartizan.dev/scan-baseline/v1","writtenAt":"x","findings":[{"fingerprint":"' +
        'a'.repeat(32) +
        '","severity":"low","count":0}]}',
    ],
  ])('is refused when it is %s', (_what, text) => {
    if (text !== undefined) writeFileSync(at('bad.json'), text);
    expect(readBaseline(at(text === undefined ? 'absent.json' : 'bad.json'))).toMatchObject({
      ok: false,
      error: { code: 'E_BASELINE_INVALID' },
    });
  });
});
