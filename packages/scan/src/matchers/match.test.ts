// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdvisoryRow, CveFacts } from '../advisories/row.ts';
import { packOf } from '../testing/packs.ts';
import { COMPARATORS } from '../versions/compare.ts';
import { matchPackage } from './match.ts';
import type { MatchablePackage } from './model.ts';
import { judgeVersion } from './range.ts';
import { foldAliases } from './rules/flaws.ts';
import { chooseSeverity } from './severity.ts';

const row = (id: string, more: Partial<AdvisoryRow> = {}): AdvisoryRow => ({
  id,
  kind: 'vulnerability',
  source: 'test',
  ...more,
});
const range = (introduced: string, fixed?: string): Pick<AdvisoryRow, 'ranges'> => ({
  ranges: [
    { type: 'ECOSYSTEM', events: fixed === undefined ? [{ introduced }] : [{ introduced }, { fixed }] },
  ],
});
const npm = (name: string, version: string): MatchablePackage => ({ name, version, ecosystem: 'npm' });

const match = (
  found: MatchablePackage,
  rows: Record<string, AdvisoryRow[]>,
  cves: Record<string, CveFacts> = {},
) => matchPackage(found, packOf(rows, cves));

/** A step by its English sentence; the Japanese one says the same in Japanese. */
const told = (step: string, rule: string, en: string) => ({
  step,
  rule,
  detail: { en, ja: expect.stringMatching(/[ぁ-ん]|[ァ-ヶ]|[一-龠]/) },
});

describe('matchPackage', () => {
  it('finds a version inside a range and says why', () => {
    const { matches, assessment } = match(npm('minimist', '1.2.5'), {
      'npm minimist': [
        row('GHSA-1', { ...range('1.0.0', '1.2.6'), aliases: ['CVE-2021-44906'], modified: '2026-03-13' }),
      ],
    });
    expect(assessment).toBe('assessed');
    expect(matches).toMatchObject([
      {
        verdict: 'affected',
        fixState: 'fixed',
        fixedVersion: '1.2.6',
        comparator: 'npm',
        vulnerability: { id: 'CVE-2021-44906', aliases: ['GHSA-1'] },
      },
    ]);
    expect(matches[0]?.why).toEqual([
      told('package', 'match.source-package', 'minimist 1.2.5, ecosystem npm'),
      told('advisory', 'match.aliases', 'GHSA-1 of test, changed 2026-03-13'),
      told('range', 'match.vendor-version', '1.2.5: introduced 1.0.0, fixed 1.2.6'),
      told('comparator', 'match.vendor-version', 'versions in npm order'),
      told('severity', 'match.severity', 'no source rates it'),
      told('fix', 'match.fix-state', 'first fixed version above the installed one: 1.2.6'),
    ]);
  });

  it.each(['0.9.0', '1.2.6', '2.0.0'])('is silent about %s, which lies outside', (version) => {
    expect(
      match(npm('minimist', version), { 'npm minimist': [row('GHSA-1', range('1.0.0', '1.2.6'))] }).matches,
    ).toEqual([]);
  });

  it('compares the source package and its version on Debian', () => {
    const found = {
      name: 'libstdc++6',
      version: '12.2.0-14',
      ecosystem: 'Debian:12',
      sourceName: 'gcc-12',
      sourceVersion: '12.2.0-14+deb12u1',
    };
    const rows = {
      'Debian:12 gcc-12': [
        row('CVE-2026-1', range('0', '12.2.0-14+deb12u1')),
        row('CVE-2026-2', range('0', '12.2.0-14+deb12u2')),
      ],
    };
    const { matches } = match(found, rows);
    expect(matches.map((one) => one.vulnerability.id)).toEqual(['CVE-2026-2']);
    expect(matches[0]?.why[0]?.detail.en).toContain('is built from source package gcc-12 12.2.0-14+deb12u1');
  });

  it('compares the binary package on distributions that key by it', () => {
    const found = {
      name: 'bind-libs',
      version: '32:9.16.23-18.el9',
      ecosystem: 'AlmaLinux:9',
      sourceName: 'bind',
      sourceVersion: '9.16.23-18.el9',
    };
    expect(
      match(found, { 'AlmaLinux:9 bind-libs': [row('ALSA-1', range('0', '32:9.16.23-18.el9_4.6'))] }).matches,
    ).toHaveLength(1);
    expect(match(found, { 'AlmaLinux:9 bind': [row('ALSA-1', range('0', '99:1-1'))] }).matches).toEqual([]);
  });

  it('holds a stable rebuild of the fixed version for fixed', () => {
    const found = { name: 'less', version: '590-2.1~deb12u2', ecosystem: 'Debian:12' };
    expect(
      match(found, { 'Debian:12 less': [row('CVE-2024-32487', range('0', '590-2.1'))] }).matches,
    ).toEqual([]);
    expect(
      match(
        { ...found, version: '590-2~deb12u2' },
        { 'Debian:12 less': [row('CVE-2024-32487', range('0', '590-2.1'))] },
      ).matches,
    ).toHaveLength(1);
  });

  it('holds a local version of Python for the public one that a source names (PEP 440)', () => {
    const last: AdvisoryRow['ranges'] = [
      { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { last_affected: '2.1.0' }] },
    ];
    const idsOf = (version: string): string[] =>
      match(
        { name: 'x', version, ecosystem: 'PyPI' },
        {
          'PyPI x': [
            row('LAST', { ranges: last }),
            row('LISTED', { versions: ['2.1.0'] }),
            row('FIXED', range('0', '2.1.0')),
            row('LOCAL', { versions: ['2.1.0+cu118'] }),
          ],
        },
      ).matches.map((one) => one.vulnerability.id);
    expect(idsOf('2.1.0+cpu')).toEqual(['LAST', 'LISTED']);
    expect(idsOf('2.1.0+cu118')).toEqual(['LAST', 'LISTED', 'LOCAL']);
    expect(idsOf('2.1.1+cpu')).toEqual([]);
    // Elsewhere `+` has a meaning of its own: in Debian what follows it counts.
    const debian = { scheme: 'dpkg', compare: COMPARATORS.dpkg } as const;
    expect(judgeVersion(row('X', { versions: ['1.0'] }), '1.0+b1', debian).verdict).toBe('not-affected');
  });

  it('leaves a package that a distribution owns to the feed of the distribution', () => {
    const rows = { 'PyPI django': [row('PYSEC-1', range('0', '4.2.15'))] };
    const found = { name: 'Django', version: '4.2.14', ecosystem: 'PyPI' };
    expect(match(found, rows).matches).toHaveLength(1);
    expect(match({ ...found, ownedBy: 'python3-django' }, rows)).toMatchObject({
      assessment: 'owned-by-distribution',
      matches: [],
    });
  });

  it('never calls a package assessed that nothing judges', () => {
    const rows = { 'npm a': [row('X-1', range('0'))] };
    expect(match({ name: 'a', version: '1', ecosystem: 'kali:2024.1 (deb)' }, rows).assessment).toBe(
      'not-covered',
    );
    expect(match({ name: 'a', version: '1', ecosystem: 'Debian:13' }, rows).assessment).toBe('no-data');
    expect(match({ name: 'b', version: '1', ecosystem: 'npm' }, rows).assessment).toBe('assessed');
  });

  it('never matches withdrawn rows, notices and guesses', () => {
    const rows = {
      'npm a': [
        row('W', { ...range('0'), withdrawn: '2026-01-01' }),
        row('N', { ...range('0'), kind: 'notice' }),
        row('G', { ...range('0'), confidence: 'low' }),
      ],
    };
    expect(match(npm('a', '1'), rows).matches).toEqual([]);
  });

  it('says unknown where a condition in words stands, never safe', () => {
    const { matches } = match(npm('a', '1'), {
      'npm a': [
        row('CVE-2026-1', {
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
          conditions: 'bash 4.4.23-1 or earlier',
        }),
      ],
    });
    expect(matches).toMatchObject([{ verdict: 'unknown', fixState: 'unknown' }]);
    expect(
      match(npm('a', '1'), { 'npm a': [row('CVE-2026-1', { status: 'under_investigation' })] }).matches,
    ).toMatchObject([{ verdict: 'unknown' }]);
  });

  it('folds rows of several feeds about one flaw into one finding, and names the fix that removes both', () => {
    const rows = {
      'npm a': [
        row('GHSA-1', { ...range('0', '1.1.0'), aliases: ['CVE-2026-1'], references: ['https://a'] }),
        row('CVE-2026-1', { ...range('0', '1.2.0'), references: ['https://a', 'https://b'] }),
        row('SNYK-1', { ...range('0', '1.1.5'), aliases: ['CVE-2026-1'] }),
      ],
    };
    const { matches } = match(npm('a', '1.0.0'), rows);
    expect(matches).toHaveLength(1);
    expect(matches[0]).toMatchObject({
      fixedVersion: '1.2.0',
      vulnerability: {
        id: 'CVE-2026-1',
        aliases: ['GHSA-1', 'SNYK-1'],
        references: ['https://a', 'https://b'],
      },
    });
  });

  it('takes a bundle apart into the flaws it fixes, and joins each with what other feeds say', () => {
    const rows = {
      'Debian:11 a': [
        row('DSA-1', { ...range('0', '2'), aliases: ['CVE-2026-1', 'CVE-2026-2'] }),
        row('CVE-2026-1', range('0', '2')),
      ],
    };
    const found = match({ name: 'a', version: '1', ecosystem: 'Debian:11' }, rows).matches;
    expect(
      found.map(({ vulnerability: { id, aliases, advisories } }) => ({ id, aliases, advisories })),
    ).toEqual([
      { id: 'CVE-2026-1', aliases: [], advisories: ['CVE-2026-1', 'DSA-1'] },
      { id: 'CVE-2026-2', aliases: [], advisories: ['DSA-1'] },
    ]);
  });

  it('lets an explicit "not affected" clear every id of the flaw', () => {
    const rows = {
      'Wolfi a': [
        row('CGA-1', { ...range('0'), aliases: ['CVE-2026-1'] }),
        row('CGA-1', { status: 'not_affected', aliases: ['CVE-2026-1'] }),
      ],
    };
    expect(match({ name: 'a', version: '1', ecosystem: 'Wolfi' }, rows).matches).toEqual([]);
  });

  it.each([
    ['will_not_fix', 'wont-fix'],
    ['fix_deferred', 'deferred'],
    ['open', 'not-fixed'],
    [undefined, 'unknown'],
  ])('keeps an unfixed flaw with status %s as %s', (status, state) => {
    const rows = {
      'Wolfi a': [row('CVE-2026-1', { ...range('0'), ...(status === undefined ? {} : { status }) })],
    };
    expect(match({ name: 'a', version: '1', ecosystem: 'Wolfi' }, rows).matches).toMatchObject([
      { verdict: 'affected', fixState: state },
    ]);
  });

  it('makes a malicious package critical, whatever anyone rates', () => {
    const rows = {
      'npm evil': [
        row('MAL-1', { kind: 'malicious', versions: ['*'], rating: { label: 'low', source: 'x' } }),
      ],
    };
    expect(match(npm('evil', '9.9.9'), rows).matches).toMatchObject([
      { kind: 'malicious', vulnerability: { severity: 'critical', severitySource: 'malicious package' } },
    ]);
  });

  it('joins severity, known exploitation and EPSS by CVE', () => {
    const rows = { 'npm a': [row('GHSA-1', { ...range('0', '2'), aliases: ['CVE-2026-0001'] })] };
    const facts: CveFacts = {
      rating: { label: 'high', score: 7.5, vectors: ['CVSS:3.1/x'], source: 'NVD' },
      kev: { addedOn: '2026-01-01', isRansomware: true },
      epss: { probability: 0.42, percentile: 0.9, scoredOn: '2026-11-24' },
    };
    expect(match(npm('a', '1'), rows, { 'CVE-2026-0001': facts }).matches[0]?.vulnerability).toMatchObject({
      severity: 'high',
      severitySource: 'NVD',
      score: 7.5,
      cvss: ['CVSS:3.1/x'],
      knownExploited: true,
      ransomware: true,
      epss: 0.42,
    });
    expect(match(npm('a', '1'), rows).matches[0]?.vulnerability).toMatchObject({
      severity: 'unknown',
      knownExploited: false,
    });
    expect(match(npm('a', '1'), rows).matches[0]?.vulnerability).not.toHaveProperty('epss');
  });

  it('chooses the lowest fix above the installed version when the range has no end', () => {
    const rows = { 'npm a': [row('X-1', { ...range('0'), fixed: ['0.9.0', '3.0.0', '1.5.0'] })] };
    expect(match(npm('a', '1.0.0'), rows).matches[0]?.fixedVersion).toBe('1.5.0');
  });
});

describe('judgeVersion', () => {
  const judge = (one: Partial<AdvisoryRow>, version: string) =>
    judgeVersion(row('x', one), version, { scheme: 'npm', compare: COMPARATORS.npm });

  it('reads several spans of one range, and last affected versions', () => {
    const ranges = [
      {
        type: 'SEMVER',
        events: [
          { introduced: '1.0.0' },
          { fixed: '1.5.0' },
          { introduced: '2.0.0' },
          { last_affected: '2.3.0' },
        ],
      },
    ];
    const verdicts = ['0.9.0', '1.0.0', '1.4.9', '1.5.0', '1.9.0', '2.0.0', '2.3.0', '2.3.1'].map(
      (version) => judge({ ranges }, version).verdict === 'affected',
    );
    expect(verdicts).toEqual([false, true, true, false, false, true, true, false]);
  });

  it('takes an exclusive start', () => {
    const ranges = [
      { type: 'SEMVER', events: [{ introduced: '1.0.0' }, { fixed: '2.0.0' }], introducedExclusive: true },
    ];
    expect(judge({ ranges }, '1.0.0').verdict).toBe('not-affected');
    expect(judge({ ranges }, '1.0.1').verdict).toBe('affected');
  });

  it('counts from the very first version, pre-releases too', () => {
    for (const start of ['0', '0.0.0-0'])
      expect(judge(range(start, '1.0.0'), '0.0.0-alpha').verdict).toBe('affected');
  });

  it('believes listed versions, affected and not', () => {
    expect(judge({ versions: ['1.0.0'] }, '1.0').verdict).toBe('affected');
    expect(judge({ versions: ['1.0.0'] }, '1.0.1').verdict).toBe('not-affected');
    expect(judge({ ...range('0', '2.0.0'), unaffected: ['1.12.4'] }, '1.12.4').verdict).toBe('not-affected');
  });

  it('prefers a closed range to a condition in words', () => {
    expect(judge({ ...range('0', '2.0.0'), conditions: 'odd' }, '1.0.0').verdict).toBe('affected');
    expect(judge({ ...range('0', '2.0.0'), conditions: 'odd' }, '3.0.0').verdict).toBe('unknown');
  });

  it('ignores an end without a start', () => {
    expect(judge({ ranges: [{ type: 'SEMVER', events: [{ fixed: '2.0.0' }] }] }, '1.0.0').verdict).toBe(
      'not-affected',
    );
  });
});

describe('foldAliases', () => {
  const fold = (rows: readonly AdvisoryRow[]) =>
    foldAliases(
      rows.map((one) => ({ row: one, verdict: { verdict: 'affected', by: { en: 'test', ja: '試験' } } })),
    );

  it.each([
    [{ id: 'GHSA-1', aliases: ['CVE-2026-1'] }, 'CVE-2026-1'],
    [{ id: 'CVE-2026-1', aliases: ['GHSA-1'] }, 'CVE-2026-1'],
    [{ id: 'PYSEC-1', aliases: ['GHSA-9'] }, 'GHSA-9'],
    [{ id: 'MAL-1' }, 'MAL-1'],
    [{ id: 'X', aliases: ['GHSA-1', 'GHSA-2'] }, 'X'],
  ])('names the flaw of %j %s', (one, id) => {
    expect(fold([row(one.id, one)]).map((flaw) => flaw.id)).toEqual([id]);
  });

  it('follows aliases through feeds that never name each other', () => {
    const flaws = fold([
      row('PYSEC-1', { aliases: ['GHSA-1'] }),
      row('GHSA-1', { aliases: ['CVE-2026-1'] }),
      row('SNYK-1', { aliases: ['CVE-2026-1'] }),
    ]);
    expect(flaws).toHaveLength(1);
    expect(flaws[0]).toMatchObject({ id: 'CVE-2026-1', aliases: ['GHSA-1', 'PYSEC-1', 'SNYK-1'] });
  });

  it('gives the same flaws in whatever order the rows come, each row in at least one', () => {
    const id = fc.constantFrom('CVE-2026-1', 'CVE-2026-2', 'GHSA-1', 'GHSA-2', 'A-1', 'B-1', 'C-1');
    const rows = fc.array(fc.tuple(id, fc.uniqueArray(id, { maxLength: 4 })), { maxLength: 8 });
    const shown = (list: readonly AdvisoryRow[]) =>
      fold(list)
        .map((flaw) => `${flaw.id} ${flaw.aliases.join()} ${flaw.advisories.join()}`)
        .sort();
    fc.assert(
      fc.property(rows, (pairs) => {
        const list = pairs.map(([one, aliases]) => row(one, { aliases }));
        expect(shown([...list].reverse())).toEqual(shown(list));
        const covered = new Set(fold(list).flatMap((flaw) => flaw.judged.map((one) => one.row)));
        expect(covered.size).toBe(list.length);
      }),
      { seed: 31, numRuns: 500 },
    );
  });
});

describe('chooseSeverity', () => {
  const rated = (label: 'low' | 'medium' | 'high' | 'critical' | 'none', source: string, score?: number) => ({
    label,
    source,
    ...(score === undefined ? {} : { score }),
  });

  it('takes the vendor before who numbers CVEs before GitHub, and the worst of several of one rank', () => {
    expect(
      chooseSeverity([rated('high', 'GHSA'), rated('critical', 'NVD'), rated('low', 'AlmaLinux')]),
    ).toMatchObject({ severity: 'low', source: 'AlmaLinux' });
    expect(chooseSeverity([rated('high', 'GHSA'), rated('medium', 'CISA ADP')])).toMatchObject({
      severity: 'medium',
      source: 'CISA ADP',
    });
    expect(chooseSeverity([rated('low', 'a'), rated('high', 'b', 7), rated('high', 'c', 8)])).toMatchObject({
      severity: 'high',
      source: 'c',
    });
  });

  it('takes a newer CVSS before an older one of the same word', () => {
    const v3 = { ...rated('high', 'a', 8.8), vectors: ['CVSS:3.1/x'] };
    const v4 = { ...rated('high', 'b', 7.1), vectors: ['CVSS:4.0/x'] };
    expect(chooseSeverity([v3, v4])).toMatchObject({ source: 'b', score: 7.1 });
  });

  it('keeps every rating once, the chosen one first', () => {
    const { ratings } = chooseSeverity([
      rated('high', 'GHSA'),
      rated('high', 'GHSA'),
      rated('low', 'Red Hat'),
    ]);
    expect(ratings.map((one) => `${one.source} ${one.label}`)).toEqual(['Red Hat low', 'GHSA high']);
  });

  it('knows "nobody rates it" from "harmless"', () => {
    expect(chooseSeverity([])).toEqual({ severity: 'unknown', ratings: [] });
    expect(chooseSeverity([rated('none', 'a')])).toMatchObject({ severity: 'info' });
  });
});
