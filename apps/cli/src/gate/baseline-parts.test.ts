// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Package, PostureCheck } from '@bartizan/contracts';
import { licenceFindings, readLicencePolicy } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OtherFindings } from '../commands/other-findings.ts';
import { judgeHygiene } from '../commands/scan-hygiene.ts';
import { noteStandings } from '../commands/scan-notes.ts';
import { judgeTarget } from '../commands/scan-outcome.ts';
import type { CliContext } from '../context.ts';
import { type Language, translator } from '../text/catalogue.ts';
import { type Baseline, FORM, readBaseline } from './baseline.ts';
import { writeBaseline } from './write-baseline.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-baseline-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PLACE = {
  cluster: 'local',
  tenant: 'default',
  subject: { workload: 'scan', kind: 'Container', namespace: '', name: 'app:1' },
  nowMs: 0,
} as const;
const checkOf = (id: string): PostureCheck =>
  JSON.parse(
    readFileSync(new URL(`../../../../content/posture/${id}.json`, import.meta.url), 'utf8'),
  ) as PostureCheck;

/** What hygiene says of an image of which a check finds these. */
const hygieneOf = (id: string, items: readonly string[]): OtherFindings => ({
  hygiene: judgeHygiene(
    { facts: { [id]: [...items] }, unknown: {}, harmful: [], problems: [], files: 1 },
    PLACE,
    [checkOf(id)],
  ),
});
const judged = (others: OtherFindings, baseline?: Baseline) =>
  judgeTarget({ subject: { kind: 'image', name: 'app:1' }, others }, undefined, {
    rules: {
      statements: [],
      gate: { exceptions: [], nowMs: 0, ...(baseline === undefined ? {} : { baseline }) },
    },
    language: 'en',
  }).target;
const read = (path: string): Baseline => {
  const baseline = readBaseline(path);
  if (!baseline.ok) throw new Error(baseline.error.detail);
  return baseline.value;
};
function baselineOf(others: OtherFindings): Baseline {
  const path = join(folder, 'baseline.json');
  const written = writeBaseline(path, [judged(others).items], 0);
  if (!written.ok) throw new Error(written.error.detail);
  return read(path);
}
const standings = (others: OtherFindings, baseline: Baseline): string[] =>
  judged(others, baseline).items.map(({ standing }) => standing.state);

const layer = (digit: string): string => `in sha256:${digit.repeat(12)}`;
const program = (path: string, digit = '1'): string => `${path} 4755 0:0 ${layer(digit)}`;

describe('a baseline of a finding that names several things', () => {
  const a = program('/usr/bin/a');
  const b = program('/usr/bin/b');
  const step = (at: number): string => `history[${at}] RUN`;

  it.each<[string, string, readonly string[], readonly string[]]>([
    ['a program is added', 'image.setuid-unowned', [a], [a, b]],
    ['a program takes the place of another', 'image.setuid-unowned', [a], [b]],
    ['a program has another owner', 'image.setuid-unowned', [a], [a.replace('0:0', '7:0')]],
    [
      'a variable holds a secret',
      'image.config-secrets',
      ['secret.token in config.Env[OLD]'],
      ['secret.token in config.Env[OLD]', 'secret.aws-key in config.Env[NEW]'],
    ],
    ['a step gives a download to a shell', 'image.piped-downloads', [step(3)], [step(3), step(5)]],
  ])('does not cover it after %s', (_what, id, before, after) => {
    const baseline = baselineOf(hygieneOf(id, before));
    expect(standings(hygieneOf(id, before), baseline)).toEqual(['known']);
    expect(standings(hygieneOf(id, after), baseline)).toEqual(['open']);
    expect(judged(hygieneOf(id, after), baseline).items[0]?.isInBaseline).toBe(false);
  });

  it.each<[string, string, readonly string[], readonly string[]]>([
    ['in the next build, with other layers', 'image.setuid-unowned', [a], [program('/usr/bin/a', '2')]],
    ...[223, 215, 216, 217, 218, 224, 228, 229, 230, 236, 240, 260].map(
      (length): [string, string, readonly string[], readonly string[]] => {
        const told = (layer: string): string => program(`/opt/${'a'.repeat(length)}`, layer).slice(0, 256);
        return [`that is named with a path of ${length}`, 'image.setuid-unowned', [told('1')], [told('2')]];
      },
    ),
    ['after one of two is gone', 'image.setuid-unowned', [a, b], [b]],
    ['after a step came before it', 'image.piped-downloads', [step(3)], [step(4)]],
  ])('covers it %s', (_what, id, before, after) => {
    expect(standings(hygieneOf(id, after), baselineOf(hygieneOf(id, before)))).toEqual(['known']);
  });

  it('never covers one that names more than is kept', () => {
    const many = [a, 'and 7 more'];
    const baseline = baselineOf(hygieneOf('image.setuid-unowned', many));
    expect(standings(hygieneOf('image.setuid-unowned', many), baseline)).toEqual(['open']);
  });
});

describe('a baseline of refused licences', () => {
  const packageOf = (ecosystem: string, licence: string, version = '1.0.0'): Package => ({
    ...{ name: 'foo', version, ecosystem, purl: `pkg:${ecosystem.toLowerCase()}/foo@${version}` },
    ...{ cataloger: 'c', locations: [], licenses: [licence] },
  });
  const policy = readLicencePolicy({ deny: ['LGPL-3.0-only', 'AGPL-3.0-only'], allow: [] });
  const licencesOf = (...packages: readonly Package[]): OtherFindings => {
    if (!policy.ok) throw new Error(policy.error.detail);
    return {
      licences: {
        findings: licenceFindings(packages, policy.value, PLACE),
        packages: packages.length,
        unknown: 0,
      },
    };
  };
  const lesser = packageOf('npm', 'LGPL-3.0-only');

  it('covers the package under the same licence, and neither another licence nor another ecosystem', () => {
    const baseline = baselineOf(licencesOf(lesser));
    const states = (one: Package): string[] => standings(licencesOf(one), baseline);
    expect(states(packageOf('npm', 'LGPL-3.0-only', '2.0.0'))).toEqual(['known']);
    expect(states(packageOf('npm', 'AGPL-3.0-only'))).toEqual(['open']);
    expect(states(packageOf('PyPI', 'LGPL-3.0-only'))).toEqual(['open']);
    expect(standings(licencesOf(lesser, packageOf('npm', 'LGPL-3.0-only', '2.0.0')), baseline)).toEqual([
      'known',
      'open',
    ]);
  });
});

describe('a baseline from before it held what findings name', () => {
  it.each<[Language, string]>([
    ['en', '1 findings count again although the baseline has them'],
    ['ja', 'ベースラインにある検出事項 1 件を再び集計します'],
  ])('covers none of them, and says in %s that it has to be written anew', (language, told) => {
    const others = hygieneOf('image.setuid-unowned', [program('/usr/bin/a')]);
    const [item] = judged(others).items;
    const path = join(folder, 'older.json');
    const entry = { fingerprint: item?.fingerprint, severity: 'high', count: 1 };
    writeFileSync(path, JSON.stringify({ form: FORM, writtenAt: '2026-01-01', findings: [entry] }));
    const baseline = read(path);
    const target = judged(others, baseline);
    expect(target.items[0]?.standing.state).toBe('open');
    let err = '';
    const stderr = { write: (text: string) => (err += text) };
    const context = { process: { stderr }, language, t: translator(language) } as unknown as CliContext;
    const report = { toolVersion: '1', startedAtMs: 0, endedAtMs: 1, targets: [target], failures: [] };
    noteStandings(context, report, { exceptions: [], baseline, nowMs: 0 });
    expect(err).toContain(told);
  });
});
