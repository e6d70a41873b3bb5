// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CheckResult, ComplianceControl, Finding } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ScorecardInput, scorecard, VULNERABILITY_CHECKS } from './index.ts';

const words = (text: string) => ({ en: text, ja: `${text}です` });
const control: ComplianceControl = {
  id: 'k09-cluster-components',
  owasp: { 2022: ['K09'], 2025: ['K07'] },
  title: words('components'),
  goal: words('g'),
  prevents: [],
  detects: ['host.a', 'host.b', 'runtime.x', 'vulnerability.known-exploited'],
  responds: [],
  shows: [],
  notYetCovered: [],
};
const subject = (workload: string) => ({ workload, kind: 'Host', namespace: '', name: workload }) as const;
const result = (
  check: string,
  outcome: CheckResult['outcome'],
  more: Partial<CheckResult> = {},
): CheckResult => ({
  check,
  cluster: 'local',
  tenant: 'default',
  subject: subject('w-1'),
  outcome,
  severity: 'medium',
  title: words('t'),
  evidence: [],
  owasp: control.owasp,
  checkedAtMs: 0,
  ...more,
});
const finding = (more: Partial<Finding>): Finding => ({
  id: 'f-1',
  cluster: 'local',
  tenant: 'default',
  kind: 'posture',
  title: words('t'),
  severity: 'high',
  subject: subject('w-1'),
  evidence: [],
  why: [],
  fix: { state: 'configuration', action: words('repair') },
  owasp: { 2022: [], 2025: [] },
  attack: [],
  state: 'open',
  groupKey: 'g',
  firstSeenAtMs: 0,
  lastSeenAtMs: 0,
  ...more,
});
const row = (more: Partial<ScorecardInput>) => {
  const [first] = scorecard({
    controls: [control],
    checks: [],
    findings: [],
    scanned: [],
    eventCounts: new Map(),
    history: new Map(),
    ...more,
  });
  if (first === undefined) throw new Error('no row');
  return first;
};

describe('the scorecard', () => {
  it('has no score and says why when there is nothing to judge', () => {
    const empty = row({});
    expect(empty).toMatchObject({ coverage: 0, passed: 0, failed: 0 });
    expect(empty.score).toBeUndefined();
    expect(empty.reason?.ja).toMatch(/ありません/);
  });

  it('weighs checks by severity', () => {
    const score = row({
      checks: [
        result('host.a', 'fail', { severity: 'critical' }),
        result('host.b', 'pass', { severity: 'high' }),
      ],
    }).score;
    expect(score).toBe(33);
  });

  it('is 100 only when everything evaluated passed, and falls when one subject fails', () => {
    const many = Array.from({ length: 300 }, (_, at) =>
      result('host.a', 'pass', { subject: subject(`w-${at}`) }),
    );
    expect(row({ checks: many }).score).toBe(100);
    const broken = many.with(7, result('host.a', 'fail', { subject: subject('w-7') }));
    expect(row({ checks: broken }).score).toBe(99);
  });

  it('lets what is not known lower coverage and never the score', () => {
    const known = [result('host.a', 'pass')];
    const more = row({ checks: [...known, result('host.b', 'unknown')] });
    expect(more).toMatchObject({ score: row({ checks: known }).score, coverage: 50, unknown: 1 });
    const most = row({ checks: [...known, result('host.b', 'unknown'), result('host.a', 'unknown')] });
    expect(most.coverage).toBeLessThan(50);
    expect(most.score).toBeUndefined();
    expect(most.reason).toBeDefined();
  });

  it('counts known gaps of the product as questions without an answer', () => {
    const gaps = { ...control, notYetCovered: [words('one'), words('two')] };
    expect(row({ controls: [gaps], checks: [result('host.a', 'pass')] })).toMatchObject({ coverage: 33 });
  });

  it('does not count checks that are not applicable', () =>
    expect(row({ checks: [result('host.a', 'pass'), result('host.b', 'not-applicable')] })).toMatchObject({
      score: 100,
      coverage: 100,
      passed: 1,
    }));

  it('turns vulnerabilities into checks of each scanned workload', () => {
    const scanned = [{ workload: 'w-1', judged: true }];
    expect(row({ scanned }).score).toBe(100);
    const exploited = finding({
      kind: 'vulnerability',
      vulnerability: {
        id: 'CVE-1',
        aliases: [],
        severity: 'low',
        cvss: [],
        cwe: [],
        knownExploited: true,
        references: [],
      },
    });
    expect(row({ scanned, findings: [exploited] }).score).toBe(0);
    expect(row({ scanned, findings: [{ ...exploited, state: 'fixed' }] }).score).toBe(100);
    expect(row({ scanned: [{ workload: 'w-1', judged: false }] })).toMatchObject({ coverage: 0, unknown: 1 });
  });

  it('has three checks on vulnerabilities, each broken by its own finding only', () => {
    const rated = (severity: 'critical' | 'high', state: 'fixed' | 'not-fixed') =>
      finding({ kind: 'vulnerability', severity, fix: { state, action: words('x') } });
    const broken = (one: Finding) =>
      VULNERABILITY_CHECKS.filter(({ breaks }) => breaks(one)).map(({ id }) => id);
    expect(broken(rated('critical', 'fixed'))).toEqual(['vulnerability.critical-fixable']);
    expect(broken(rated('high', 'fixed'))).toEqual(['vulnerability.high-fixable']);
    expect(broken(rated('critical', 'not-fixed'))).toEqual([]);
  });

  it('shows open findings, what removes most, events and the trend', () => {
    const found = [
      finding({ id: 'f-1', check: 'host.a', groupKey: 'one' }),
      finding({ id: 'f-2', check: 'host.b', groupKey: 'two', severity: 'critical' }),
      finding({ id: 'f-3', check: 'host.b', groupKey: 'one' }),
      finding({ id: 'f-4', check: 'host.a', state: 'accepted' }),
      finding({ id: 'f-5', check: 'other.check' }),
    ];
    const shown = row({
      findings: found,
      eventCounts: new Map([
        ['runtime.x', 4],
        ['runtime.y', 9],
      ]),
      history: new Map([[control.id, Array.from({ length: 40 }, (_, at) => at)]]),
    });
    expect(shown.openFindings).toEqual({ high: '2', critical: '1' });
    expect(shown.topFixes.map(({ groupKey, removes }) => [groupKey, removes])).toEqual([
      ['one', 2],
      ['two', 1],
    ]);
    expect(shown.events).toBe(4);
    expect(shown.trend).toHaveLength(31);
    expect(shown.trend.at(-1)).toBe(39);
  });

  it('never rises when a passed check turns to failed', () => {
    const outcome = fc.constantFrom('pass' as const, 'fail' as const, 'unknown' as const);
    const severity = fc.constantFrom('critical' as const, 'high' as const, 'medium' as const, 'low' as const);
    const checks = fc.array(fc.record({ check: fc.constantFrom('host.a', 'host.b'), outcome, severity }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(checks, (list) => {
        const fixed = list.map(({ check, outcome: was }) =>
          result(check, was, { severity: check === 'host.a' ? 'critical' : 'low' }),
        );
        const at = fixed.findIndex((one) => one.outcome === 'pass');
        if (at < 0) return;
        const before = row({ checks: fixed }).score;
        const one = fixed[at];
        if (one === undefined) return;
        const after = row({ checks: fixed.with(at, { ...one, outcome: 'fail' }) }).score;
        expect(after === undefined).toBe(before === undefined);
        if (after !== undefined && before !== undefined) expect(after).toBeLessThanOrEqual(before);
      }),
      { seed: 20261125, numRuns: 300 },
    );
  });
});
