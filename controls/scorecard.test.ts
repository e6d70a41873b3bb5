// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { loadContent } from '@bartizan/adapters/content';
import type { CheckResult, Finding, PostureCheck, ScorecardRow } from '@bartizan/contracts';
import { evaluateChecks, scorecard } from '@bartizan/engine';
import { describe, expect, it } from 'vitest';

const loaded = loadContent(resolve(import.meta.dirname, '../content'));
if (!loaded.ok) throw new Error(loaded.error.detail);
const { checks, controls } = loaded.value;

const WORKLOAD = 'w-1';
const owner = { cluster: 'local', tenant: 'default' };

/** The result of a check on facts that its own examples call right or wrong. */
function resultOf(check: PostureCheck, example: 'mustPass' | 'mustFail'): CheckResult[] {
  return check.subjects.flatMap((kind) =>
    evaluateChecks(
      [check],
      {
        ...owner,
        subject: {
          workload: WORKLOAD,
          kind: kind === 'Host' ? 'Host' : 'Container',
          namespace: '',
          name: kind,
        },
        of: kind,
        facts: check.tests[example][0]?.facts ?? {},
        unknown: {},
      },
      0,
    ),
  );
}

function rows(broken: string | undefined, findings: readonly Finding[] = []): Map<string, ScorecardRow> {
  const made = scorecard({
    controls,
    checks: checks.flatMap((check) => resultOf(check, check.id === broken ? 'mustFail' : 'mustPass')),
    findings,
    scanned: [{ workload: WORKLOAD, judged: true }],
    eventCounts: new Map(),
    history: new Map(),
  });
  return new Map(made.map((row) => [row.control, row]));
}

const finding = (more: Partial<Finding>): Finding => ({
  id: 'f-1',
  ...owner,
  kind: 'vulnerability',
  title: { en: 't', ja: 't' },
  severity: 'critical',
  subject: { workload: WORKLOAD, kind: 'Host', namespace: '', name: 'n' },
  vulnerability: {
    id: 'CVE-1',
    aliases: [],
    severity: 'critical',
    cvss: [],
    cwe: [],
    knownExploited: true,
    references: [],
  },
  evidence: [],
  why: [],
  fix: { state: 'fixed', action: { en: 'f', ja: 'f' } },
  owasp: { 2022: ['K10'], 2025: ['K07'] },
  attack: [],
  state: 'open',
  groupKey: 'g',
  firstSeenAtMs: 0,
  lastSeenAtMs: 0,
  ...more,
});

const whole = rows(undefined);
const claims = controls.flatMap((control) =>
  control.detects
    .filter((id) => checks.some((check) => check.id === id))
    .map((id): [string, string] => [control.id, id]),
);

describe('the scorecard of a machine on which everything is right', () => {
  it('shows 100 where enough is known, and no score where it is not', () => {
    for (const { control, score, coverage, failed, reason } of whole.values()) {
      expect(failed, control).toBe(0);
      expect(score, control).toBe(coverage < 50 ? undefined : 100);
      expect(reason === undefined, control).toBe(score !== undefined);
    }
    expect([...whole.values()].filter(({ score }) => score === 100).length).toBeGreaterThanOrEqual(9);
  });
});

describe('breaking one thing', () => {
  it.each(claims)('of %s, which is %s, shows in its row', (control, id) => {
    const before = whole.get(control);
    const after = rows(id).get(control);
    expect(after?.failed).toBeGreaterThan(before?.failed ?? 0);
    expect(after?.coverage).toBe(before?.coverage);
    if (before?.score === undefined) expect(after?.score).toBeUndefined();
    else expect(after?.score).toBeLessThan(before.score);
  });

  it('a vulnerability that is exploited lowers supply chain and vulnerable components', () => {
    const after = rows(undefined, [finding({})]);
    for (const control of ['k02-supply-chain', 'k10-vulnerable-components'])
      expect(after.get(control)?.score, control).toBeLessThan(whole.get(control)?.score ?? 0);
  });

  it('leaves rows alone that do not claim it', () => {
    const after = rows('container.privileged');
    const touched = [...after].filter(([control, row]) => row.failed !== whole.get(control)?.failed);
    expect(touched.map(([control]) => control).sort()).toEqual(
      claims.flatMap(([control, id]) => (id === 'container.privileged' ? [control] : [])).sort(),
    );
  });

  it('has been tried on every control that can have a score', () => {
    const tried = [...claims.map(([control]) => control), 'k02-supply-chain', 'k10-vulnerable-components'];
    const scored = [...whole.values()].filter(({ score }) => score !== undefined);
    expect(scored.filter(({ control }) => !tried.includes(control))).toEqual([]);
  });
});
