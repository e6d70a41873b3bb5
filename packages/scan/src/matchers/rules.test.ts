// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { openPackBytes } from '../advisories/pack.ts';
import { PackBuilder } from '../advisories/pack-builder.ts';
import type { AdvisoryRow } from '../advisories/row.ts';
import { packOf } from '../testing/packs.ts';
import { matchPackage } from './match.ts';
import type { ImpactStatement, MatchablePackage, MatchContext, UserDecision } from './model.ts';
import { purlCovers } from './rules/standing.ts';
import { MATCH_RULES } from './rules.ts';

const NOW = Date.UTC(2026, 10, 25);
const row = (id: string, more: Partial<AdvisoryRow> = {}): AdvisoryRow => ({
  id,
  kind: 'vulnerability',
  source: 'test',
  ...range('0', '2'),
  ...more,
});
const range = (introduced: string, fixed?: string): Pick<AdvisoryRow, 'ranges'> => ({
  ranges: [
    { type: 'ECOSYSTEM', events: fixed === undefined ? [{ introduced }] : [{ introduced }, { fixed }] },
  ],
});
const in_ = (ecosystem: string, more: Partial<MatchablePackage> = {}): MatchablePackage => ({
  name: 'a',
  version: '1',
  ecosystem,
  ...more,
});
const match = (found: MatchablePackage, rows: Record<string, AdvisoryRow[]>, context: MatchContext = {}) =>
  matchPackage(found, packOf(rows), context);
const stepsOf = (verdict: ReturnType<typeof match>, rule: string): string[] =>
  verdict.matches.flatMap((one) =>
    one.why.filter((step) => step.rule === rule).map((step) => step.detail.en),
  );

describe('the table of rules', () => {
  it('has each of the 26 cases once, under an id of its own', () => {
    expect(MATCH_RULES.map((rule) => rule.number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 26 }, (_, at) => at + 1),
    );
    expect(new Set(MATCH_RULES.map((rule) => rule.id)).size).toBe(26);
  });

  it('is where every step of a finding comes from', () => {
    const { matches } = match(in_('npm'), { 'npm a': [row('CVE-2026-1')] }, { nowMs: NOW });
    const ids = new Set<string>(MATCH_RULES.map((rule) => rule.id));
    expect(matches[0]?.why.length).toBeGreaterThan(4);
    expect(matches[0]?.why.filter((step) => !ids.has(step.rule))).toEqual([]);
  });
});

describe('scope', () => {
  it('rules 1, 12, 16, 17: says why nothing judges a package', () => {
    const reasonOf = (found: MatchablePackage): string =>
      `${match(found, { 'npm a': [row('X')] }).assessment}: ${match(found, { 'npm a': [row('X')] }).reason}`;
    expect(reasonOf(in_('npm', { ownedBy: 'node-a' }))).toBe(
      'owned-by-distribution: its files belong to node-a, which the feed of the distribution judges',
    );
    expect(reasonOf(in_('kali:2024.1 (deb)'))).toContain(
      'not-covered: no feed that we read speaks about kali',
    );
    expect(reasonOf(in_('Go', { version: '(devel)' }))).toContain('no-data: built from a working copy');
    expect(reasonOf(in_('Maven (group unknown)'))).toBe(
      'not-covered: the archive does not say its Maven group',
    );
  });
});

describe('rule 2 and rule 4', () => {
  const kernel = in_('SUSE:Linux Enterprise Server 15 SP5', {
    name: 'bind-utils',
    version: '1:9.16.6-3',
    sourceName: 'bind',
    sourceVersion: '9.16.6-3',
  });

  it('leave the epoch out on both sides where a source rpm is compared', () => {
    const rows = { 'SUSE:Linux Enterprise Server 15 SP5 bind': [row('SUSE-1', range('0', '1:9.16.6-4'))] };
    const verdict = match(kernel, rows);
    expect(verdict.matches).toHaveLength(1);
    expect(stepsOf(verdict, 'match.epoch')).toHaveLength(1);
    const fixed = { 'SUSE:Linux Enterprise Server 15 SP5 bind': [row('SUSE-1', range('0', '1:9.16.6-3'))] };
    expect(match(kernel, fixed).matches).toEqual([]);
  });

  it('take a missing epoch for 0 where both sides come from one feed', () => {
    const found = in_('AlmaLinux:9', { version: '9.16.23-18.el9' });
    expect(match(found, { 'AlmaLinux:9 a': [row('A', range('0', '0:9.16.23-18.el9'))] }).matches).toEqual([]);
    expect(
      match(found, { 'AlmaLinux:9 a': [row('A', range('0', '32:9.16.23-18.el9'))] }).matches,
    ).toHaveLength(1);
  });
});

describe('rule 5', () => {
  const rows = { 'AlmaLinux:8 a': [row('ALSA-1', { module: 'nodejs:18' })] };

  it.each([
    ['nodejs:18:8060020221102:abc', 1],
    ['nodejs:18', 1],
    ['nodejs:16', 0],
    [undefined, 0],
  ])('holds a package of module %s against an advisory for nodejs:18: %d', (module, count) => {
    const verdict = match(in_('AlmaLinux:8', module === undefined ? {} : { module }), rows);
    expect(verdict.matches).toHaveLength(count);
    expect(verdict.dismissed.map((one) => one.rule)).toEqual(count === 0 ? ['match.module'] : []);
  });
});

describe('rule 5 without a named module', () => {
  const fixes = (fixed: string) => ({
    'AlmaLinux:8 a': [row('ALSA-1', { ...range('0', fixed), fixed: [fixed] })],
  });

  it.each([
    ['2.5.9-110.module_el8.6.0+1', '2.5.9-111.module_el8.6.0+2', 1],
    ['2.5.9-110.el8', '2.5.9-111.el8', 1],
    ['2.5.9-110.el8', '2.7.0-1.module_el8.6.0+2', 0],
    ['2.5.9-110.module_el8.6.0+1', '2.5.9-111.el8', 0],
  ])('holds %s against the fix %s: %d', (version, fixed, count) => {
    const verdict = match(in_('AlmaLinux:8', { version }), fixes(fixed));
    expect(verdict.matches).toHaveLength(count);
    expect(verdict.dismissed.map((one) => one.rule)).toEqual(count === 0 ? ['match.module'] : []);
  });
});

describe('rule 6', () => {
  const rows = {
    'Red Hat:8 a': [
      row('RHSA-1', { cpes: ['cpe:/a:redhat:openshift:4.12::el8'] }),
      row('RHSA-2', { cpes: ['cpe:/o:redhat:enterprise_linux:8::baseos'] }),
    ],
  };
  const idsWith = (context: MatchContext): string[] =>
    match(in_('Red Hat:8'), rows, context).matches.map((one) => one.vulnerability.id);

  it('takes the base system only where the image does not say what it was built from', () => {
    expect(idsWith({})).toEqual(['RHSA-2']);
  });

  it('takes what the image was built from where it says so', () => {
    expect(idsWith({ contentSets: ['cpe:/a:redhat:openshift:4.12::el8'] })).toEqual(['RHSA-1']);
  });
});

describe('rules 24 and 25', () => {
  const debian = (more: Partial<MatchablePackage>) => in_('Debian:12', { sourceName: 's', ...more });
  const rows = { 'Debian:12 s': [row('CVE-2026-1')] };

  it.each([
    ['translations', 'a holds translations, and none of the code of s'],
    ['documentation', 'a holds documentation, and none of the code of s'],
  ] as const)('leave out what only holds %s, and say why', (role, reason) => {
    expect(match(debian({ role }), rows)).toMatchObject({
      assessment: 'assessed',
      matches: [],
      dismissed: [{ ids: ['CVE-2026-1'], rule: 'match.no-code', reason }],
    });
    expect(match(debian({}), rows).matches).toHaveLength(1);
  });

  it('never leave out what was made to harm', () => {
    const bad = { 'Debian:12 s': [row('MAL-1', { kind: 'malicious' })] };
    expect(match(debian({ role: 'documentation' }), bad).matches).toHaveLength(1);
  });

  it.each([
    ['linux-libc-dev', 'linux', true],
    ['linux-headers-6.1.0-18-amd64', 'linux', true],
    ['linux-headers-6.8.0-31', 'linux-hwe-6.8', true],
    ['linux-image-6.1.0-18-amd64', 'linux', false],
    ['linux-libc-dev', 'other', false],
    ['libbpf0', 'linux', false],
  ])('take %s of source %s for headers of the kernel: %s', (name, sourceName, isHeaders) => {
    const verdict = match(in_('Debian:12', { name, sourceName }), {
      [`Debian:12 ${sourceName}`]: [row('CVE-2026-1')],
    });
    expect(verdict.matches).toHaveLength(isHeaders ? 0 : 1);
    expect(verdict.dismissed.map(({ rule }) => rule)).toEqual(isHeaders ? ['match.kernel-headers'] : []);
  });

  it('know the headers of rpm by the binary name', () => {
    const found = in_('AlmaLinux:8', { name: 'kernel-headers', sourceName: 'kernel' });
    expect(match(found, { 'AlmaLinux:8 kernel-headers': [row('ALSA-1')] })).toMatchObject({
      matches: [],
      dismissed: [{ rule: 'match.kernel-headers' }],
    });
  });
});

describe('rule 26', () => {
  it('judges no extension of an editor by the npm registry', () => {
    const rows = { 'npm a': [row('GHSA-1')] };
    expect(match(in_('npm', { role: 'editor-extension' }), rows)).toMatchObject({
      assessment: 'not-covered',
      matches: [],
    });
    expect(match(in_('npm'), rows).matches).toHaveLength(1);
  });
});

describe('rules 7, 9, 13 and 14', () => {
  it('clear a flaw under each of its names, and keep why', () => {
    const verdict = match(in_('Wolfi'), {
      'Wolfi a': [
        row('CGA-1', { aliases: ['CVE-2026-1'] }),
        row('CGA-2', { status: 'not_affected', aliases: ['CVE-2026-1'], justification: 'code not present' }),
      ],
    });
    expect(verdict.matches).toEqual([]);
    expect(verdict.dismissed).toEqual([
      {
        ids: ['CGA-2', 'CVE-2026-1'],
        rule: 'match.not-affected',
        reason: 'the source says: not affected (code not present)',
      },
    ]);
  });

  it('never count as clean what is under investigation', () => {
    const [found] = match(in_('Wolfi'), {
      'Wolfi a': [row('CVE-2026-1', { status: 'under_investigation', ranges: [] })],
    }).matches;
    expect(found).toMatchObject({ verdict: 'unknown', fixState: 'unknown' });
  });

  it('read fixed version 0 of a rolling distribution as never affected, under each name', () => {
    const verdict = match(in_('Wolfi'), {
      'Wolfi a': [
        row('CVE-2026-1', { fixed: ['0'], ...range('0', '0') }),
        row('CGA-1', { aliases: ['CVE-2026-1'] }),
      ],
    });
    expect(verdict.matches).toEqual([]);
    expect(verdict.dismissed.map((one) => one.rule)).toEqual(['match.rolling']);
  });

  it('keep a tombstone of what was withdrawn', () => {
    const verdict = match(in_('npm'), { 'npm a': [row('GHSA-1', { withdrawn: '2026-02-03T10:00:00Z' })] });
    expect(verdict).toMatchObject({
      matches: [],
      dismissed: [{ ids: ['GHSA-1'], rule: 'match.withdrawn', reason: 'withdrawn 2026-02-03' }],
    });
  });
});

describe('rule 8', () => {
  it.each([
    ['will_not_fix', 'wont-fix'],
    ['end_of_life', 'wont-fix'],
    ['postponed', 'deferred'],
    ['open', 'not-fixed'],
  ])('keeps what a vendor calls %s as a finding whose fix is %s', (status, state) => {
    expect(
      match(in_('Debian:12'), { 'Debian:12 a': [row('CVE-2026-1', { ...range('0'), status })] }).matches,
    ).toMatchObject([{ verdict: 'affected', fixState: state }]);
  });

  it('says which channel carries the fix', () => {
    const verdict = match(in_('Debian:12'), {
      'Debian:12 a': [row('CVE-2026-1', { channel: 'bookworm-security' })],
    });
    expect(verdict.matches).toMatchObject([{ fixedVersion: '2', fixChannel: 'bookworm-security' }]);
  });
});

describe('rule 10', () => {
  const packWithLife = () => {
    const builder = new PackBuilder();
    builder.addRow('Debian:10', 'a', row('CVE-2026-1'));
    builder.setLife({ debian: { '10': { eol: '2022-09-10' } } });
    const bytes = builder.finish({ builtAtMs: NOW, kind: 'full' });
    const opened = bytes.ok ? openPackBytes(bytes.value) : bytes;
    if (!opened.ok) throw new Error(opened.error.detail);
    return opened.value;
  };

  it.each([
    [NOW, 1],
    [Date.UTC(2022, 0, 1), 0],
  ])('says at %d that nobody looks at an ended release any more: %d', (nowMs, count) => {
    const { matches } = matchPackage(in_('Debian:10'), packWithLife(), { nowMs });
    expect(matches[0]?.why.filter((step) => step.rule === 'match.end-of-life')).toHaveLength(count);
  });
});

describe('rule 11', () => {
  const rows = {
    'Ubuntu:22.04 a': [row('CVE-2026-1', { ...range('0'), status: 'open' })],
    'Ubuntu:Pro:22.04:LTS a': [row('USN-1', { ...range('0', '1.5+esm1'), aliases: ['CVE-2026-1'] })],
  };

  it('says that the fix is in a paid line', () => {
    expect(match(in_('Ubuntu:22.04'), rows).matches).toMatchObject([
      { fixState: 'paid-channel', fixedVersion: '1.5+esm1', fixChannel: 'Ubuntu:Pro:22.04:LTS' },
    ]);
  });

  it('counts it as a fix on a machine that is attached', () => {
    expect(match(in_('Ubuntu:22.04'), rows, { attached: ['Ubuntu:Pro:22.04:LTS'] }).matches).toMatchObject([
      { fixState: 'fixed', fixedVersion: '1.5+esm1' },
    ]);
  });

  it('is silent where the free line has the fix itself', () => {
    const free = { ...rows, 'Ubuntu:22.04 a': [row('CVE-2026-1')] };
    expect(match(in_('Ubuntu:22.04'), free).matches).toMatchObject([
      { fixState: 'fixed', fixedVersion: '2' },
    ]);
  });
});

describe('rules 18 and 19', () => {
  it('makes what was made to harm critical, without a score', () => {
    const rating = { label: 'low', score: 3, source: 'x' } as const;
    const verdict = match(in_('npm'), { 'npm a': [row('MAL-1', { kind: 'malicious', rating })] });
    expect(verdict.matches[0]?.vulnerability).toMatchObject({ severity: 'critical', ratings: [] });
    expect(verdict.matches[0]?.vulnerability).not.toHaveProperty('score');
    expect(stepsOf(verdict, 'match.malicious')).toHaveLength(1);
  });

  it('takes a guess only when asked to, and marks it', () => {
    const rows = { 'npm a': [row('CVE-2026-1', { confidence: 'low' })] };
    expect(match(in_('npm'), rows)).toMatchObject({
      matches: [],
      dismissed: [{ rule: 'match.declared-only' }],
    });
    expect(match(in_('npm'), rows, { takesGuesses: true }).matches).toMatchObject([{ confidence: 'low' }]);
  });
});

describe('rule 22', () => {
  const purl = 'pkg:npm/a@1?arch=x64&os=linux';
  const rows = { 'npm a': [row('GHSA-1', { aliases: ['CVE-2026-1'] })] };
  const statement = (more: Partial<ImpactStatement>): ImpactStatement => ({
    by: 'vendor',
    author: 'Vendor',
    ids: ['CVE-2026-1'],
    status: 'not_affected',
    justification: 'vulnerable_code_not_present',
    purl: 'pkg:npm/a@1',
    ...more,
  });
  const standingWith = (...statements: ImpactStatement[]) =>
    match(in_('npm', { purl }), rows, { statements }).matches.map((one) => one.standing ?? 'open');

  it('explains a finding, under any of its names, and never deletes it', () => {
    expect(standingWith(statement({ ids: ['GHSA-1'] }))).toEqual([
      { state: 'explained', by: 'Vendor', reason: 'vulnerable_code_not_present' },
    ]);
  });

  it('is not followed without a justification, and says so', () => {
    const { justification: _, ...bare } = statement({});
    const verdict = match(in_('npm', { purl }), rows, { statements: [bare] });
    expect(verdict.matches[0]?.standing).toBeUndefined();
    expect(stepsOf(verdict, 'match.statements')[0]).toContain('no justification, so it is not followed');
  });

  it('lets the user go before the image, the vendor and the feed', () => {
    const affected = statement({ by: 'user', author: 'me', status: 'affected' });
    expect(standingWith(statement({}), affected)).toEqual(['open']);
    expect(standingWith(statement({ by: 'feed', status: 'affected' }), statement({}))).toMatchObject([
      { by: 'Vendor' },
    ]);
  });

  it('speaks about nothing when it names neither package nor image, or another one', () => {
    const { purl: _, ...everywhere } = statement({});
    expect(standingWith(everywhere)).toEqual(['open']);
    expect(standingWith(statement({ imageDigest: 'sha256:1' }))).toEqual(['open']);
    expect(standingWith(statement({ ids: ['CVE-2026-2'] }))).toEqual(['open']);
  });

  it.each([
    ['pkg:npm/a', true],
    ['pkg:npm/a@1', true],
    ['pkg:npm/a@1?arch=x64', true],
    ['pkg:npm/a@1?arch=arm64', false],
    ['pkg:npm/a@2', false],
    ['pkg:npm/%40s/a@1', false],
    ['', false],
  ])('holds %s against the package: %s', (one, covers) => {
    expect(purlCovers(one, purl)).toBe(covers);
  });
});

describe('rule 23', () => {
  const rows = { 'npm a': [row('CVE-2026-1')] };
  const decision = (more: Partial<UserDecision>): UserDecision => ({
    ids: ['CVE-2026-1'],
    author: 'ops',
    reason: 'not reachable',
    expiresAtMs: NOW + 1000,
    ...more,
  });
  const place = { namespace: 'shop', image: 'registry.local/shop/api:1' };
  const standingWith = (one: UserDecision) =>
    match(in_('npm'), rows, { decisions: [one], nowMs: NOW, place }).matches[0]?.standing?.state ?? 'open';

  it.each([
    [{}, 'accepted'],
    [{ namespace: 'shop', imagePattern: 'registry.local/*/api:*', packageName: 'a' }, 'accepted'],
    [{ namespace: 'other' }, 'open'],
    [{ imagePattern: 'registry.local/*/web:*' }, 'open'],
    [{ imagePattern: 'registry.local/shop/api:1' }, 'accepted'],
    [{ packageName: 'b' }, 'open'],
    [{ ids: ['CVE-2026-2'] }, 'open'],
    [{ expiresAtMs: NOW }, 'open'],
  ])('with %j leaves the finding %s', (more, state) => {
    expect(standingWith(decision(more))).toBe(state);
  });

  it('says that an acceptance is over', () => {
    const context = { decisions: [decision({ expiresAtMs: NOW - 1 })], nowMs: NOW };
    expect(stepsOf(match(in_('npm'), rows, context), 'match.decisions')).toEqual([
      'ops accepted it until 2026-11-24: it is open again',
    ]);
  });

  it('takes hostile patterns in bounded time', () => {
    const started = performance.now();
    standingWith(decision({ imagePattern: '*a'.repeat(20_000) }));
    expect(performance.now() - started).toBeLessThan(500);
  });
});
