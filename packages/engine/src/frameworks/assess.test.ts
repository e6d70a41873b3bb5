// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CheckResult, Finding } from '@bartizan/contracts';
import type { ComplianceAnswer, Framework } from '@bartizan/contracts/compliance';
import { describe, expect, it } from 'vitest';
import { findingId } from '../posture/index.ts';
import {
  answersOfChecks,
  answersOfNoExposure,
  assessFramework,
  compareAnswers,
  EVIDENCE_AGE_MAX_MS,
  evidenceHash,
} from './index.ts';

const NOW = Date.UTC(2026, 10, 28);
const two = (text: string) => ({ en: text, ja: text });
const framework = (...refs: string[][]): Framework => ({
  id: 'f',
  title: two('F'),
  edition: '1',
  asOf: '2026-11-28',
  limits: two('the rest'),
  controls: refs.map((mine, n) => ({
    id: `C${n + 1}`,
    title: two('asks'),
    checks: mine.map((ref) => ({ ref, reason: two('because') })),
  })),
});
const answer = (ref: string, outcome: ComplianceAnswer['outcome'], more: Partial<ComplianceAnswer> = {}) => ({
  ref,
  subject: 'node-1',
  outcome,
  severity: 'high' as const,
  at: NOW - 1000,
  detail: two('seen'),
  evidenceSha256: 'a'.repeat(64),
  ...more,
});
const stateOf = (refs: string[], answers: ComplianceAnswer[]) =>
  assessFramework({ framework: framework(refs), answers, atMs: NOW }).controls[0];

describe('the state of a control', () => {
  it('is met when everything was answered and nothing failed', () => {
    expect(
      stateOf(['secret', 'vulnerability'], [answer('secret', 'pass'), answer('vulnerability', 'pass')]),
    ).toMatchObject({ state: 'met', score: 100, coverage: 100 });
  });
  it('is unknown, never met, when one of its checks has no data', () => {
    expect(stateOf(['secret', 'vulnerability'], [answer('secret', 'pass')])).toMatchObject({
      state: 'unknown',
      coverage: 50,
      mappings: [{ state: 'pass' }, { state: 'no-data' }],
    });
  });
  it('has no score and no coverage of nothing when there is no data at all', () => {
    const control = stateOf(['secret'], []);
    expect(control).toMatchObject({ state: 'unknown', coverage: 0 });
    expect(control).not.toHaveProperty('score');
    expect(control).not.toHaveProperty('evidenceSha256');
  });
  it('is unknown when one subject of many could not be told', () => {
    expect(
      stateOf(['secret'], [answer('secret', 'pass'), answer('secret', 'unknown', { subject: 'node-2' })])
        ?.state,
    ).toBe('unknown');
  });
  it('is partly met when one check fails and another passes, not met when none passes', () => {
    expect(
      stateOf(['secret', 'vulnerability'], [answer('secret', 'fail'), answer('vulnerability', 'pass')])
        ?.state,
    ).toBe('partly');
    expect(stateOf(['secret', 'vulnerability'], [answer('secret', 'fail')])?.state).toBe('not-met');
  });
  it('counts evidence older than the limit as unknown, whichever way it went', () => {
    for (const outcome of ['pass', 'fail'] as const)
      expect(
        stateOf(['secret'], [answer('secret', outcome, { at: NOW - EVIDENCE_AGE_MAX_MS - 1 })]),
      ).toMatchObject({
        state: 'unknown',
        unknown: 1,
        mappings: [{ state: 'stale' }],
      });
  });
  it('does not count evidence that is dated ahead, however long it would stay fresh', () => {
    const ahead = (atMs: number) => stateOf(['secret'], [answer('secret', 'pass', { at: NOW + atMs })]);
    expect(ahead(60_000)).toMatchObject({ state: 'met' });
    expect(ahead(365 * 24 * 3600_000)).toMatchObject({ state: 'unknown', mappings: [{ state: 'stale' }] });
  });
  it('stays not met when the risk is accepted, and says so', () => {
    const accepted = { owner: 'ann', reason: 'legacy', until: NOW + 1 };
    expect(stateOf(['secret'], [answer('secret', 'fail', { accepted })])).toMatchObject({
      state: 'not-met',
      failed: 1,
      accepted: 1,
    });
  });
  it('is not judged where no tool can tell', () => {
    expect(stateOf([], [])?.state).toBe('not-judged');
  });
});

describe('a framework', () => {
  it('shows no score below half of the controls judged, and leaves those no tool judges out of both', () => {
    const answers = [answer('secret', 'pass')];
    const half = assessFramework({
      framework: framework(['secret'], ['vulnerability'], []),
      answers,
      atMs: NOW,
    });
    expect(half).toMatchObject({ score: 100, coverage: 50, counts: { met: 1, unknown: 1, notJudged: 1 } });
    const third = assessFramework({
      framework: framework(['secret'], ['vulnerability'], ['vulnerability']),
      answers,
      atMs: NOW,
    });
    expect(third.coverage).toBe(33);
    expect(third).not.toHaveProperty('score');
  });
  it('has the same hash whatever the order of answers, and another when one of them changes', () => {
    const answers = [answer('secret', 'pass'), answer('vulnerability', 'fail')];
    expect(evidenceHash(answers)).toBe(evidenceHash(answers.toReversed()));
    expect(evidenceHash(answers)).not.toBe(
      evidenceHash([answer('secret', 'pass'), answer('vulnerability', 'pass')]),
    );
  });
  it('takes answers of another edition that ask the same', () => {
    const keyOf = (ref: string): string => (ref.startsWith('benchmark:') ? 'anonymous' : ref);
    const assessed = assessFramework({
      framework: framework(['benchmark:cis-kubernetes-1.12/1.2.1']),
      answers: [answer('benchmark:cis-kubernetes-1.10/1.2.1', 'pass')],
      atMs: NOW,
      keyOf,
    });
    expect(assessed.controls[0]?.state).toBe('met');
    expect(assessed.answersTotal).toBe(1);
  });
});

describe('two runs', () => {
  it('tell what fails newly, was repaired, is still open, and what is no longer known', () => {
    const before = ['a', 'b', 'c', 'd', 'e'].map((ref, n) => answer(ref, n < 2 ? 'fail' : 'pass'));
    const after = [answer('a', 'fail'), answer('b', 'pass'), answer('c', 'fail'), answer('d', 'unknown')];
    const change = compareAnswers({ before, after, name: 'run-1' });
    const refs = (rows: readonly { ref: string }[]) => rows.map(({ ref }) => ref);
    expect(refs(change.stillOpen)).toEqual(['a']);
    expect(refs(change.repaired)).toEqual(['b']);
    expect(refs(change.newlyFailing)).toEqual(['c']);
    expect(refs(change.newlyUnknown)).toEqual(['d', 'e']);
  });
  it('do not call a check repaired that is no longer asked', () => {
    const change = compareAnswers({ before: [answer('a', 'fail')], after: [], name: 'run-1' });
    expect(change.repaired).toEqual([]);
    expect(change.newlyUnknown).toHaveLength(1);
  });
});

describe('answers of checks', () => {
  const check = (id: string, outcome: CheckResult['outcome']): CheckResult => ({
    ...{ check: id, cluster: 'local', tenant: 'default', outcome, severity: 'high', title: two('t') },
    subject: { workload: 'o-1', kind: 'KubernetesObject', namespace: '', name: 'Cluster' },
    ...{ evidence: [], owasp: { 2022: [], 2025: [] }, checkedAtMs: NOW },
  });
  it('say that the risk of a finding about the cluster is accepted, and leave benchmarks to their runs', () => {
    const finding = {
      id: findingId({ workload: 'o-1', kind: 'policy', cause: 'access.path-to-admin' }),
      state: 'accepted',
      acceptance: { owner: '@ann', reason: 'old', expiresAtMs: NOW + 1 },
    } as Finding;
    const answers = answersOfChecks(
      [check('access.path-to-admin', 'fail'), check('benchmark.kubernetes.x', 'fail')],
      [finding],
    );
    expect(answers.map(({ ref, accepted }) => [ref, accepted?.owner])).toEqual([
      ['access:access.path-to-admin', '@ann'],
    ]);
  });
  it('pass where all is read and nothing is exposed, and are unknown where something could have been missed', () => {
    const of = (isWhole: boolean, ...checks: CheckResult[]) =>
      answersOfNoExposure(checks, { isWhole, at: NOW }).map(({ ref, outcome }) => `${ref} ${outcome}`);
    expect(of(true)).toEqual(['posture:exposed.administration pass', 'posture:exposed.without-policy pass']);
    expect(of(false)).toEqual([
      'posture:exposed.administration unknown',
      'posture:exposed.without-policy unknown',
    ]);
    expect(
      of(true, check('exposed.administration', 'fail'), check('exposed.without-policy', 'pass')),
    ).toEqual([]);
  });
});
