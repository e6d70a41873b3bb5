// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, FactValue } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import {
  type AdmissionContext,
  type AdmissionRequest,
  compileAdmissionPolicy,
  judgeAdmission,
} from '../admission/index.ts';
import { DECISION_COST_MAX, kubernetesMinor, ruleCelCompiler } from './index.ts';

const pod = { containers: [{ name: 'app', image: 'web:1' }], hostNetwork: true };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { replicas: 7, template: { spec: pod } },
};
const REQUEST: AdmissionRequest = {
  operation: 'CREATE',
  group: 'apps',
  resource: 'deployments',
  subResource: '',
  kind: 'Deployment',
  namespace: 'shop',
  name: 'web',
  object: deployment,
  user: { name: 'kim', groups: ['developers'] },
};

const ruleOf = (id: string, cel: string, more: Partial<AdmissionRule> = {}): AdmissionRule => ({
  id,
  title: { en: 'title', ja: '題' },
  description: { en: 'about', ja: '説明' },
  severity: 'high',
  effect: 'deny',
  order: 1,
  stages: ['admission', 'audit'],
  mode: 'enforce',
  match: { resources: ['workloads'], operations: ['CREATE', 'UPDATE'] },
  condition: { cel },
  whenUnknown: 'alert',
  message: { en: 'wrong', ja: '誤り' },
  control: [],
  owasp: { 2022: [], 2025: [] },
  attack: [],
  references: [],
  tests: { mustViolate: [], mustPass: [] },
  ...more,
});

function judged(
  rules: readonly AdmissionRule[],
  { context = {}, request = REQUEST }: { context?: AdmissionContext; request?: AdmissionRequest } = {},
) {
  const set = compileAdmissionPolicy({ rules }, { compileCel: ruleCelCompiler() });
  if (!set.ok) throw new Error(set.error.detail);
  return judgeAdmission(set.value, request, context, 1_790_000_000_000);
}
const verdict = (cel: string, more: Parameters<typeof judged>[1] = {}) =>
  judged([ruleOf('custom.cel', cel)], more);
const refusal = (cel: string, minor?: number): string => {
  const compiled = ruleCelCompiler(minor)(cel);
  return compiled.ok ? '' : `${compiled.error.code} ${compiled.error.detail}`;
};

describe('CEL in rules', () => {
  it('refuses what it describes and lets its twin pass', () => {
    expect(verdict('object.spec.replicas > 5').decision.verdict).toBe('deny');
    expect(verdict('object.spec.replicas > 7').decision.verdict).toBe('allow');
    expect(verdict('pod.hostNetwork && pod.containers.exists(c, !c.image.contains("@"))').allowed).toBe(
      false,
    );
    expect(verdict('request.userInfo.groups.exists(g, g == "admins")').allowed).toBe(true);
    expect(verdict('request.userInfo.username == "kim" && request.kind.version == "v1"').allowed).toBe(false);
  });

  it('is not undone by a default that is not needed and cannot be read', () => {
    const cel = 'pod.?hostNetwork.orValue(object.metadata.annotations["net"] == "host")';
    expect(verdict(cel).decision.verdict).toBe('deny');
  });

  it('does no more in one decision than an expression may, ten times', () => {
    const shared = `[1]${'.map(a, [a, a])'.repeat(18)}`;
    const rules = Array.from({ length: 60 }, (_one, at) =>
      ruleOf(`custom.dear${at}`, `${shared} != ${shared} || ${at} < 0`),
    );
    const { violations } = judged(rules);
    // Half a million pairs each, at a cost of some thousand.
    expect(violations.length).toBeGreaterThan(35);
    expect(violations.length).toBeLessThan(45);
    expect(JSON.stringify(violations[0]?.missing)).toContain('more than they may together');
  });

  it('says nothing of a namespace that is not known, not even that there is none', () => {
    for (const cel of [
      'namespaceObject == null',
      'namespaceObject != null',
      'has(namespaceObject.metadata.labels)',
    ])
      expect(verdict(cel), cel).toMatchObject({ decision: { verdict: 'alert' } });
  });

  it('stands among the other parts of a condition', () => {
    const both = (value: number) =>
      judged([
        ruleOf('custom.both', '', {
          condition: {
            all: [
              { cel: 'has(object.spec.template)' },
              { field: 'object.replicas', operator: 'greater-than', value },
            ],
          },
        }),
      ]).allowed;
    expect([both(5), both(50)]).toEqual([false, true]);
  });

  it('takes parameters, another value in each binding', () => {
    const most = (value: FactValue) => {
      const parameters = [
        { name: 'most', type: 'number' as const, description: { en: 'most', ja: '最大' }, default: value },
      ];
      return judged([ruleOf('custom.most', 'object.spec.replicas > params.most', { parameters })]).allowed;
    };
    expect([most(5), most(10)]).toEqual([false, true]);
  });

  it('is unknown, with the reason, where a fact is missing, and never an exception', () => {
    const missing = verdict('object.spec.nothing.there == 1');
    expect(missing.violations).toMatchObject([
      { state: 'unknown', missing: expect.stringContaining('no such key') },
    ]);
    expect(missing.allowed).toBe(true);
    const { user: _nobody, ...audited } = REQUEST;
    expect(verdict('request.userInfo.username == "kim"', { request: audited }).violations).toMatchObject([
      { state: 'unknown', missing: expect.stringContaining('nobody asked') },
    ]);
    const label = 'namespaceObject.metadata.labels["tier"] == "gold"';
    expect(verdict(label).violations).toMatchObject([{ state: 'unknown' }]);
    const namespace = () => ({ labels: { tier: 'gold' }, annotations: {} });
    expect(verdict(label, { context: { namespace } }).allowed).toBe(false);
    expect(
      verdict(label, { context: { namespace: () => ({ unknown: 'not read yet' }) } }).violations,
    ).toMatchObject([{ state: 'unknown', missing: expect.stringContaining('not read yet') }]);
  });

  it('is unknown when it costs more than it may, and so is what follows in the same decision', () => {
    const many = Array.from({ length: 400 }, (_, at) => ({ name: `c${at}`, image: `web:${at}` }));
    const large = { ...deployment, spec: { ...deployment.spec, template: { spec: { containers: many } } } };
    const request = { ...REQUEST, object: large };
    const dear =
      'pod.containers.exists(a, pod.containers.exists(b, pod.containers.exists(c, a.name + b.name == c.image)))';
    const { violations, decision } = verdict(dear, { request });
    expect(violations).toMatchObject([
      { state: 'unknown', missing: expect.stringContaining('costs more than it may') },
    ]);
    expect(decision.verdict).toBe('alert');
    const rules = Array.from({ length: 12 }, (_, at) => ruleOf(`custom.dear-${at}`, `${dear} || ${at} < 0`));
    const last = judged(rules, { request }).violations.map(({ missing }) => missing ?? '');
    expect(last.some((text) => text.includes('of this decision'))).toBe(true);
    expect(DECISION_COST_MAX).toBe(10_000_000);
  });

  it('says what is wrong with an expression before it is asked', () => {
    expect(refusal('object.spec.replicas >')).toMatch(/^E_CEL the CEL expression cannot be used/);
    expect(refusal('objekt.spec')).toContain('objekt');
    expect(refusal('size(object.spec)')).toContain('it is int where bool is needed');
    expect(refusal('object.metadata.name.matches("(")')).not.toBe('');
  });

  it('knows the functions of the version of the cluster and no later ones', () => {
    const semver = 'semver("1.2.3").isGreaterThan(semver("1.0.0"))';
    expect(refusal(semver, 33)).toBe('');
    expect(refusal(semver, 32)).toContain('Kubernetes 1.32');
    expect(refusal('true', 3)).toBe('');
    expect(['v1.37.2', '1.30.0-rc.1', 'v1.29+', 'v2.0', ''].map(kubernetesMinor)).toEqual([
      37,
      30,
      29,
      undefined,
      undefined,
    ]);
  });
});
