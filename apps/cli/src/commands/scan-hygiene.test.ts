// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CheckResult, Finding } from '@bartizan/contracts';
import { scanProblem } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import type { CliContext } from '../context.ts';
import type { RunReport } from '../report/run-report.ts';
import { toSarif } from '../report/sarif.ts';
import { type Language, translator } from '../text/catalogue.ts';
import { otherList, otherProblems, otherWhole } from './other-findings.ts';
import type { ScanFormat } from './scan-flags.ts';
import type { HygieneFound } from './scan-hygiene.ts';
import { noteTarget } from './scan-notes.ts';
import { judgeTarget } from './scan-outcome.ts';
import { writeReports } from './scan-output.ts';

const PLACE = {
  cluster: 'local',
  tenant: 'default',
  subject: { workload: 'scan', kind: 'Container', namespace: '', name: 'app:1' },
  owasp: { 2022: ['K02'], 2025: ['K04'] },
} as const;
const FIX = { state: 'configuration', action: { en: 'Remove it', ja: '削除する' } } as const;
const finding = (more: Partial<Finding>): Finding => ({
  ...PLACE,
  owasp: { 2022: ['K02'], 2025: ['K04'] },
  id: 'f-1',
  kind: 'malware',
  title: { en: 'A bot in /opt/x', ja: '/opt/x にボットがあります' },
  severity: 'critical',
  check: 'malware.bot',
  location: { kind: 'file', path: '/opt/x', line: 1, column: 1 },
  evidence: ['SHA-256 ab'],
  why: [],
  fix: FIX,
  attack: [],
  state: 'open',
  groupKey: 'g',
  firstSeenAtMs: 0,
  lastSeenAtMs: 0,
  ...more,
});
const check = (id: string, outcome: CheckResult['outcome'], evidence: string[] = []): CheckResult => ({
  ...PLACE,
  owasp: { 2022: ['K02'], 2025: ['K04'] },
  check: id,
  outcome,
  severity: 'low',
  title: { en: 't', ja: 't' },
  evidence,
  checkedAtMs: 0,
});
const { location: _location, ...posture } = finding({
  kind: 'posture',
  check: 'image.user',
  evidence: ['image.user = root', 'second'],
});
const HYGIENE: HygieneFound = {
  findings: [finding({}), posture],
  checks: [
    check('image.user', 'fail'),
    check('image.add-steps', 'unknown', ['no history']),
    check('image.health-check', 'pass'),
  ],
  offenders: new Map(),
  incomplete: [scanProblem('scan.limit', '/opt/big', { en: 'too many strings', ja: '文字列が多すぎます' })],
  files: 7,
};

const judged = (language: Language) =>
  judgeTarget({ subject: { kind: 'image', name: 'app:1' }, others: { hygiene: HYGIENE } }, undefined, {
    rules: { statements: [], gate: { exceptions: [], nowMs: 0 } },
    language,
  });
const runOf = (language: Language): RunReport => ({
  toolVersion: '1',
  startedAtMs: 0,
  endedAtMs: 1,
  targets: [judged(language).target],
  failures: [],
});

const shown = (output: ScanFormat, language: Language = 'en') => {
  const written = { out: '', err: '' };
  const sink = (key: 'out' | 'err') => ({
    write: (text: string) => {
      written[key] += text;
      return true;
    },
  });
  const process = { stdout: sink('out'), stderr: sink('err'), env: {} };
  const context = { process, language, t: translator(language) } as unknown as CliContext;
  const outcome = judged(language);
  const run = { report: runOf(language), outcomes: [outcome], isList: false };
  expect(writeReports(context, run, { output, files: [] }).ok).toBe(true);
  noteTarget(context, outcome, { output, vex: [], allowIncomplete: false });
  return written;
};

describe('what hygiene found', () => {
  it('is a table with place and title, in both languages', () => {
    const english = shown('table');
    expect(english.out).toMatch(/critical +malware\.bot +\/opt\/x +A bot in \/opt\/x/);
    expect(english.out).toMatch(/image\.user +second/);
    expect(english.err).toContain('hygiene: 2 findings in 7 files; 1 of 3 checks passed, 1 unknown');
    expect(english.err).toContain('unknown: image.add-steps: no history');
    expect(english.err).toContain('incomplete: scan.limit /opt/big: too many strings');
    const japanese = shown('csv', 'ja');
    expect(japanese.out).toContain('/opt/x にボットがあります');
    expect(japanese.err).toContain('検査 3 件中 合格 1、不明 1');
    expect(japanese.err).toContain('不完全：scan.limit /opt/big：文字列が多すぎます');
  });

  it('is whole in json and yaml, with the checks that nobody could answer', () => {
    const document: unknown = JSON.parse(shown('json').out);
    expect(document).toMatchObject({
      hygiene: { checks: [{}, { outcome: 'unknown' }, {}], stats: { files: 7 } },
    });
    expect(shown('yaml').out).toContain('check: malware.bot');
  });

  it('is SARIF with a place where there is one, and never says undefined', () => {
    const log = JSON.stringify(toSarif(runOf('en')));
    expect(log).toContain('"uri":"opt/x"');
    expect(log).toContain('"text":"A bot in /opt/x. Remove it"');
    expect(log).not.toContain('undefined');
    expect(JSON.parse(shown('sarif').out)).toMatchObject({ version: '2.1.0' });
  });

  it('counts for the exit code, and for completeness', () => {
    expect(otherList({ hygiene: HYGIENE })).toHaveLength(2);
    expect(otherProblems({ hygiene: HYGIENE })).toHaveLength(1);
    expect(judged('en').target.incomplete).toHaveLength(1);
    expect(otherProblems({ hygiene: { ...HYGIENE, incomplete: [] } })).toEqual([]);
    expect(otherWhole({}, [])).toEqual({});
  });
});
