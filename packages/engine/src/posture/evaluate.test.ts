// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactValue, Lifecycle, PostureCheck } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import {
  checkToFinding,
  compileCheck,
  deriveFacts,
  evaluateChecks,
  findingId,
  readWireFacts,
} from './index.ts';

const words = (text: string) => ({ en: text, ja: `${text}です` });
const check = (more: Partial<PostureCheck> = {}): PostureCheck => ({
  id: 'host.example',
  title: words('claim'),
  failure: words('{offenders} are wrong'),
  description: words('d'),
  severity: 'high',
  subjects: ['Host'],
  needs: ['offenders'],
  pass: { field: 'offenders', operator: 'equals', value: [] },
  evidence: ['offenders: {offenders}'],
  fix: { action: words('repair'), command: 'chmod o-w FILE' },
  control: ['k09-cluster-components'],
  owasp: { 2022: ['K09'], 2025: ['K07'] },
  attack: ['T1222'],
  references: [],
  tests: { mustPass: [], mustFail: [] },
  ...more,
});
const subject = { workload: 'w-1', kind: 'Host', namespace: '', name: 'n1' } as const;
const evaluate = (
  one: PostureCheck,
  facts: Record<string, FactValue>,
  more: { unknown?: Record<string, string>; lifecycle?: Lifecycle } = {},
) =>
  evaluateChecks(
    [one],
    {
      cluster: 'local',
      tenant: 'default',
      subject,
      facts,
      unknown: more.unknown ?? {},
      ...(more.lifecycle ? { lifecycle: more.lifecycle } : {}),
    },
    1000,
  )[0];

describe('evaluateChecks', () => {
  it('passes with evidence', () =>
    expect(evaluate(check(), { offenders: [] })).toMatchObject({
      outcome: 'pass',
      title: words('claim'),
      checkedAtMs: 1000,
    }));

  it('fails with the sentence of this case, each offender, and the fix', () =>
    expect(evaluate(check(), { offenders: ['/a', '/b'] })).toMatchObject({
      outcome: 'fail',
      title: { en: '/a /b are wrong' },
      evidence: ['offenders: /a /b', '/a', '/b'],
      fix: { state: 'configuration', command: 'chmod o-w FILE' },
    }));

  it('is unknown with the reason when a fact is missing, and never passes', () => {
    expect(evaluate(check(), {}, { unknown: { offenders: 'no permission' } })).toMatchObject({
      outcome: 'unknown',
      evidence: ['offenders: no permission'],
    });
    const absent = check({ pass: { field: 'offenders', operator: 'absent' } });
    expect(evaluate(absent, {})?.outcome).toBe('unknown');
  });

  it('is not applicable only when that is known', () => {
    const conditional = check({
      needs: ['installed', 'offenders'],
      appliesWhen: { field: 'installed', operator: 'equals', value: true },
    });
    expect(evaluate(conditional, { installed: false })?.outcome).toBe('not-applicable');
    expect(evaluate(conditional, { offenders: [] })?.outcome).toBe('unknown');
    expect(evaluate(conditional, { installed: true })?.outcome).toBe('unknown');
    expect(evaluate(conditional, { installed: true, offenders: [] })?.outcome).toBe('pass');
  });

  it('leaves out checks of another kind of subject', () =>
    expect(evaluate(check({ subjects: ['Container'] }), { offenders: [] })).toBeUndefined());

  it('calls a check that cannot be compiled unknown', () =>
    expect(evaluate(check({ pass: { all: [] } }), { offenders: [] })?.outcome).toBe('unknown'));

  it('keeps evidence bounded', () => {
    const offenders = Array.from({ length: 500 }, () => 'x'.repeat(4000));
    const evidence = evaluate(check(), { offenders })?.evidence ?? [];
    expect(evidence.length).toBe(64);
    expect(Math.max(...evidence.map((line) => line.length))).toBeLessThan(300);
  });
});

describe('compileCheck', () => {
  it.each([
    ['a fact it does not list', { pass: { field: 'other', operator: 'present' } }, 'uses other'],
    ['a sentence with a fact it does not list', { failure: words('{other}') }, 'uses other'],
    ['a wrong condition', { pass: { any: [] } }, 'pass:'],
    ['a wrong condition for applying', { appliesWhen: { any: [] } }, 'appliesWhen:'],
  ] as const)('refuses %s', (_name, more, detail) => {
    const result = compileCheck(check(more as Partial<PostureCheck>));
    expect(result.ok ? '' : result.error.detail).toContain(detail);
  });
});

describe('findings of checks', () => {
  it('exist only for failures, keep their id and their first date', () => {
    const failed = evaluate(check(), { offenders: ['/a'] });
    const passed = evaluate(check(), { offenders: [] });
    if (failed === undefined || passed === undefined) throw new Error('no result');
    expect(checkToFinding(check(), passed)).toBeUndefined();
    const finding = checkToFinding(check(), failed, 7);
    expect(finding).toMatchObject({
      id: findingId({ workload: 'w-1', kind: 'posture', cause: 'host.example' }),
      kind: 'posture',
      groupKey: 'check:host.example',
      firstSeenAtMs: 7,
      lastSeenAtMs: 1000,
    });
    expect(finding?.id).toMatch(/^f-[0-9a-f]{24}$/);
  });

  it('differ by each part of what identifies them', () => {
    const key = { workload: 'w', kind: 'vulnerability', cause: 'CVE-1', package: 'a', version: '1' } as const;
    const ids = [
      key,
      { ...key, workload: 'x' },
      { ...key, cause: 'CVE-2' },
      { ...key, package: 'b' },
      { ...key, version: '2' },
    ].map(findingId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('deriveFacts', () => {
  const lifecycle: Lifecycle = {
    asOf: '2026-11-25',
    windows: [
      { product: 'debian', release: '12', endsOn: '2028-06-30' },
      { product: 'ubuntu', release: '24.04', endsOn: '2029-04-25' },
      { product: 'kernel', release: '6.18', endsOn: '2027-12-31' },
      { product: 'kernel', release: '5.4', endsOn: '2025-12-31' },
    ],
  };
  const day = (text: string): number => Date.parse(`${text}T12:00:00Z`);

  it('counts the last day of support as a day', () => {
    const facts = { 'os.id': 'debian', 'os.version': '12' };
    expect(deriveFacts(facts, lifecycle, day('2028-06-30'))['os.support-days-left']).toBe(0);
    expect(deriveFacts(facts, lifecycle, day('2028-07-01'))['os.support-days-left']).toBe(-1);
  });

  it.each([
    ['6.18.0', 'by its series', 401],
    ['5.4.290', 'as over', -329],
    ['6.1.0-18-amd64', 'with its distribution', 583],
    ['6.17.3', 'as not listed', undefined],
    ['weird', 'as not readable', undefined],
  ])('judges kernel %s %s', (release, _how, days) => {
    const facts = { 'os.id': 'debian', 'os.version': '12', 'kernel.release': release };
    expect(deriveFacts(facts, lifecycle, day('2026-11-25'))['kernel.support-days-left']).toBe(days);
  });

  it('adds nothing for a release that is not listed, nor without a table', () => {
    const facts = { 'os.id': 'homemade', 'os.version': '1' };
    expect(deriveFacts(facts, lifecycle, 0)).toEqual(facts);
    expect(deriveFacts({ 'os.id': 'debian', 'os.version': '12' }, undefined, 0)).not.toHaveProperty([
      'os.support-days-left',
    ]);
  });
});

describe('readWireFacts', () => {
  it('reads values and calls unreadable ones unknown', () => {
    const { facts, unknown } = readWireFacts(
      { a: '1', b: '"x"', c: '["x"]', d: 'true', e: '{', f: '{"x":1}', g: '[1]', h: 'null', i: '2' },
      { i: 'not allowed' },
    );
    expect(facts).toEqual({ a: 1, b: 'x', c: ['x'], d: true });
    expect(Object.keys(unknown).sort()).toEqual(['e', 'f', 'g', 'h', 'i']);
    expect(unknown['i']).toBe('not allowed');
  });
  it('bounds lists and texts', () => {
    const { facts } = readWireFacts(
      { a: JSON.stringify(Array(2000).fill('x')), b: JSON.stringify('y'.repeat(40_000)) },
      {},
    );
    expect(
      [facts['a'], facts['b']].map((value) =>
        typeof value === 'object' || typeof value === 'string' ? value.length : 0,
      ),
    ).toEqual([512, 16_384]);
  });
});
