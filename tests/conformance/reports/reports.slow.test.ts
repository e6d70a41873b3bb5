// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PackBuilder } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasGo, report } from '../outside.ts';
import { gitlabContainer, gitlabQuality, sarifSchema, type Validator } from './schemas.ts';

/** Made here, so that no text of the repository looks like a secret. */
const TOKEN = ['glpat', 'Zq3vT8nKx2LmW9rYb4Hd'].join('-');
const LABELS = ['critical', 'high', 'medium', 'low'] as const;

let folder = '';
const at = (name: string): string => join(folder, name);

/** How the program is called: what the reports have to hold to has to hold in all of these. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  plain: ['dir', 'src'],
  gate: ['dir', 'src', '--fail-on', 'high'],
  secrets: ['dir', 'src', '--scanners', 'vuln,secret'],
  exceptions: ['dir', 'src', '--exceptions', 'exceptions.json'],
  baseline: ['dir', 'src', '--baseline', 'baseline.json'],
  statements: ['dir', 'src', '--vex', 'vex.json'],
  nothing: ['dir', 'empty'],
  sbom: ['sbom', 'sbom.json'],
};
const FORMS = { sarif: 'sarif', gitlab: 'json', 'gitlab-quality': 'json' } as const;

function bartizan(words: readonly string[]): void {
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, BARTIZAN_INSTANCE: 'reports' };
  try {
    execFileSync(
      process.execPath,
      [join(process.cwd(), 'apps/cli/src/main.ts'), 'scan', ...words, '--pack', 'pack'],
      {
        cwd: folder,
        env,
        stdio: 'ignore',
        timeout: 60_000,
      },
    );
  } catch (error) {
    // 3 is the answer of a gate; everything else is none.
    if ((error as { status?: number }).status !== 3) throw error;
  }
}

const reportFlags = (name: string): string[] =>
  Object.entries(FORMS).flatMap(([form, ending]) => ['--report', `${form}=${name}.${form}.${ending}`]);
const documentOf = (name: string, form: keyof typeof FORMS): unknown =>
  JSON.parse(readFileSync(at(`${name}.${form}.${FORMS[form]}`), 'utf8'));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-reports-'));
  const builder = new PackBuilder();
  for (const label of LABELS) {
    const name = `a-${label}`;
    mkdirSync(at(`src/with space/node_modules/${name}`), { recursive: true });
    writeFileSync(
      at(`src/with space/node_modules/${name}/package.json`),
      JSON.stringify({ name, version: '1.0.0' }),
    );
    builder.addRow('npm', name, {
      id: `CVE-2026-${LABELS.indexOf(label) + 1000}`,
      kind: 'vulnerability',
      source: 's',
      versions: ['1.0.0'],
      summary: 'a "flaw" with <marks> & a line\nend',
      rating: { label, score: 5.5, source: 's' },
    });
  }
  const pack = builder.finish({ builtAtMs: 0, kind: 'full' });
  if (!pack.ok) throw new Error(pack.error.detail);
  writeFileSync(at('pack'), pack.value);
  writeFileSync(at('src/.env'), `TOKEN=${TOKEN}\n`);
  mkdirSync(at('empty'));
  const exception = { id: 'CVE-2026-1000', owner: 'o', reason: 'r', expires: '2999-01-01' };
  const expired = { id: 'CVE-2026-1001', owner: 'o', reason: 'r', expires: '2026-01-01' };
  writeFileSync(at('exceptions.json'), JSON.stringify({ version: 1, exceptions: [exception, expired] }));
  const statement = {
    vulnerability: { name: 'CVE-2026-1002' },
    products: [{ '@id': 'pkg:npm/a-medium@1.0.0' }],
    status: 'fixed',
  };
  writeFileSync(
    at('vex.json'),
    JSON.stringify({ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'doc', statements: [statement] }),
  );
  bartizan(['dir', 'src', '--write-baseline', 'baseline.json', '--report', 'cyclonedx=sbom.json']);
  for (const [name, words] of Object.entries(CALLS)) bartizan([...words, ...reportFlags(name)]);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const faultsOf = (form: keyof typeof FORMS, validate: Validator): string[] =>
  Object.keys(CALLS).flatMap((name) => validate(documentOf(name, form)).map((fault) => `${name}: ${fault}`));

describe.skipIf(!hasGo)('the official schema of SARIF', () => {
  it('holds for every log that is written, and not for a damaged one', () => {
    const validate = sarifSchema();
    const faults = faultsOf('sarif', validate);
    report('reports-sarif', Object.keys(CALLS).length - faults.length, Object.keys(CALLS).length);
    expect(faults).toEqual([]);
    const log = documentOf('plain', 'sarif') as { runs: { results: object[] }[] };
    expect(log.runs[0]?.results).toHaveLength(LABELS.length);
    expect(validate({ ...log, version: '2.0.0' })).not.toEqual([]);
    expect(validate({ ...log, runs: [{ ...log.runs[0], results: [{ level: 'error' }] }] })).not.toEqual([]);
  });
});

describe('what GitLab asks of reports', () => {
  it.each([
    ['gitlab', gitlabContainer],
    ['gitlab-quality', gitlabQuality],
  ] as const)('holds for every %s report', (form, validate) => {
    const faults = faultsOf(form, validate);
    expect(faults).toEqual([]);
    expect(validate([{ severity: 'High' }])).not.toEqual([]);
  });
});
