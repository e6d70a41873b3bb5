// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PackBuilder } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../context.ts';
import { toGithub } from '../report/github.ts';
import { type RunReport, remarks, shortcomings, type TargetReport } from '../report/run-report.ts';
import { type Language, translator } from '../text/catalogue.ts';
import { runScan } from './scan.ts';
import type { ScanFlags } from './scan-flags.ts';
import { noteProgress } from './scan-notes.ts';
import type { TargetOutcome } from './scan-outcome.ts';

let folder = '';
const at = (...names: string[]): string => join(folder, ...names);

const dpkg = (name: string): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n`;
/** A tree of one npm package, and of two packages of a distribution where one is named. */
function plant(tree: string, release?: string): void {
  mkdirSync(at(tree, 'app/node_modules/minimist'), { recursive: true });
  writeFileSync(at(tree, 'app/node_modules/minimist/package.json'), '{"name":"minimist","version":"1.2.6"}');
  if (release === undefined) return;
  mkdirSync(at(tree, 'etc'), { recursive: true });
  mkdirSync(at(tree, 'var/lib/dpkg'), { recursive: true });
  writeFileSync(at(tree, 'etc/os-release'), release);
  writeFileSync(at(tree, 'var/lib/dpkg/status'), `${dpkg('one')}${dpkg('two')}`);
}
const row = (version: string) =>
  ({ id: 'CVE-2021-44906', kind: 'vulnerability', source: 's', versions: [version] }) as const;
function pack(name: string, fill: (builder: PackBuilder) => void, kind: 'full' | 'sample' = 'full'): void {
  const builder = new PackBuilder();
  fill(builder);
  const made = builder.finish({ builtAtMs: 0, kind });
  if (!made.ok) throw new Error(made.error.detail);
  writeFileSync(at(name), made.value);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-unjudged-'));
  plant('npm');
  plant('debian', 'ID=debian\nVERSION_ID="12"\n');
  plant('amazon', 'ID=amzn\nVERSION_ID="2023"\n');
  plant('derived', 'ID=kali\nID_LIKE=debian\nVERSION_ID="2026.1"\n');
  pack('npm.pack', (builder) => builder.addRow('npm', 'minimist', row('1.2.5')));
  pack('both.pack', (builder) => {
    builder.addRow('npm', 'minimist', row('1.2.5'));
    builder.addRow('Debian:12', 'one', row('0.9-1'));
  });
  pack('sample.pack', (builder) => builder.addRow('Debian:12', 'one', row('0.9-1')), 'sample');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const contextOf = (language: Language = 'en') => {
  const written = { out: '', err: '' };
  const sink = (key: 'out' | 'err') => ({
    write: (text: string) => {
      written[key] += text;
      return true;
    },
  });
  const process = {
    stdout: sink('out'),
    stderr: sink('err'),
    env: { BARTIZAN_INSTANCE: 'unjudged-test' },
    exitCode: 0 as number | string | null,
  };
  const context = { process, language, t: translator(language), checkout: folder } as unknown as CliContext;
  return { context, process, written };
};
async function scan(tree: string, advisories: string, more: Partial<ScanFlags> = {}, language?: Language) {
  const { context, process, written } = contextOf(language);
  const flags: ScanFlags = { output: 'csv', pack: at(advisories), vex: [], allowIncomplete: false, ...more };
  await runScan(context, { kind: 'dir', path: at(tree) }, flags);
  return { ...written, code: process.exitCode };
}
const read = (name: string): string => readFileSync(at(name), 'utf8');

describe('packages that no advisory of the pack speaks about', () => {
  it.each([
    ['an ecosystem that the pack lacks', 'debian', 'npm.pack', 'Debian:12'],
    ['packages that a sample does not name', 'debian', 'sample.pack', 'Debian:12, npm'],
    ['a distribution that no feed judges', 'derived', 'both.pack', 'kali:2026.1 (deb)'],
  ])('fail a gate: %s', async (_what, tree, advisories, ecosystems) => {
    const gated = await scan(tree, advisories, { failOn: 'high' });
    expect(gated.code).toBe(1);
    expect(gated.err).toContain(`(${ecosystems}): unknown, not zero`);
    expect((await scan(tree, advisories, { failOn: 'high', allowIncomplete: true })).code).toBe(0);
    expect((await scan(tree, advisories)).code).toBe(0);
  });

  const HAVE = 'bring their advisories (--pack)';
  const HAVE_NOT = 'db update has nothing about them: only --allow-incomplete accepts it';
  it.each<[string, string, Language, string, string]>([
    ['debian', 'npm.pack', 'en', HAVE, HAVE_NOT],
    ['amazon', 'npm.pack', 'en', HAVE_NOT, HAVE],
    ['derived', 'npm.pack', 'en', HAVE_NOT, HAVE],
    ['debian', 'npm.pack', 'ja', '脆弱性情報を --pack で指定するか', 'db update でも取得できない'],
    ['amazon', 'npm.pack', 'ja', 'db update でも取得できない', '脆弱性情報を --pack で指定するか'],
  ])(
    'of %s are only asked for where somebody publishes them (%s, %s)',
    async (tree, name, language, told, not) => {
      const { err } = await scan(tree, name, { failOn: 'high' }, language);
      expect(err).toContain(told);
      expect(err).not.toContain(not);
      expect((await scan(tree, name, { failOn: 'high', allowIncomplete: true }, language)).err).not.toContain(
        told,
      );
    },
  );

  it('leave a gate alone where the pack speaks about every package, and a finding goes before them', async () => {
    const judged = await scan('debian', 'both.pack', { failOn: 'high' });
    expect([judged.code, judged.err.includes('unknown, not zero')]).toEqual([0, false]);
    expect((await scan('npm', 'npm.pack', { failOn: 'high' })).code).toBe(0);
    pack('bad.pack', (builder) => builder.addRow('npm', 'minimist', row('1.2.6')));
    expect((await scan('debian', 'bad.pack', { failOn: 'unknown' })).code).toBe(3);
  });

  it('are told in every report of a pipeline, which is no success there', async () => {
    const report = ['sarif', 'junit', 'gitlab'].map((form) => `${form}=${at(`r.${form}`)}`);
    await scan('debian', 'npm.pack', { failOn: 'high', report });
    const told = 'Debian:12: vulnerabilities of 2 packages are unknown: the advisory pack has no data';
    for (const form of ['sarif', 'junit', 'gitlab']) expect(read(`r.${form}`)).toContain(told);
    expect(JSON.parse(read('r.sarif'))).toMatchObject({
      runs: [{ invocations: [{ executionSuccessful: false }] }],
    });
    expect(read('r.junit')).toContain('errors="1"');
    expect(JSON.parse(read('r.gitlab'))).toMatchObject({ scan: { status: 'failure' } });
  });
});

const PROGRAM = {
  ecosystem: '(generic)',
  packages: 1,
  reason: 'no feed that we read speaks about (generic)',
  isGap: false,
};
const reportOf = (unjudged: TargetReport['unjudged']): RunReport => ({
  toolVersion: '1',
  startedAtMs: 0,
  endedAtMs: 1,
  targets: [
    {
      kind: 'image',
      name: 'app:1',
      operatingSystem: '',
      items: [],
      incomplete: [],
      isJudged: true,
      unjudged,
    },
  ],
  failures: [],
});

describe('packages that nobody can judge, whatever the pack', () => {
  it('are remarked in reports, and no failure of the run', () => {
    const report = reportOf([PROGRAM]);
    expect(shortcomings(report)).toEqual([]);
    expect(remarks(report)).toEqual([
      'app:1: (generic): vulnerabilities of 1 packages are unknown: no feed that we read speaks about (generic)',
    ]);
    expect(toGithub(report)).toMatch(/^::notice title=not judged::app:1: \(generic\)/);
  });

  it('let a gate pass: a program that was copied in is in almost every image', async () => {
    const bom = {
      bomFormat: 'CycloneDX',
      components: [{ type: 'library', name: 'tool', version: '1', purl: 'pkg:generic/tool@1' }],
    };
    writeFileSync(at('generic.json'), JSON.stringify(bom));
    const { context, process, written } = contextOf();
    const files = ['sarif', 'junit', 'gitlab'].map((form) => `${form}=${at(`g.${form}`)}`);
    const flags: ScanFlags = {
      ...{ output: 'csv', pack: at('npm.pack'), vex: [], allowIncomplete: false, failOn: 'high' },
      report: files,
    };
    await runScan(context, { kind: 'sbom', path: at('generic.json') }, flags);
    expect([process.exitCode, written.err]).toEqual([0, expect.stringContaining('not judged: (generic)')]);
    for (const form of ['sarif', 'junit', 'gitlab'])
      expect(read(`g.${form}`)).toContain('(generic): vulnerabilities of 1 packages are unknown');
    expect(JSON.parse(read('g.sarif'))).toMatchObject({
      runs: [
        { invocations: [{ executionSuccessful: true, toolExecutionNotifications: [{ level: 'note' }] }] },
      ],
    });
    expect(read('g.junit')).toContain('errors="0"');
    expect(JSON.parse(read('g.gitlab'))).toMatchObject({
      scan: { status: 'success', messages: [{ level: 'info' }] },
    });
  });
});

describe('progress over several targets', () => {
  it.each<[Language, string]>([
    ['en', 'not judged: Debian:12 (2 packages)'],
    ['ja', '判定対象外：Debian:12（パッケージ 2）'],
  ])('says in %s what could not be judged', (language, told) => {
    const coverage = [
      { ecosystem: 'Debian:12', state: 'no-data', packages: 2, withoutData: 2, reason: 'r' },
      { ecosystem: 'npm', state: 'partial', packages: 5, withoutData: 0 },
    ];
    const [target] = reportOf([]).targets;
    const outcome = { target, report: { coverage }, others: {} } as unknown as TargetOutcome;
    const { context, written } = contextOf(language);
    noteProgress(context, { at: 1, of: 2 }, outcome);
    expect(written.err).toContain(told);
    expect(written.err).not.toContain('npm');
  });
});
